//! The JSON of every answer that Okta documents, and every answer that cannot be said.

use std::fs;

use okta_hooks::inline::saml::Attribute;
use okta_hooks::inline::telephony::Status;
use okta_hooks::inline::token::Patch;
use okta_hooks::inline::{
    Answer, AnswerError, AnswerErrorKind, ErrorCause, LocationType, password_import, registration,
    saml, telephony, token, user_import,
};
use serde_json::{Value, json};

fn body(name: &str) -> Vec<u8> {
    fs::read(format!("{}/tests/inline/{name}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn token() -> token::Request {
    token::Request::from_slice(&body("token")).unwrap()
}

fn saml() -> saml::Request {
    saml::Request::from_slice(&body("saml")).unwrap()
}

fn registration(name: &str) -> registration::Request {
    registration::Request::from_slice(&body(name)).unwrap()
}

fn import() -> user_import::Request {
    user_import::Request::from_slice(&body("user_import")).unwrap()
}

fn telephony() -> telephony::Request {
    telephony::Request::from_slice(&body("telephony")).unwrap()
}

#[track_caller]
fn assert_json(answer: Result<Answer, AnswerError>, expected: &Value) {
    let answer = answer.expect("an answer");
    let response = answer.to_response();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(serde_json::from_slice::<Value>(response.body()).unwrap(), *expected);
}

#[track_caller]
fn assert_no_content(answer: Result<Answer, AnswerError>) {
    let response = answer.expect("an answer").to_response();
    assert_eq!((response.status().as_u16(), response.body().len()), (204, 0));
    assert!(response.headers().is_empty());
}

#[track_caller]
fn assert_error(answer: Result<Answer, AnswerError>, message: &str) {
    assert_eq!(answer.unwrap_err().to_string(), message);
}

#[test]
fn a_token_answer_adds_replaces_and_removes_claims_and_sets_the_lifetime() {
    let answer = token()
        .answer()
        .patch_access(Patch::new().add("tenant", "acme").lifetime(900))
        .patch_identity(Patch::new().remove("birthdate"))
        .with_debug("ruleSet", "r17")
        .build();
    assert_json(
        answer,
        &json!({
            "commands": [
                {"type": "com.okta.access.patch", "value": [
                    {"op": "add", "path": "/claims/tenant", "value": "acme"},
                    {"op": "replace", "path": "/token/lifetime/expiration", "value": 900},
                ]},
                {"type": "com.okta.identity.patch", "value": [
                    {"op": "remove", "path": "/claims/birthdate"},
                ]},
            ],
            "debugContext": {"ruleSet": "r17"},
        }),
    );
    let identity = Patch::new()
        .add("limits", json!({"daily": 500, "open": true}))
        .add("name", "Countess of Lovelace")
        .replace(["address", "city"], "London")
        .add(["address", "lines", "0"], "first")
        .add(["address", "lines", "-"], "last")
        .remove(["address", "lines", "1"]);
    let operations = json!([
        {"op": "add", "path": "/claims/limits", "value": {"daily": 500, "open": true}},
        {"op": "add", "path": "/claims/name", "value": "Countess of Lovelace"},
        {"op": "replace", "path": "/claims/address/city", "value": "London"},
        {"op": "add", "path": "/claims/address/lines/0", "value": "first"},
        {"op": "add", "path": "/claims/address/lines/-", "value": "last"},
        {"op": "remove", "path": "/claims/address/lines/1"},
    ]);
    assert_json(
        token().answer().patch_identity(identity).build(),
        &json!({"commands": [{"type": "com.okta.identity.patch", "value": operations}]}),
    );
}

#[test]
fn an_operation_sees_what_the_ones_before_it_did() {
    let patch = Patch::new().add("a", json!({})).add(["a", "b"], 1).replace(["a", "b"], 2);
    assert!(token().answer().patch_access(patch.remove("a")).build().is_ok());
    let patch = || Patch::new().remove("tier");
    let twice = token().answer().patch_access(patch()).patch_access(patch()).build();
    assert_error(twice, "com.okta.access.patch at /claims/tier: the request has nothing there");
}

#[test]
fn names_are_escaped_as_json_pointers_ask_for() {
    let patch = Patch::new().add("https://acme.example/~tenant", "acme");
    let answer = token().answer().patch_access(patch).build().unwrap();
    let answer: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(
        answer["commands"][0]["value"][0]["path"],
        "/claims/https:~1~1acme.example~1~0tenant"
    );
}

#[test]
fn a_token_request_that_has_to_fail_is_answered_with_an_error() {
    assert_json(
        token().fail("The account is suspended.").build(),
        &json!({"error": {"errorSummary": "The account is suspended."}}),
    );
}

#[test]
fn what_okta_does_not_accept_of_a_token_answer_is_an_error_with_command_and_path() {
    let access = |patch| token().answer().patch_access(patch).build();
    let identity = |patch| token().answer().patch_identity(patch).build();
    let at = |path: &str, what: &str| format!("com.okta.access.patch at {path}: {what}");
    for claim in ["iss", "jti", "ver", "cid", "uid", "scp", "groups", "username", "iat", "exp"] {
        let message = at(&format!("/claims/{claim}"), "Okta reserves the claim");
        assert_error(access(Patch::new().add(claim, "x")), &message);
        assert_error(access(Patch::new().remove(claim)), &message);
    }
    for claim in ["aud", "sub"] {
        assert!(access(Patch::new().replace(claim, "x")).is_ok(), "{claim}");
        let error = identity(Patch::new().replace(claim, "x")).unwrap_err();
        assert_eq!(error.kind(), AnswerErrorKind::Reserved, "{claim}");
    }
    assert!(identity(Patch::new().add("cid", "x")).is_ok(), "reserved in access tokens only");
    for seconds in [0, 299, 86_401, u32::MAX] {
        let message =
            at("/token/lifetime/expiration", "the lifetime is not between 300 and 86,400 seconds");
        assert_error(access(Patch::new().lifetime(seconds)), &message);
    }
    assert!(access(Patch::new().lifetime(300).lifetime(86_400)).is_ok());
    let nothing = "the request has nothing there";
    assert_error(access(Patch::new().replace("x", 1)), &at("/claims/x", nothing));
    assert_error(access(Patch::new().remove("x")), &at("/claims/x", nothing));
    assert_error(access(Patch::new().add(["x", "y"], 1)), &at("/claims/x/y", nothing));
    assert_error(access(Patch::new().add(["tier", "y"], 1)), &at("/claims/tier/y", nothing));
    for index in ["5", "01", "-1", "+0", "-"] {
        let path = format!("/claims/roles/{index}");
        assert_error(access(Patch::new().replace(["roles", index], 1)), &at(&path, nothing));
        assert_error(access(Patch::new().remove(["roles", index])), &at(&path, nothing));
    }
    let null = "null is not accepted";
    assert_error(access(Patch::new().add("x", Value::Null)), &at("/claims/x", null));
    assert_error(access(Patch::new().add("x", json!([{"y": null}]))), &at("/claims/x", null));
    assert_error(access(Patch::new().add("x", f64::NAN)), &at("/claims/x", null));
    assert_error(access(Patch::new().add("", 1)), &at("/claims/", "it is empty"));
    let all_claims: [&str; 0] = [];
    assert_error(access(Patch::new().remove(all_claims)), &at("/claims", "it cannot be changed"));
}

#[test]
fn a_token_that_the_request_does_not_ask_for_cannot_be_changed() {
    let body = body("token_refresh_client_credentials");
    let request = token::Request::from_slice(&body).unwrap();
    let answer = request.answer().patch_identity(Patch::new().add("a", 1)).build();
    assert_error(answer, "com.okta.identity.patch: the request asks for no such token");
    assert!(request.answer().patch_access(Patch::new().add("a", 1).lifetime(600)).build().is_ok());
}

#[test]
fn an_answer_that_says_nothing_has_no_content() {
    assert_no_content(token().answer().build());
    assert_no_content(token().answer().patch_access(Patch::new()).build());
    assert_no_content(saml().answer().build());
    assert_no_content(registration("registration").answer().build());
    assert_no_content(import().answer().build());
}

#[test]
fn a_saml_answer_adds_and_replaces() {
    let answer = saml()
        .answer()
        .add_claim("http://acme.example/claims/team", Attribute::new("A").with_value("B"))
        .replace(["claims", "roles", "attributeValues", "1", "value"], "admin")
        .replace(["subject", "nameId"], "countess@acme.example")
        .replace(["conditions", "audienceRestriction"], json!(["urn:acme:other"]))
        .session_lifetime(3_600)
        .build();
    let value = |value: &str| json!({"attributes": {"xsi:type": "xs:string"}, "value": value});
    let name_format = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";
    assert_json(
        answer,
        &json!({"commands": [{"type": "com.okta.assertion.patch", "value": [
            {"op": "add", "path": "/claims/http:~1~1acme.example~1claims~1team", "value": {
                "attributes": {"NameFormat": name_format}, "attributeValues": [value("A"), value("B")]}},
            {"op": "replace", "path": "/claims/roles/attributeValues/1/value", "value": "admin"},
            {"op": "replace", "path": "/subject/nameId", "value": "countess@acme.example"},
            {"op": "replace", "path": "/conditions/audienceRestriction", "value": ["urn:acme:other"]},
            {"op": "add", "path": "/authentication/sessionLifetime", "value": 3600},
        ]}]}),
    );
    let declared = Attribute::from("3").with_value_type("xs:integer").with_name_format("urn:x");
    assert_eq!(
        Value::from(declared),
        json!({"attributes": {"NameFormat": "urn:x"},
               "attributeValues": [{"attributes": {"xsi:type": "xs:integer"}, "value": "3"}]})
    );
}

#[test]
fn what_okta_does_not_accept_of_a_saml_answer_is_an_error_with_its_path() {
    let at = |path: &str, what: &str| format!("com.okta.assertion.patch at {path}: {what}");
    let add = |name: &str| saml().answer().add_claim(name, "x").build();
    let replace =
        |pointer: Vec<&str>, value: Value| saml().answer().replace(pointer, value).build();
    assert_error(add("roles"), &at("/claims/roles", "the request has it already"));
    assert_error(add(""), &at("/claims/", "it is empty"));
    let nothing = "the request has nothing there";
    assert_error(replace(vec!["claims", "x"], 1.into()), &at("/claims/x", nothing));
    let third = vec!["claims", "roles", "attributeValues", "2", "value"];
    assert_error(replace(third, 1.into()), &at("/claims/roles/attributeValues/2/value", nothing));
    let not_allowed = "it cannot be changed";
    for pointer in [vec!["lifetime", "expiration"], vec!["subject"], vec!["other", "x"]] {
        let path = format!("/{}", pointer.join("/"));
        assert_error(replace(pointer, 1.into()), &at(&path, not_allowed));
    }
    let null = replace(vec!["subject", "nameId"], Value::Null);
    assert_error(null, &at("/subject/nameId", "null is not accepted"));
    assert!(saml().answer().session_lifetime(0).build().is_err());
}

#[test]
fn an_assertion_that_failed_is_answered_with_an_error_and_its_causes() {
    let cause = ErrorCause::new("The directory does not answer.")
        .with_reason("TIMEOUT")
        .with_location_in(LocationType::Url, "https://directory.acme.example")
        .with_domain("external-service");
    assert_json(
        saml().fail("No department.").with_cause(cause).with_debug("tries", 2).build(),
        &json!({
            "error": {"errorSummary": "No department.", "errorCauses": [{
                "errorSummary": "The directory does not answer.", "reason": "TIMEOUT",
                "locationType": "url", "location": "https://directory.acme.example",
                "domain": "external-service"}]},
            "debugContext": {"tries": 2},
        }),
    );
}

#[test]
fn a_registration_is_allowed_denied_or_changed_by_the_command_of_its_flow() {
    for (name, command) in [
        ("registration", "com.okta.user.profile.update"),
        ("registration_classic_engine", "com.okta.user.profile.update"),
        ("registration_progressive_profile", "com.okta.user.progressive.profile.update"),
    ] {
        let request = registration(name);
        let answer = request.answer().with_attribute("employeeNumber", "1842").build();
        let update = json!({"type": command, "value": {"employeeNumber": "1842"}});
        assert_json(answer, &json!({"commands": [update]}));
        assert_json(
            request.answer().with_explicit_allow().build(),
            &json!({"commands": [
                {"type": "com.okta.action.update", "value": {"registration": "ALLOW"}}]}),
        );
        let cause = ErrorCause::new("Use your company address.")
            .with_reason("EMAIL_DOMAIN")
            .with_location("data.userProfile.email")
            .with_domain("end-user");
        assert_json(
            request.deny("Registration refused.").with_cause(cause).build(),
            &json!({
                "commands": [
                    {"type": "com.okta.action.update", "value": {"registration": "DENY"}}],
                "error": {"errorSummary": "Registration refused.", "errorCauses": [{
                    "errorSummary": "Use your company address.", "reason": "EMAIL_DOMAIN",
                    "locationType": "body", "location": "data.userProfile.email",
                    "domain": "end-user"}]},
            }),
        );
    }
}

#[test]
fn what_okta_does_not_accept_of_a_registration_is_an_error_with_the_attribute() {
    let set = |name: &str, value: Value| {
        registration("registration")
            .answer()
            .with_attribute("title", "Dr")
            .with_attribute(name, value)
    };
    let at = |name: &str, what: &str| format!("com.okta.user.profile.update at {name}: {what}");
    assert_error(set("title", "Ms".into()).build(), &at("title", "it is there more than once"));
    assert_error(set("x", Value::Null).build(), &at("x", "null is not accepted"));
    assert_error(set("password", "x".into()).build(), &at("password", "it cannot be changed"));
    let unknown = br#"{"eventType":"com.okta.user.pre-registration","requestType":"next.year"}"#;
    let unknown = registration::Request::from_slice(unknown).unwrap();
    let answer = unknown.answer().with_attribute("title", "Dr").build();
    assert_error(answer, "the request is of an unknown requestType");
    assert!(unknown.deny("No.").build().is_ok());
}

#[test]
fn a_password_is_verified_or_not() {
    let request = password_import::Request::from_slice(&body("password_import")).unwrap();
    let expected = |status: &str| json!({"commands": [{"type": "com.okta.action.update", "value": {"credential": status}}]});
    assert_json(request.verified().build(), &expected("VERIFIED"));
    assert_json(request.unverified().build(), &expected("UNVERIFIED"));
}

#[test]
fn an_imported_user_is_changed_created_or_linked() {
    let update = |kind: &str, value: Value| json!({"type": kind, "value": value});
    assert_json(
        import()
            .answer()
            .with_app_attribute("firstName", "Ivo")
            .with_profile_attribute("firstName", "Ivo")
            .with_profile_attribute("groups", json!(["a", "b"]))
            .create_user()
            .build(),
        &json!({"commands": [
            update("com.okta.appUser.profile.update", json!({"firstName": "Ivo"})),
            update("com.okta.user.profile.update", json!({"firstName": "Ivo", "groups": ["a", "b"]})),
            update("com.okta.action.update", json!({"result": "CREATE_USER"})),
        ]}),
    );
    assert_json(
        import().answer().link_user("00u9kq3f7TzWmXb2a5d7").build(),
        &json!({"commands": [
            update("com.okta.action.update", json!({"result": "LINK_USER"})),
            update("com.okta.user.update", json!({"id": "00u9kq3f7TzWmXb2a5d7"})),
        ]}),
    );
    assert_json(import().fail("No.").build(), &json!({"error": {"errorSummary": "No."}}));
    let both = import().answer().create_user().link_user("00u1").build();
    assert_error(both, "com.okta.action.update: it is there more than once");
    let empty = import().answer().link_user("").build();
    assert_error(empty, "com.okta.user.update at id: it is empty");
    let null = import().answer().with_app_attribute("a", Value::Null).build();
    assert_error(null, "com.okta.appUser.profile.update at a: null is not accepted");
}

#[test]
fn a_message_was_sent_is_going_to_be_or_was_not() {
    for (status, expected) in [
        (Status::Successful, "SUCCESSFUL"),
        (Status::Pending, "PENDING"),
        (Status::Failed, "FAILED"),
    ] {
        assert_json(
            telephony().answer(status).build(),
            &json!({"commands": [
                {"type": "com.okta.telephony.action", "value": [{"status": expected}]}]}),
        );
    }
    let detailed = telephony()
        .answer(Status::Successful)
        .with_provider("Acme SMS")
        .with_transaction_id("SM49a8")
        .with_transaction_metadata("duration=00:00:02");
    assert_json(
        detailed.clone().build(),
        &json!({"commands": [{"type": "com.okta.telephony.action", "value": [{
            "status": "SUCCESSFUL", "provider": "Acme SMS", "transactionId": "SM49a8",
            "transactionMetadata": "duration=00:00:02"}]}]}),
    );
    let twice = detailed.with_provider("Other").build();
    assert_error(twice, "com.okta.telephony.action at provider: it is there more than once");
    assert_json(
        telephony().fail("The provider does not answer.").build(),
        &json!({"error": {"errorSummary": "The provider does not answer."}}),
    );
}

#[test]
fn an_answer_of_256_kilobytes_is_an_error() {
    let answer = |length: usize| {
        token().answer().patch_access(Patch::new().add("x", "a".repeat(length))).build()
    };
    let rest = answer(0).unwrap().body().len();
    assert_eq!(answer(Answer::MAX_LEN - rest).unwrap().body().len(), Answer::MAX_LEN);
    assert_error(answer(Answer::MAX_LEN - rest + 1), "the answer is 256 KB or longer");
}

#[test]
fn messages_are_not_empty_and_debug_entries_are_there_once() {
    assert_error(token().fail("").build(), "/error/errorSummary: it is empty");
    let cause =
        token().fail("No.").with_cause(ErrorCause::new("a")).with_cause(ErrorCause::new(""));
    assert_error(cause.build(), "/error/errorCauses/1/errorSummary: it is empty");
    let twice = token().answer().with_debug("a", 1).with_debug("a", 2).build();
    assert_error(twice, "/debugContext/a: it is there more than once");
    let null = token().fail("No.").with_debug("a", Value::Null).build();
    assert_error(null, "/debugContext/a: null is not accepted");
    assert_json(token().answer().with_debug("a", 1).build(), &json!({"debugContext": {"a": 1}}));
}

#[test]
fn an_error_tells_its_kind_command_and_path() {
    let error = token().answer().patch_access(Patch::new().add("iss", 1)).build().unwrap_err();
    assert_eq!(error.kind(), AnswerErrorKind::Reserved);
    assert_eq!(error.command_type(), Some("com.okta.access.patch"));
    assert_eq!(error.path(), Some("/claims/iss"));
}
