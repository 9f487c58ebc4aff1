//! The console's page of inline hooks, against receivers that answer rightly and wrongly.

use okta_hooks_testing::console::{choose, console, tab, value};
use okta_hooks_testing::devtools::Page;

use crate::console::org;
use crate::inline_receiver::{self, Fault};
use crate::receiver::SECRET;

async fn create(page: &mut Page, kind: &str, fault: Fault) {
    let receiver = inline_receiver::start(fault).await;
    choose(page, "#inline-new [name=type]", kind);
    page.fill("#inline-new [name=uri]", &format!("http://{receiver}/hook"));
    page.fill("#inline-new [name=value]", SECRET);
    page.press("#inline-new", "Create");
    page.wait_for("#inline-new-message", ": created.");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inline_hook_is_asked_an_edited_question_and_the_page_says_what_okta_would_do() {
    let server = org();
    let Some(mut page) = console(&server, 1280) else { return };
    tab(&mut page, "inline");
    page.wait_for("#inline-none", "None yet.");
    for kind in [
        "com.okta.oauth2.tokens.transform",
        "com.okta.saml.tokens.transform",
        "com.okta.user.pre-registration",
        "com.okta.user.credential.password.import",
        "com.okta.import.transform",
        "com.okta.telephony.provider",
    ] {
        create(&mut page, kind, Fault::None).await;
        assert!(value(&mut page, "#inline-body").contains(kind), "{kind}");
        page.press("#inline-form", "Send request");
        page.wait_for("#inline-message", "Okta's verdict: ");
        assert_eq!(
            page.eval("document.querySelectorAll('#inline-message li').length"),
            0,
            "{kind}"
        );
    }

    create(&mut page, "com.okta.oauth2.tokens.transform", Fault::NullClaim).await;
    let edited = value(&mut page, "#inline-body").replacen('{', "{ \"edited\": 1,", 1);
    page.fill("#inline-body", &edited);
    page.press("#inline-form", "Send request");
    page.wait_for("#inline-message", "Okta's verdict: patch refused");
    page.wait_for("#inline-message", "null");
    page.press("#inline-message", "Look at the call");
    page.wait_for("#request-body", "edited");
    page.wait_for("#call-title", "inline");

    // Edits stay until somebody lets them go.
    tab(&mut page, "inline");
    assert_eq!(value(&mut page, "#inline-body"), edited);
    page.press("#inline-form", "Load sample data");
    page.wait_for("dialog", "Discard your edits?");
    page.press("dialog", "Discard");
    page.wait_until("!document.querySelector('#inline-body').value.includes('edited')");
    page.press("#inline-form", "Delete");
    page.wait_for("#inline-new-message", "Deleted.");
}
