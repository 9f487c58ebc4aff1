//! Requests of inline hooks, marked in every value, and answers that say marked values.

use std::fs;

use http::{HeaderMap, StatusCode};
use okta_hooks::inline::saml::Attribute;
use okta_hooks::inline::telephony::Status;
use okta_hooks::inline::token::Patch;
use okta_hooks::inline::{
    Answer, AnswerError, ErrorCause, Fallback, LocationType, OtherRequest, Pointer, Request,
    Session, User, password_import, registration, saml, telephony, token, user_import,
};
use okta_hooks::layer::{InlineHook, InlineHookLayer};
use okta_hooks::simulate::{self, inline::Verdict};
use serde_json::{Value, json};
use tower::{Service, service_fn};

use super::{Formatted, MARK, NUMBER, assert_hidden, mark, post, receiver};

/// The request in a file of `tests/inline`, marked in every value but its type, and those that
/// `is_kept` spares.
fn request(name: &str, is_kept: fn(&str) -> bool) -> Request {
    let path = format!("{}/tests/inline/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut body: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    mark(&mut body["data"], "", is_kept);
    for member in ["eventId", "eventTime", "source", "contentType", "eventTypeVersion"] {
        body[member] = MARK.into();
    }
    Request::from_slice(body.to_string().as_bytes()).unwrap()
}

fn is_kind(key: &str) -> bool {
    matches!(key, "type" | "action" | "result" | "credential" | "deliveryChannel")
}

pub fn formatted_inline(formatted: &mut Formatted) {
    the_layer(formatted);
    the_simulation(formatted);
    let names = [
        "token",
        "token_refresh_client_credentials",
        "saml",
        "registration",
        "registration_progressive_profile",
        "password_import",
        "user_import",
        "telephony",
    ];
    for is_kept in [is_kind, |_: &str| false] {
        for name in names {
            the_request(formatted, &request(name, is_kept));
        }
    }
    let other = json!({"eventType": MARK, "data": {MARK: MARK}}).to_string();
    the_request(formatted, &Request::from_slice(other.as_bytes()).unwrap());
    let body = br#"{"eventType":"hunter2","data":"hunter2"#;
    formatted.error(&Request::from_slice(body).expect_err("it ends too early"));
    let error = serde_json::from_slice::<token::Request>(b"{\"eventType\":\"hunter2\"}");
    assert_hidden(&error.expect_err("another type").to_string());
    formatted.debug(&Pointer::from("tenant"));
    formatted.debug(&LocationType::Body);
    formatted.debug(&ErrorCause::new(MARK).with_reason(MARK).with_location(MARK).with_domain(MARK));
}

fn the_simulation(formatted: &mut Formatted) {
    let builder = simulate::inline::registration().user(MARK).with("/data/x", MARK);
    formatted.debug(&builder);
    let body = json!({"commands": [MARK], "error": {"errorSummary": NUMBER}}).to_string();
    let request = builder.build();
    let verdict = Verdict::of(&request, StatusCode::OK, &HeaderMap::new(), body.as_bytes());
    formatted.debug(&verdict);
    formatted.debug(&verdict.effect());
    for finding in verdict.findings() {
        formatted.debug(finding);
        formatted.error(&finding.kind());
        assert_hidden(&finding.to_string());
    }
}

fn the_layer(formatted: &mut Formatted) {
    let fallback = Fallback::new().with_token_error(MARK).with_denial(MARK);
    formatted.debug(&fallback);
    formatted.debug(&InlineHookLayer::new(receiver(), fallback.clone()));
    let handler = service_fn(async |_: Request| Err::<Answer, _>(MARK));
    let mut hook = InlineHook::new(handler, receiver(), fallback);
    formatted.debug(&hook);
    formatted.debug(&hook.call(post(MARK)));
}

fn the_request(formatted: &mut Formatted, request: &Request) {
    formatted.debug(request);
    formatted.debug(request.envelope());
    formatted.debug(&request.hook_type());
    if let Some(http) = request.envelope().http_request() {
        formatted.debug(&http);
        formatted.all(http.url);
    }
    match request {
        Request::Token(request) => the_token(formatted, request),
        Request::Saml(request) => the_assertion(formatted, request),
        Request::Registration(request) => the_registration(formatted, request),
        Request::PasswordImport(request) => the_password(formatted, request),
        Request::UserImport(request) => the_import(formatted, request),
        Request::Telephony(request) => the_message(formatted, request),
        Request::Other(request) => the_other(formatted, request),
        _ => unreachable!("all are known"),
    }
}

fn the_session(formatted: &mut Formatted, session: Option<Session<'_>>) {
    let Some(session) = session else { return };
    formatted.debug(&session);
    formatted.debug(&session.clone().into_owned());
    let provider = session.idp.expect("it has one");
    formatted.all(provider.kind.clone());
    formatted.debug(&provider);
}

fn the_user(formatted: &mut Formatted, user: Option<User<'_>>) {
    let Some(user) = user else { return };
    formatted.debug(&user);
    formatted.all(user.profile.clone());
    let links = user.links.expect("it has some");
    formatted.all(links.groups.clone());
    formatted.debug(&links);
}

fn the_token(formatted: &mut Formatted, request: &token::Request) {
    formatted.debug(request);
    let protocol = request.protocol().expect("it has one");
    formatted.debug(&protocol);
    formatted.all(protocol.request);
    formatted.all(protocol.issuer);
    formatted.all(protocol.client);
    protocol.original_grant.iter().for_each(|grant| formatted.debug(grant));
    the_session(formatted, request.session());
    the_user(formatted, request.user());
    let policy = request.policy().expect("it has one");
    formatted.all(policy.rule.clone());
    formatted.debug(&policy);
    let access = request.access().expect("it has one");
    formatted.debug(&access);
    if let Some(settings) = access.token {
        formatted.debug(&settings);
        formatted.all(settings.lifetime);
    }
    request.identity().iter().for_each(|identity| formatted.debug(identity));
    request.refresh_token().iter().for_each(|token| formatted.debug(token));

    let patch = Patch::new().add("tenant", MARK).add("n", NUMBER);
    formatted.debug(&patch);
    let answer = request.answer().patch_access(patch).with_debug("a", MARK);
    formatted.debug(&answer);
    formatted.debug(&answer.build().expect("an answer"));
    let refused = request.answer().patch_access(Patch::new().add("iss", MARK)).build();
    the_error(formatted, &refused.expect_err("it is reserved"));
    formatted.debug(&request.fail(MARK));
}

fn the_error(formatted: &mut Formatted, error: &AnswerError) {
    formatted.error(error);
    formatted.debug(&error.kind());
}

fn the_assertion(formatted: &mut Formatted, request: &saml::Request) {
    formatted.debug(request);
    let protocol = request.protocol().expect("it has one");
    formatted.debug(&protocol);
    formatted.all(protocol.issuer);
    the_session(formatted, request.session());
    the_user(formatted, request.user());
    let assertion = request.assertion().expect("it has one");
    formatted.debug(&assertion);
    let claim = assertion.claim("roles").expect("it has one");
    formatted.debug(&claim);
    formatted.all(claim.attributes);
    for value in claim.attribute_values {
        formatted.debug(&value);
        formatted.all(value.attributes);
    }
    formatted.all(assertion.lifetime);
    formatted.all(assertion.conditions);
    let authentication = assertion.authentication.expect("it has one");
    formatted.debug(&authentication);
    formatted.all(authentication.authn_context);
    let subject = assertion.subject.expect("it has one");
    formatted.debug(&subject);
    let confirmation = subject.confirmation.expect("it has one");
    formatted.debug(&confirmation);
    formatted.all(confirmation.data);

    formatted.debug(&Attribute::new(MARK).with_value(MARK));
    let answer = request.answer().add_claim("team", MARK).replace(["subject", "nameId"], MARK);
    formatted.debug(&answer);
    formatted.debug(&answer.build().expect("an answer"));
    let refused = request.answer().add_claim("roles", MARK).build();
    the_error(formatted, &refused.expect_err("it is there"));
    formatted.debug(&request.fail(MARK).with_cause(ErrorCause::new(MARK)));
}

fn the_registration(formatted: &mut Formatted, request: &registration::Request) {
    formatted.debug(request);
    formatted.all(request.request_type());
    formatted.all(request.action());
    request.user_profile().iter().for_each(|profile| formatted.debug(profile));
    request.user_profile_update().iter().for_each(|profile| formatted.debug(profile));
    the_user(formatted, request.user());
    let answer = request.answer().with_attribute("title", MARK);
    formatted.debug(&answer);
    formatted.debug(&answer.build().expect("an answer"));
    let denial = request.deny(MARK).with_cause(ErrorCause::new(MARK));
    formatted.debug(&denial);
    formatted.debug(&denial.build().expect("an answer"));
}

fn the_password(formatted: &mut Formatted, request: &password_import::Request) {
    formatted.debug(request);
    formatted.all(request.credential());
    let action = request.action().expect("it has one");
    formatted.all(action.credential.clone());
    formatted.debug(&action);
    formatted.debug(&request.verified().with_debug("a", MARK));
    formatted.debug(&request.unverified().build().expect("an answer"));
}

fn the_import(formatted: &mut Formatted, request: &user_import::Request) {
    formatted.debug(request);
    formatted.all(request.application());
    formatted.all(request.job());
    let action = request.action().expect("it has one");
    formatted.all(action.result.clone());
    formatted.debug(&action);
    formatted.all(request.app_user());
    formatted.all(request.user());
    let answer = request.answer().with_app_attribute("a", MARK).link_user(MARK);
    formatted.debug(&answer);
    formatted.debug(&answer.build().expect("an answer"));
    let twice =
        request.answer().with_profile_attribute("a", MARK).with_profile_attribute("a", MARK);
    the_error(formatted, &twice.build().expect_err("it is there twice"));
}

fn the_message(formatted: &mut Formatted, request: &telephony::Request) {
    formatted.debug(request);
    formatted.all(request.request_type());
    formatted.all(request.user_profile());
    formatted.all(request.message());
    formatted.debug(&Status::Successful);
    let answer = request.answer(Status::Successful).with_provider(MARK).with_transaction_id(MARK);
    formatted.debug(&answer);
    formatted.debug(&answer.build().expect("an answer"));
    formatted.debug(&request.fail(MARK));
}

fn the_other(formatted: &mut Formatted, request: &OtherRequest) {
    formatted.debug(request);
    formatted.debug(&request.answer(&json!({MARK: MARK})).expect("an answer"));
}

#[test]
fn no_debug_or_error_of_an_inline_hook_shows_a_value() {
    formatted_inline(&mut Formatted::default());
}
