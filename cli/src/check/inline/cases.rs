//! What Okta asks, or documents that it might.

use okta_hooks::simulate::inline::{self, RequestBuilder};
use serde_json::{Value, json};

use super::Kind;
use super::probe::Probe;

/// A request, and what it is in words.
pub type Case = (&'static str, RequestBuilder);

pub fn of(probe: &Probe<'_>) -> Vec<Case> {
    let mut cases = vec![("as usual", probe.plain())];
    cases.extend(of_kind(probe));
    cases.extend(of_every_kind(probe));
    cases
}

fn of_kind(probe: &Probe<'_>) -> Vec<Case> {
    let plain = || probe.plain();
    match probe.kind {
        Kind::Token => vec![
            ("an access token alone", plain().without("/data/identity")),
            ("an ID token alone", plain().without("/data/access")),
            (
                "client credentials, without a user",
                plain()
                    .without("/data/context/user")
                    .without("/data/context/session")
                    .without("/data/identity"),
            ),
            ("a token without claims", plain().without("/data/access/claims")),
        ],
        Kind::Saml => vec![
            ("an assertion without attributes", plain().with("/data/assertion/claims", json!({}))),
            ("an assertion without claims", plain().without("/data/assertion/claims")),
        ],
        Kind::Registration => vec![
            ("Classic Engine, without a requestType", plain().without("/requestType")),
            (
                "somebody of another domain",
                plain().with("/data/userProfile/email", "check@other.example"),
            ),
            ("a completed profile", probe.about_somebody(inline::progressive_profile())),
            ("versions that are numbers", {
                plain().with("/eventTypeVersion", 1).with("/cloudEventVersion", 0.1)
            }),
        ],
        Kind::PasswordImport => vec![
            ("an empty password", plain().with("/data/context/credential/password", "")),
            ("a credential that is missing", plain().without("/data/context/credential")),
        ],
        Kind::UserImport => vec![
            (
                "a user who matches",
                plain()
                    .with("/data/action/result", "LINK_USER")
                    .with("/data/user/id", "00ucheckcheckcheck57"),
            ),
            ("an attribute that is null", plain().with("/data/appUser/profile/title", Value::Null)),
            ("profiles without attributes", {
                plain()
                    .with("/data/appUser/profile", json!({}))
                    .with("/data/user/profile", json!({}))
            }),
        ],
        Kind::Telephony => vec![
            (
                "a call, which has no words",
                plain()
                    .with("/data/messageProfile/deliveryChannel", "voice call")
                    .without("/data/messageProfile/msgTemplate"),
            ),
            (
                "a number and a code that are JSON numbers",
                plain()
                    .with("/data/messageProfile/phoneNumber", 15_555_550_142_u64)
                    .with("/data/messageProfile/otpCode", 11_111),
            ),
            (
                "a first phone",
                plain().with("/requestType", "com.okta.user.telephony.pre-enrollment"),
            ),
            ("without a requestType", plain().without("/requestType")),
        ],
    }
}

fn of_every_kind(probe: &Probe<'_>) -> Vec<Case> {
    let added = json!({ "a": [1] });
    vec![
        (
            "members that are not known yet",
            probe
                .plain()
                .with("/addedNextYear", added.clone())
                .with("/data/addedNextYear", added.clone())
                .with("/data/context/addedNextYear", added),
        ),
        (
            "members that are null",
            probe
                .plain()
                .with("/source", Value::Null)
                .with("/data/context/request", Value::Null)
                .with("/data/context/session", Value::Null),
        ),
    ]
}
