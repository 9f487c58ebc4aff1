//! What Okta would do with the answers of the starter for inline hooks.

use std::process::Command;

use okta_hooks::simulate::inline::{self, Effect, RequestBuilder, Verdict};
use okta_hooks_testing::http::{Request, Response};
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::{binary, root};

const SECRET: &str = "Basic aHVudGVyMjpodW50ZXIy";

fn start() -> Server {
    let users = root().join("examples/inline-hooks/legacy-users.txt");
    let users = users.to_str().expect("a path in UTF-8");
    let settings = [("OKTA_HOOK_SECRET", SECRET), ("LEGACY_USERS", users)];
    let mut server = Server::start(binary("inline-hooks"), &settings);
    server.read_output();
    server
}

/// Asks, and looks at the answer as Okta does: what follows from it.
fn ask(server: &Server, path: &'static str, request: &RequestBuilder) -> (Effect, Response) {
    let post = Request::new("POST", path).header("authorization", SECRET);
    let answer = post.body(request.to_body()).send(server.address).expect("an answer");
    let status = http::StatusCode::from_u16(answer.status).expect("a status");
    let verdict = Verdict::of(&request.build(), status, &http::HeaderMap::new(), &answer.body);
    assert!(verdict.findings().is_empty(), "{path}: {:?} {}", verdict.findings(), answer.text());
    (verdict.effect(), answer)
}

#[test]
fn okta_does_what_the_policies_of_the_starter_say() {
    let server = start();
    let somebody = |request: RequestBuilder| request.user("ada@acme.example");
    let no_user = inline::token().without("/data/context/user").without("/data/identity");
    let completed = inline::progressive_profile();
    let known = inline::password_import().user("john.doe@example.com");
    for (path, request, effect) in [
        ("/token", somebody(inline::token()), Effect::Applied),
        ("/token", no_user, Effect::Unchanged),
        ("/saml", somebody(inline::saml()), Effect::Applied),
        ("/registration", inline::registration().user("ivo@example.com"), Effect::Unchanged),
        ("/registration", somebody(inline::registration()), Effect::Denied),
        ("/registration", completed.clone(), Effect::Unchanged),
        (
            "/registration",
            completed.with("/data/userProfileUpdate/email", "ivo@other.example"),
            Effect::Denied,
        ),
        (
            "/password-import",
            known.clone().with("/data/context/credential/password", "correct horse"),
            Effect::Applied,
        ),
        (
            "/password-import",
            known.with("/data/context/credential/password", "correct cow"),
            Effect::Denied,
        ),
        ("/password-import", somebody(inline::password_import()), Effect::Denied),
        ("/user-import", inline::user_import(), Effect::Applied),
        (
            "/user-import",
            inline::user_import().without("/data/appUser/profile/department"),
            Effect::Unchanged,
        ),
        ("/telephony", inline::telephony(), Effect::Applied),
    ] {
        let (found, answer) = ask(&server, path, &request);
        assert_eq!(found, effect, "{path} {request:?}: {}", answer.text());
    }
}

#[test]
fn check_finds_nothing_wrong_with_the_starter_for_inline_hooks() {
    let server = start();
    for kind in ["token", "saml", "registration", "password-import", "user-import", "telephony"] {
        let url = format!("http://{}/{kind}", server.address);
        let output = Command::new(binary("okta-hooks"))
            .args(["check", "--inline", kind, &url])
            .env("OKTA_HOOK_SECRET", SECRET)
            .env_remove("OKTA_HOOK_HEADER")
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{kind}: {text}");
        // A busy machine may be slow.
        let advice =
            text.lines().filter(|line| line.starts_with("advice") && !line.contains("[slow]"));
        assert_eq!(advice.count(), 0, "{kind}: {text}");
    }
}
