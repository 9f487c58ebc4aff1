//! The URL of a hook: what is accepted can be called.

use serde_json::json;

use crate::emulator::{CREATE, Org, wanted};

#[tokio::test]
async fn a_url_that_no_request_can_have_is_refused_with_the_one_it_can() {
    let org = Org::start(&[]);
    for (uri, cause) in [
        ("https://münchen.example/h", "must be written as https://xn--mnchen-3ya.example/h"),
        ("http:/127.0.0.1:8082/h", "must be written as http://127.0.0.1:8082/h"),
        ("https:hooks.example/h", "must be written as https://hooks.example/h"),
        ("http://127.0.0.1:8082/a b", "must be at most 1024 characters, without white space"),
    ] {
        let event_hook = wanted(uri, &[CREATE]);
        let inline_hook = json!({
            "name": "Tokens", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
            "channel": event_hook["channel"],
        });
        for (path, hook) in [("eventHooks", event_hook), ("inlineHooks", inline_hook)] {
            let refused = org.post(&format!("/api/v1/{path}"), hook).await;
            assert_eq!((refused.status, &refused.json["errorCode"]), (400, &json!("E0000001")));
            let told = &refused.json["errorCauses"][0]["errorSummary"];
            assert_eq!(told, &json!(format!("channel.config.uri: {cause}")), "{path}");
        }
    }
    let same = "https://xn--mnchen-3ya.example/h";
    let accepted = Org::ok(org.post("/api/v1/eventHooks", wanted(same, &[CREATE])).await);
    assert_eq!(accepted["channel"]["config"]["uri"], same);
}
