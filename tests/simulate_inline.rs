//! What Okta asks inline hooks, simulated, and what it would do with every sort of answer.

#![cfg(feature = "simulate")]

use http::{HeaderMap, HeaderValue, StatusCode};
use okta_hooks::inline::telephony::Status;
use okta_hooks::inline::token::Patch;
use okta_hooks::inline::{Answer, AnswerError, ErrorCause, Fallback, HookType, Request};
use okta_hooks::simulate::inline::{self, Effect, FindingKind, RequestBuilder, Verdict};
use serde_json::{Value, json};

const TYPES: [HookType; 6] = [
    HookType::TOKEN,
    HookType::SAML,
    HookType::REGISTRATION,
    HookType::PASSWORD_IMPORT,
    HookType::USER_IMPORT,
    HookType::TELEPHONY,
];

fn request(hook_type: &HookType) -> Request {
    inline::request(hook_type).expect("a known type").build()
}

fn verdict_of(request: &Request, answer: &Answer) -> Verdict {
    let response = answer.to_response();
    Verdict::of(request, response.status(), response.headers(), response.body())
}

#[track_caller]
fn assert_taken(request: &Request, answer: Result<Answer, AnswerError>, effect: Effect) {
    let verdict = verdict_of(request, &answer.expect("an answer"));
    assert_eq!((verdict.effect(), verdict.findings()), (effect, &[][..]));
}

/// What Okta does with this body, and what is wrong with it.
#[track_caller]
fn assert_verdict(builder: &RequestBuilder, body: &Value, effect: Effect, findings: &[&str]) {
    let verdict = Verdict::of(
        &builder.build(),
        StatusCode::OK,
        &HeaderMap::new(),
        body.to_string().as_bytes(),
    );
    let found: Vec<String> = verdict.findings().iter().map(ToString::to_string).collect();
    assert_eq!((verdict.effect(), &found[..]), (effect, &findings.map_strings()[..]), "{body}");
}

trait Strings {
    fn map_strings(&self) -> Vec<String>;
}

impl Strings for [&str] {
    fn map_strings(&self) -> Vec<String> {
        self.iter().map(ToString::to_string).collect()
    }
}

fn command(kind: &str, value: &Value) -> Value {
    json!({"commands": [{"type": kind, "value": value}]})
}

#[test]
fn every_type_has_a_request_that_says_what_okta_says() {
    for hook_type in TYPES {
        let request = request(&hook_type);
        assert_eq!(request.hook_type(), hook_type);
        let envelope = request.envelope();
        assert_eq!(envelope.event_id().unwrap().len(), 22, "{hook_type}");
        assert_eq!(envelope.event_time().as_deref(), Some("2026-01-01T00:00:00.000Z"));
        assert!(envelope.source().is_some() && envelope.content_type().is_some());
        assert_eq!(envelope.http_request().is_none(), hook_type == HookType::USER_IMPORT);
    }
    assert!(inline::request(&HookType::from("com.okta.next.year")).is_none());
    let Request::Registration(progressive) = inline::progressive_profile().build() else {
        panic!()
    };
    assert!(progressive.user().is_some() && progressive.user_profile_update().is_some());
}

#[test]
fn a_request_is_the_same_for_a_seed_and_about_the_user_it_names() {
    let body = |seed, login: &str| inline::token().seed(seed).user(login).to_body();
    assert_eq!(body(1, "ada.byron@acme.example"), body(1, "ada.byron@acme.example"));
    assert_ne!(body(1, "a@b.example"), body(2, "a@b.example"));
    let Request::Token(token) = inline::token().user("ada.byron@acme.example").build() else {
        panic!("a token")
    };
    let profile = token.user().and_then(|user| user.profile).unwrap();
    assert_eq!(profile.login.as_deref(), Some("ada.byron@acme.example"));
    assert_eq!(profile.last_name.as_deref(), Some("Byron"));
    assert_eq!(token.user().unwrap().id, token.session().unwrap().user_id);
}

#[test]
fn any_member_can_be_set_or_taken_away() {
    let json = inline::telephony()
        .with("/data/messageProfile/otpCode", "004217")
        .with("/data/new/deep", json!([1, 2]))
        .with("/data/new/deep/1", 3)
        .with("/data/a~1b", true)
        .without("/data/context")
        .without("/data/nothing/there")
        .sent_at(std::time::UNIX_EPOCH)
        .to_json();
    assert_eq!(json["data"]["messageProfile"]["otpCode"], "004217");
    assert_eq!(json["data"]["new"]["deep"], json!([1, 3]));
    assert_eq!(json["data"]["a/b"], true);
    assert!(json["data"].get("context").is_none());
    assert_eq!(json["eventTime"], "1970-01-01T00:00:00.000Z");
}

#[test]
fn it_is_posted_as_okta_posts() {
    let request =
        inline::saml().to_request("https://hooks.example.com/saml", &[("x-secret", "s3cret")]);
    let request = request.unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers()["x-secret"], "s3cret");
    assert!(!format!("{request:?}").contains("s3cret"));
    assert!(inline::saml().to_request("not a url", &[]).is_err());
}

#[test]
fn whatever_a_builder_makes_okta_takes() {
    let built = request(&HookType::TOKEN);
    let Request::Token(token) = &built else { panic!("a token") };
    let patch = || Patch::new().add("tenant", "acme").lifetime(900).remove("tenant");
    let answer = token.answer().patch_access(patch()).patch_identity(patch()).with_debug("a", 1);
    assert_taken(&built, answer.build(), Effect::Applied);
    assert_taken(&built, token.answer().build(), Effect::Unchanged);
    assert_taken(&built, token.answer().with_debug("a", 1).build(), Effect::Unchanged);
    assert_taken(&built, token.fail("No.").build(), Effect::Failed);

    let built = request(&HookType::SAML);
    let Request::Saml(saml) = &built else { panic!("an assertion") };
    let answer = saml.answer().add_claim("a", "b").session_lifetime(60);
    assert_taken(&built, answer.replace(["subject", "nameId"], "x").build(), Effect::Applied);
    assert_taken(&built, saml.fail("No.").build(), Effect::Failed);

    for built in [inline::registration().build(), inline::progressive_profile().build()] {
        let Request::Registration(registration) = &built else { panic!("a registration") };
        let answer = registration.answer().with_attribute("title", "Dr").with_explicit_allow();
        assert_taken(&built, answer.build(), Effect::Applied);
        let cause = ErrorCause::new("No.").with_location("data.userProfile.email");
        assert_taken(&built, registration.deny("No.").with_cause(cause).build(), Effect::Denied);
    }

    let built = request(&HookType::PASSWORD_IMPORT);
    let Request::PasswordImport(password) = &built else { panic!("a password") };
    assert_taken(&built, password.verified().build(), Effect::Applied);
    assert_taken(&built, password.unverified().build(), Effect::Denied);

    let built = request(&HookType::USER_IMPORT);
    let Request::UserImport(import) = &built else { panic!("an import") };
    let answer = || import.answer().with_app_attribute("a", 1).with_profile_attribute("b", 2);
    assert_taken(&built, answer().create_user().build(), Effect::Applied);
    assert_taken(&built, answer().link_user("00u1").build(), Effect::Applied);
    assert_taken(&built, import.fail("No.").build(), Effect::Failed);

    let built = request(&HookType::TELEPHONY);
    let Request::Telephony(telephony) = &built else { panic!("a message") };
    let answer = |status| telephony.answer(status).with_provider("Acme").build();
    assert_taken(&built, answer(Status::Successful), Effect::Applied);
    assert_taken(&built, answer(Status::Pending), Effect::Applied);
    assert_taken(&built, answer(Status::Failed), Effect::Failed);
}

#[test]
fn every_fallback_is_an_answer_that_okta_takes() {
    let strict = Fallback::new().with_token_error("no").with_denial("no");
    for fallback in [Fallback::new(), strict, Fallback::new().with_registration_allowed()] {
        for hook_type in TYPES {
            let request = request(&hook_type);
            let verdict = verdict_of(&request, &fallback.answer(&request).expect("a known type"));
            assert_eq!(verdict.findings(), &[], "{hook_type}");
            assert_ne!(verdict.effect(), Effect::Applied, "{hook_type}");
        }
    }
}

#[test]
fn one_bad_operation_refuses_all_patches() {
    let token = inline::token();
    let patch = |operation: Value| {
        json!({"commands": [
            {"type": "com.okta.identity.patch", "value": [{"op": "add", "path": "/claims/a", "value": 1}]},
            {"type": "com.okta.access.patch", "value": [operation]},
        ]})
    };
    let refused = Effect::PatchRefused;
    let at = "/commands/1/value/0";
    for (operation, finding) in [
        (json!({"op": "add", "path": "/claims/iss", "value": 1}), "Okta reserves the claim"),
        (
            json!({"op": "replace", "path": "/claims/x", "value": 1}),
            "the request has nothing there",
        ),
        (
            json!({"op": "replace", "path": "/token/lifetime/expiration", "value": 299}),
            "the lifetime is not between 300 and 86,400 seconds",
        ),
        (
            json!({"op": "replace", "path": "/token/lifetime/expiration", "value": "900"}),
            "the lifetime is not between 300 and 86,400 seconds",
        ),
        (
            json!({"op": "add", "path": "/token/lifetime/expiration", "value": 900}),
            "it cannot be changed",
        ),
        (json!({"op": "add", "path": "/claims/x", "value": null}), "null is not accepted"),
        (json!({"op": "add", "path": "/scopes/x", "value": 1}), "it cannot be changed"),
    ] {
        assert_verdict(&token, &patch(operation), refused, &[&format!("{at}: {finding}")]);
    }
    for (operation, finding) in [
        (json!(5), ": expected an object"),
        (json!({"op": "move", "path": "/claims/x"}), "/op: Okta takes no such operation here"),
        (json!({"op": "add", "path": "claims/x", "value": 1}), "/path: expected a JSON Pointer"),
        (json!({"op": "add", "path": "/claims/x"}), "/value: expected a value"),
        (
            json!({"op": "remove", "path": "/claims/sub", "value": "x"}),
            "/value: an operation that removes has no value",
        ),
    ] {
        assert_verdict(&token, &patch(operation), refused, &[&format!("{at}{finding}")]);
    }
    let removed = patch(json!({"op": "remove", "path": "/claims/sub", "value": null}));
    assert_verdict(&token, &removed, Effect::Applied, &[]);
    let object = command("com.okta.access.patch", &json!({"op": "add"}));
    assert_verdict(&token, &object, refused, &["/commands/0/value: expected an array"]);
    let not_asked_for = token.without("/data/access");
    let found = [format!("{at}: the request asks for no such token")];
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    let answer = patch(json!({"op": "add", "path": "/claims/x", "value": 1}));
    assert_verdict(&not_asked_for, &answer, refused, &found);
    let remove = json!([{"op": "remove", "path": "/claims/firstName"}]);
    let found = ["/commands/0/value/0/op: Okta takes no such operation here"];
    assert_verdict(&inline::saml(), &command("com.okta.assertion.patch", &remove), refused, &found);
}

#[test]
fn a_command_that_okta_does_not_take_is_ignored_and_named() {
    let ignored = ["/commands/0/type: Okta takes no such command here"];
    let allow = json!({"registration": "DENY"});
    let (new, change) = (inline::registration(), inline::progressive_profile());
    assert_verdict(&new, &command("com.action.update", &allow), Effect::Unchanged, &ignored);
    let update = command("com.okta.user.profile.update", &json!({"title": "Dr"}));
    assert_verdict(&new, &update, Effect::Applied, &[]);
    assert_verdict(&change, &update, Effect::Unchanged, &ignored);
    let attribute = command("com.okta.action.update", &json!({"action": "DENY"}));
    let found = ["/commands/0/value/registration: not a value that Okta knows here"];
    assert_verdict(&new, &attribute, Effect::Unchanged, &found);
    let password = command("com.okta.action.update", &json!({"credential": "verified"}));
    let found = ["/commands/0/value/credential: not a value that Okta knows here"];
    assert_verdict(&inline::password_import(), &password, Effect::Unchanged, &found);
    let link = command("com.okta.action.update", &json!({"result": "LINK_USER"}));
    let found = ["/commands/0: the command com.okta.user.update is missing"];
    assert_verdict(&inline::user_import(), &link, Effect::Unchanged, &found);
    let user = command("com.okta.user.update", &json!({"id": 5}));
    let found = ["/commands/0/value/id: expected a string"];
    assert_verdict(&inline::user_import(), &user, Effect::Unchanged, &found);
}

#[test]
fn null_unknown_and_misshapen_members_are_named() {
    let nulls = json!({"commands": [], "error": null, "debugContext": null});
    let found =
        ["/debugContext", "/error"].map(|path| format!("{path}: null: leave the member out"));
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_verdict(&inline::token(), &nulls, Effect::Unchanged, &found);
    let odd = json!({"commands": {}, "debugContext": [], "debug": 1});
    let verdict = Verdict::of(
        &inline::token().build(),
        StatusCode::OK,
        &HeaderMap::new(),
        odd.to_string().as_bytes(),
    );
    let mut found: Vec<String> = verdict.findings().iter().map(ToString::to_string).collect();
    found.sort();
    assert_eq!(
        found,
        [
            "/commands: expected an array",
            "/debug: Okta knows no such member",
            "/debugContext: expected an object",
        ]
    );
    let update = command("com.okta.user.profile.update", &json!({"title": null}));
    let found = ["/commands/0/value/title: null: leave the member out"];
    assert_verdict(&inline::registration(), &update, Effect::Applied, &found);
    let found = ["/commands/0: expected an object", "/commands/1/type: expected a string"];
    let commands = json!({"commands": [5, {"value": {}}]});
    assert_verdict(&inline::registration(), &commands, Effect::Unchanged, &found);
    let found = ["/commands/0/extra: Okta knows no such member"];
    let commands = json!({"commands": [{"type": "com.okta.action.update", "extra": 1,
        "value": {"credential": "VERIFIED"}}]});
    assert_verdict(&inline::password_import(), &commands, Effect::Applied, &found);
}

#[test]
fn beside_an_error_no_command_is_executed() {
    let mut both = command("com.okta.user.profile.update", &json!({"title": "Dr"}));
    both["error"] = json!({});
    let found = [
        "/commands/0: Okta executes no command beside an error",
        "/error/errorSummary: expected a string",
    ];
    assert_verdict(&inline::registration(), &both, Effect::Denied, &found);
    let causes = json!({"error": {"errorSummary": "No.", "errorCauses": {"errorSummary": "x"}}});
    let found = ["/error/errorCauses: expected an array"];
    assert_verdict(&inline::telephony(), &causes, Effect::Failed, &found);
    let causes = json!({"error": {"errorSummary": "No.", "errorCauses": [5, {"reason": null, "domain": 5}]}});
    let found = [
        "/error/errorCauses/0: expected an object",
        "/error/errorCauses/1/domain: expected a string",
        "/error/errorCauses/1/reason: null: leave the member out",
    ];
    assert_verdict(&inline::token(), &causes, Effect::Failed, &found);
}

#[test]
fn a_telephony_answer_has_to_be_right_to_count() {
    let telephony = inline::telephony();
    let action = |value: Value| command("com.okta.telephony.action", &value);
    let skipped = Effect::NotUsed;
    let found = ["/commands/0/value: expected an array"];
    assert_verdict(&telephony, &action(json!({"status": "SUCCESSFUL"})), skipped, &found);
    let found = ["/commands/0/value: expected one object"];
    assert_verdict(&telephony, &action(json!([])), skipped, &found);
    let found = ["/commands/0/value/0/status: not a value that Okta knows here"];
    assert_verdict(&telephony, &action(json!([{"status": "SENT"}])), skipped, &found);
    let found = ["/commands/0/value/0/provider: null: leave the member out"];
    let null = action(json!([{"status": "SUCCESSFUL", "provider": null}]));
    assert_verdict(&telephony, &null, skipped, &found);
    let found = ["the command com.okta.telephony.action is missing"];
    assert_verdict(&telephony, &json!({}), skipped, &found);
}

#[test]
fn what_is_not_an_answer_leaves_okta_to_what_it_does_without() {
    let verdict = |hook_type: &HookType,
                   status: u16,
                   headers: &[(&'static str, &'static str)],
                   body: &str| {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        Verdict::of(&request(hook_type), status, &headers, body.as_bytes())
    };
    let (token, saml) = (&HookType::TOKEN, &HookType::SAML);
    let html = "<html><body>It works!</body></html>";
    let long = format!("{{\"debugContext\":{{\"a\":\"{}\"}}}}", "a".repeat(256 * 1024));
    for (verdict, message, is_retried) in [
        (verdict(token, 200, &[], html), "the body is a web page, not JSON", false),
        (
            verdict(token, 200, &[("content-type", "text/html")], "ok"),
            "the body is a web page, not JSON",
            false,
        ),
        (verdict(token, 200, &[], ""), "the body is not JSON", false),
        (verdict(token, 200, &[], "[]"), "expected an object", false),
        (verdict(token, 200, &[], &long), "the body is 256 KB or longer", false),
        (verdict(saml, 401, &[], ""), "refused with status 401", false),
        (verdict(saml, 404, &[], ""), "answered with status 404 instead of 200 or 204", false),
        (verdict(saml, 202, &[], "{}"), "answered with status 202 instead of 200 or 204", false),
        (
            verdict(saml, 302, &[("location", "/x")], "{}"),
            "answered with status 302 and a redirect, which Okta does not follow",
            false,
        ),
        (verdict(saml, 503, &[], ""), "answered with status 503 instead of 200 or 204", true),
        (verdict(token, 503, &[], ""), "answered with status 503 instead of 200 or 204", false),
        (Verdict::timed_out(&request(saml)), "no complete answer within three seconds", true),
        (Verdict::timed_out(&request(token)), "no complete answer within three seconds", false),
        (
            verdict(&HookType::TELEPHONY, 204, &[], ""),
            "answered with status 204, where Okta takes only 200",
            false,
        ),
    ] {
        assert_eq!(verdict.effect(), Effect::NotUsed, "{message}");
        assert_eq!(verdict.findings().len(), 1);
        assert_eq!(verdict.findings()[0].to_string(), message);
        assert_eq!(verdict.findings()[0].path(), "");
        assert_eq!(verdict.is_retried(), is_retried, "{message}");
    }
}

#[test]
fn a_verdict_says_what_becomes_of_the_flow() {
    let without = |hook_type: &HookType| Verdict::timed_out(&request(hook_type)).consequence();
    assert_eq!(without(&HookType::TOKEN), "the tokens are minted unchanged");
    assert_eq!(without(&HookType::SAML), "the assertion is sent unchanged");
    assert_eq!(without(&HookType::REGISTRATION), "it is denied");
    let wrong = "the user is not signed in, and Okta asks again the next time";
    assert_eq!(without(&HookType::PASSWORD_IMPORT), wrong);
    assert_eq!(without(&HookType::USER_IMPORT), "the user is created");
    let own = "the code goes through Okta's own provider, heavily rate limited";
    assert_eq!(without(&HookType::TELEPHONY), own);
    let finding = Verdict::timed_out(&request(&HookType::TOKEN)).findings()[0].clone();
    assert_eq!(finding.kind(), FindingKind::Timeout);
}

#[test]
fn nothing_is_said_about_a_type_that_is_not_known() {
    let request = Request::from_slice(br#"{"eventType":"com.okta.next.year"}"#).unwrap();
    let body = br#"{"commands":[{"type":"com.okta.what.ever","value":5}]}"#;
    let verdict = Verdict::of(&request, StatusCode::OK, &HeaderMap::new(), body);
    assert_eq!((verdict.effect(), verdict.findings()), (Effect::Applied, &[][..]));
    assert_eq!(verdict.consequence(), "nothing is known about this type of hook");
}
