//! Every accessor of every request, on bodies composed from what is known about Okta's.

use std::borrow::Cow;
use std::fs;

use okta_hooks::inline::{
    HookType, HttpRequest, IdentityProviderType, Request, Session, User, password_import,
    registration, saml, telephony, token, user_import,
};
use serde::Serialize;
use serde_json::{Value, json};

fn body(name: &str) -> Vec<u8> {
    fs::read(format!("{}/tests/inline/{name}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn text<'a>(value: &'a Option<Cow<'_, str>>) -> &'a str {
    value.as_deref().unwrap_or("(none)")
}

/// What a part says, as its own JSON, has to be what stands there in the request.
#[track_caller]
fn assert_is(request: &Request, pointer: &str, part: &impl Serialize) {
    let found = request.envelope().get(pointer).expect(pointer);
    let found: Value = serde_json::from_str(found.get()).unwrap();
    assert_eq!(serde_json::to_value(part).unwrap(), found, "{pointer}");
}

fn check_http_request(request: &Request) {
    let HttpRequest { .. } = request.envelope().http_request().expect("it is there");
    assert_is(request, "/data/context/request", &request.envelope().http_request());
}

fn check_session(request: &Request, session: &Session<'_>) {
    assert_is(request, "/data/context/session", session);
    assert_eq!(text(&session.user_id), "00u9kq3f7TzWmXb2a5d7");
    assert_eq!(session.amr, ["PASSWORD"]);
}

fn check_user(user: &User<'_>, login: &str) {
    let profile = user.profile.as_ref().expect("it is there");
    assert_eq!(text(&profile.login), login);
    assert!(profile.first_name.is_some() && profile.last_name.is_some());
    assert!(profile.locale.is_some() && profile.time_zone.is_some());
    assert!(user.id.is_some() && user.password_changed.is_some());
    let links = user.links.as_ref().expect("they are there");
    assert!(text(&links.groups.as_ref().unwrap().href).ends_with("/groups"));
    assert!(text(&links.factors.as_ref().unwrap().href).ends_with("/factors"));
}

#[test]
fn nothing_of_any_request_is_lost() {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inline")).unwrap();
    let mut read = 0;
    for path in files.map(|entry| entry.unwrap().path()) {
        let body = fs::read(&path).unwrap();
        let request = Request::from_slice(&body).unwrap();
        assert_eq!(request.envelope().raw(), &body);
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(json, std::str::from_utf8(&body).unwrap().trim(), "{}", path.display());
        let again: Request = serde_json::from_str(&json).unwrap();
        assert_eq!(again.hook_type(), request.hook_type());
        assert!(!matches!(request, Request::Other(_)), "{}", path.display());
        read += 1;
    }
    assert!(read >= 10, "{read}");
}

#[test]
fn every_accessor_of_the_envelope_reads() {
    let request = Request::from_slice(&body("token")).unwrap();
    let envelope = request.envelope();
    assert_eq!(envelope.hook_type(), HookType::TOKEN);
    assert_eq!(text(&envelope.event_id()), "3o9jBzq1SmOGmmsDsqyyeQ");
    assert_eq!(text(&envelope.event_time()), "2025-07-28T08:15:00.000Z");
    assert_eq!(text(&envelope.event_type_version()), "1.0");
    assert_eq!(text(&envelope.cloud_event_version()), "0.1");
    assert_eq!(text(&envelope.content_type()), "application/json");
    assert_eq!(text(&envelope.source()), "https://acme.okta.com/oauth2/default/v1/authorize");
    check_http_request(&request);
    let unknown = envelope.get("/data/context/user/profile/costCenter").map(|json| json.get());
    assert_eq!(unknown, Some("0.10"), "an unknown member, as it was written");
    let line = envelope.get("/data/identity/claims/address/lines/0").map(|json| json.get());
    assert_eq!(line, Some("\"12 St James's Square\""));
    for nothing in ["", "data", "/", "/data/nothing", "/data/identity/claims/address/lines/1"] {
        assert!(envelope.get(nothing).is_none(), "{nothing}");
    }
}

#[test]
fn numbers_for_versions_and_the_other_spelling_are_read() {
    for name in ["token_refresh_client_credentials", "registration_classic_engine"] {
        let request = Request::from_slice(&body(name)).unwrap();
        assert_eq!(text(&request.envelope().event_type_version()), "1");
        assert_eq!(text(&request.envelope().cloud_event_version()), "0.1");
    }
}

#[cfg(feature = "jiff")]
#[test]
fn the_time_of_a_request_is_a_timestamp() {
    let request = Request::from_slice(&body("token")).unwrap();
    let time = request.envelope().event_timestamp().expect("a time");
    assert_eq!(time.to_string(), "2025-07-28T08:15:00Z");
}

#[test]
fn every_accessor_of_a_token_request_reads() {
    let typed = token::Request::from_slice(&body("token")).unwrap();
    let request = Request::from(typed.clone());
    let protocol = typed.protocol().unwrap();
    assert_is(&request, "/data/context/protocol", &protocol);
    assert_eq!(text(&protocol.kind), "OAUTH2.0");
    assert_eq!(text(&protocol.request.unwrap().response_type), "token id_token");
    assert_eq!(text(&protocol.client.unwrap().kind), "PUBLIC");
    let session = typed.session().unwrap();
    check_session(&request, &session);
    assert_eq!(session.idp.unwrap().kind, Some(IdentityProviderType::OKTA));
    assert_eq!(session.mfa_active, Some(false));
    check_user(&typed.user().unwrap(), "ada@acme.example");
    assert_is(&request, "/data/context/policy", &typed.policy());
    assert_is(&request, "/data/identity", &typed.identity());
    assert_is(&request, "/data/access", &typed.access());
    assert_is(&request, "/data/refresh_token", &typed.refresh_token());
    assert_eq!(typed.identity().unwrap().lifetime(), Some(3_600));
    let access = typed.access().unwrap();
    assert_eq!(access.lifetime(), Some(3_600));
    assert_eq!(access.scopes.unwrap().iter().count(), 2);
    assert_eq!(access.claims.unwrap().string("tier").as_deref(), Some("3"));
}

#[test]
fn a_token_without_a_user_has_none_and_a_refresh_has_its_first_grant() {
    let request = token::Request::from_slice(&body("token_refresh_client_credentials")).unwrap();
    assert!(request.session().is_none() && request.user().is_none());
    assert!(request.identity().is_none());
    assert_eq!(request.access().unwrap().lifetime(), Some(600), "directly under `access`");
    let grant = request.protocol().unwrap().original_grant.expect("it is a refresh");
    assert_eq!(text(&grant.authorization.unwrap().scope), "api:read api:write");
    assert_eq!(text(&grant.refresh_token.unwrap().jti), "oar1");
}

#[test]
fn every_accessor_of_a_saml_request_reads() {
    let typed = saml::Request::from_slice(&body("saml")).unwrap();
    let request = Request::from(typed.clone());
    check_http_request(&request);
    assert_is(&request, "/data/context/protocol", &typed.protocol());
    let session = typed.session().unwrap();
    check_session(&request, &session);
    assert_eq!(session.idp.unwrap().kind, Some(IdentityProviderType::FEDERATION));
    check_user(&typed.user().unwrap(), "ada@acme.example");
    let assertion = typed.assertion().unwrap();
    assert_is(&request, "/data/assertion", &assertion);
    let roles = assertion.claim("roles").unwrap();
    assert_is(&request, "/data/assertion/claims/roles", &roles);
    let values: Vec<_> = roles.attribute_values.iter().map(|value| text(&value.value)).collect();
    assert_eq!(values, ["reader", "writer"]);
    let department = assertion.claim("http://acme.example/claims/dept").unwrap();
    assert_eq!(text(&department.attribute_values[0].value), "Engines");
    assert!(assertion.claim("nothing").is_none());
    assert_eq!(assertion.lifetime.unwrap().expiration, Some(300));
}

#[test]
fn every_accessor_of_a_registration_request_reads() {
    let read = |name| registration::Request::from_slice(&body(name)).unwrap();
    let new = read("registration");
    check_http_request(&new.clone().into());
    assert_eq!(new.request_type(), Some(registration::RequestType::SELF_SERVICE));
    assert_eq!(new.action(), Some(registration::Action::ALLOW));
    let profile = new.user_profile().unwrap();
    assert_eq!(profile.string("email").as_deref(), Some("ivo@other.example"));
    assert!(new.user_profile_update().is_none() && new.user().is_none());

    let classic = read("registration_classic_engine");
    assert_eq!(classic.request_type(), None);
    assert_eq!(classic.user_profile().unwrap().string("age").as_deref(), Some("41"));

    let progressive = read("registration_progressive_profile");
    assert_eq!(progressive.request_type(), Some(registration::RequestType::PROGRESSIVE_PROFILE));
    check_user(&progressive.user().unwrap(), "ivo@acme.example");
    let update = progressive.user_profile_update().unwrap();
    assert_eq!(update.string("employeeNumber").as_deref(), Some("1842"));
    assert!(progressive.user_profile().is_none());
}

#[test]
fn every_accessor_of_a_password_import_reads() {
    let typed = password_import::Request::from_slice(&body("password_import")).unwrap();
    let request = Request::from(typed.clone());
    check_http_request(&request);
    assert_is(&request, "/data/context/credential", &typed.credential());
    let credential = typed.credential().unwrap();
    assert_eq!(text(&credential.username), "ivo@acme.example");
    assert_eq!(text(&credential.password), "Tr0ub4dor&3 é\n", "escapes are read");
    let status = typed.action().unwrap().credential;
    assert_eq!(status, Some(password_import::CredentialStatus::UNVERIFIED));
}

#[test]
fn every_accessor_of_a_user_import_reads() {
    let typed = user_import::Request::from_slice(&body("user_import")).unwrap();
    let request = Request::from(typed.clone());
    assert!(request.envelope().http_request().is_none());
    assert_eq!(typed.conflicts(), ["login"]);
    assert_is(&request, "/data/context/application", &typed.application());
    assert_is(&request, "/data/context/job", &typed.job());
    assert_eq!(typed.matches()[0].get(), r#"{"id":"00u7ey3kTzWmXb2a5d7"}"#);
    assert_eq!(typed.policy(), ["EMAIL", "FIRST_AND_LAST_NAME"]);
    assert_eq!(typed.action().unwrap().result, Some(user_import::ImportResult::LINK_USER));
    let app_user = typed.app_user().unwrap().profile.unwrap();
    assert_eq!(app_user.get("entitlements").map(|json| json.get()), Some("null"));
    assert_eq!(app_user.get("licenses").map(|json| json.get()), Some(r#"["A","B"]"#));
    assert_is(&request, "/data/user", &typed.user());
}

#[test]
fn every_accessor_of_a_telephony_request_reads() {
    let typed = telephony::Request::from_slice(&body("telephony")).unwrap();
    let request = Request::from(typed.clone());
    check_http_request(&request);
    assert_eq!(typed.request_type(), Some(telephony::RequestType::PRE_ENROLLMENT));
    assert_is(&request, "/data/userProfile", &typed.user_profile());
    let message = typed.message().unwrap();
    assert_is(&request, "/data/messageProfile", &message);
    assert_eq!(text(&message.otp_code), "004217", "with its zeros");
    assert!(message.is_sms() && !message.is_voice_call());

    let call = telephony::Request::from_slice(&body("telephony_voice_numbers")).unwrap();
    let message = call.message().unwrap();
    assert_eq!((text(&message.phone_number), text(&message.otp_code)), ("15555550142", "4217"));
    assert!(message.msg_template.is_none() && message.is_voice_call() && !message.is_sms());
    assert_eq!(call.request_type(), None);
}

#[test]
fn a_type_of_hook_that_is_not_known_is_read_and_can_be_answered() {
    let json = br#"{"eventType":"com.okta.next.year","data":{"context":{"x":[1,{"y":2}]}}}"#;
    let Request::Other(request) = Request::from_slice(json).unwrap() else { panic!("not known") };
    assert_eq!(request.envelope().hook_type(), "com.okta.next.year");
    let y = request.envelope().get("/data/context/x/1/y").map(|json| json.get());
    assert_eq!(y, Some("2"));
    let answer = request.answer(&json!({"commands": []})).unwrap();
    assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &br#"{"commands":[]}"#[..]));
    assert_eq!(request.no_content().status(), 204);
}

#[test]
fn a_body_that_is_no_request_is_refused_with_its_place() {
    let error = |body: &str| Request::from_slice(body.as_bytes()).unwrap_err().to_string();
    assert_eq!(error(""), "unexpected end of JSON at line 1 column 0");
    assert_eq!(error("[1]"), "expected an object at line 1 column 1");
    assert_eq!(error("{\"data\":{]}"), "not valid JSON at line 1 column 10");
    assert_eq!(error("{} x"), "not valid JSON at line 1 column 4");
    assert_eq!(error("{}"), "expected a string in `eventType` at line 1 column 2");
    assert_eq!(error(r#"{"eventType":5}"#), "expected a string in `eventType` at line 1 column 15");
    let other = saml::Request::from_slice(&body("token")).unwrap_err().to_string();
    assert_eq!(other, "not the expected type of inline hook in `eventType` at line 1 column 1");
    assert!(serde_json::from_slice::<saml::Request>(&body("token")).is_err());
}

#[test]
fn of_duplicate_members_the_last_one_counts_with_all_that_is_in_it() {
    let read = |data: &str| {
        let body = format!(r#"{{"eventType":"com.okta.oauth2.tokens.transform",{data}}}"#);
        let request = token::Request::from_slice(body.as_bytes()).unwrap();
        let user = request.user().and_then(|user| user.id).map(Cow::into_owned);
        (user, request.access().is_some())
    };
    let context = r#""context":{"user":{"id":"1"}}"#;
    assert_eq!(read(&format!(r#""data":{{{context},"access":{{}}}}"#)), (Some("1".into()), true));
    assert_eq!(read(&format!(r#""data":{{{context},"access":{{}}}},"data":{{}}"#)), (None, false));
    assert_eq!(read(&format!(r#""data":{{{context},"access":{{}}}},"data":5"#)), (None, false));
    assert_eq!(
        read(&format!(r#""data":{{{context},"context":{{}},"access":{{}}}}"#)),
        (None, true)
    );
    assert_eq!(read(r#""data":{"access":{},"access":[]}"#), (None, false));
}

#[test]
fn other_shapes_read_as_absent() {
    for data in ["null", "[]", "5", r#"{"context":[],"access":"x","identity":null}"#] {
        let body = format!(r#"{{"eventType":"com.okta.oauth2.tokens.transform","data":{data}}}"#);
        let request = token::Request::from_slice(body.as_bytes()).unwrap();
        assert!(request.user().is_none() && request.access().is_none(), "{data}");
        assert!(request.identity().is_none() && request.policy().is_none(), "{data}");
    }
}
