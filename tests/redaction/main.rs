//! No `Debug` of any public type shows what was sent, nor does any error: not a value of the
//! payload, not the secret, not the challenge. Kinds and types that Okta's catalogue has may be
//! shown; what stands in the same place and is unknown may not.

#![cfg(all(feature = "tower", feature = "simulate", feature = "projection"))]

mod inline;

use std::any::type_name;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::time::Instant;

use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use okta_hooks::layer::{
    DeadLetter, Decode, DecodeLayer, Dedupe, DedupeLayer, Discard, Guard, GuardLayer, HandlerError,
    Hook, HookLayer,
};
use okta_hooks::projection::{Directory, Projection, UserKey};
use okta_hooks::simulate::{self, Attempt, Next, Nulls};
use okta_hooks::system_log::{Cursor, Query};
use okta_hooks::{
    AuthError, CHALLENGE_HEADER, Challenge, Claimed, Delivery, EventType, HeaderAuth, Headers,
    Inbound, LogEvent, Receiver, Rejection, SeenEvents,
};
use serde_json::Value;
use tower::{Service, ServiceExt, service_fn};

/// What must not be seen, in every string that is sent.
const MARK: &str = "hunter2";
/// The same, in every number.
const NUMBER: i64 = 48_151_623;

/// What was formatted, by type.
#[derive(Default)]
struct Formatted {
    types: BTreeSet<String>,
}

impl Formatted {
    #[track_caller]
    fn debug<T: Debug>(&mut self, value: &T) {
        assert_hidden(&format!("{value:?}"));
        assert_hidden(&format!("{value:#?}"));
        // Without arguments: `a::B<c::D>` is `a::B`.
        let name = type_name::<T>().split('<').next().unwrap_or_default();
        self.types.insert(name.to_owned());
    }

    #[track_caller]
    fn all<T: Debug>(&mut self, values: impl IntoIterator<Item = T>) {
        let before = self.types.len();
        let mut any = false;
        for value in values {
            self.debug(&value);
            any = true;
        }
        assert!(any, "there is no {} after {before} types", type_name::<T>());
    }

    #[track_caller]
    fn error<E: Error + 'static>(&mut self, error: &E) {
        self.debug(error);
        let error: &dyn Error = error;
        for cause in std::iter::successors(Some(error), |&error| error.source()) {
            assert_hidden(&cause.to_string());
            assert_hidden(&format!("{cause:?}"));
        }
    }
}

#[track_caller]
fn assert_hidden(shown: &str) {
    let lower = shown.to_lowercase();
    assert!(!lower.contains(MARK) && !lower.contains(&NUMBER.to_string()), "{shown}");
    // The bytes of the mark, as a list of numbers.
    let dense: String = lower.split_whitespace().collect();
    assert!(!dense.contains("104,117,110"), "{shown}");
}

/// A delivery of an event with every part, each value of which is marked but for those that
/// `is_kept` spares, and of elements that are not events.
fn body(is_kept: fn(&str) -> bool) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/session_start_every_part.json");
    let case: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let mut delivery = case["input"].clone();
    mark(&mut delivery, "", is_kept);
    let events = delivery["data"]["events"].as_array_mut().unwrap();
    let mut changed = events[0].clone();
    changed["uuid"] = format!("second {MARK}").into();
    changed["target"][0]["changeDetails"] =
        serde_json::json!({"from": {MARK: MARK}, "to": {MARK: NUMBER}});
    changed["actor"] = MARK.into();
    changed["request"] = serde_json::json!({"ipChain": changed["client"]["ipChain"]});
    events.push(changed);
    events.push(serde_json::json!({ MARK: MARK }));
    events.push(MARK.into());
    delivery.to_string()
}

fn mark(value: &mut Value, key: &str, is_kept: fn(&str) -> bool) {
    match value {
        Value::String(text) if !is_kept(key) => *text = format!("{MARK} {text}"),
        // A coordinate that is none would not be read.
        Value::Number(number) if !matches!(key, "lat" | "lon") => *number = NUMBER.into(),
        Value::Array(values) => values.iter_mut().for_each(|value| mark(value, key, is_kept)),
        Value::Object(members) => {
            members.iter_mut().for_each(|(key, value)| mark(value, key, is_kept));
        }
        _ => {}
    }
}

/// The kinds, types and times.
fn is_kind(key: &str) -> bool {
    const KINDS: [&str; 14] = [
        "eventType",
        "type",
        "published",
        "eventTime",
        "result",
        "severity",
        "level",
        "previousLevel",
        "device",
        "version",
        "credentialType",
        "authenticationProvider",
        "credentialProvider",
        "source",
    ];
    KINDS.contains(&key)
}

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-secret", HeaderValue::from_static("hunter2"));
    headers.insert(CHALLENGE_HEADER, HeaderValue::from_static("hunter2-challenge"));
    headers
}

fn receiver() -> Receiver {
    Receiver::new(HeaderAuth::new("x-secret", MARK).expect("a secret"))
}

fn post(body: &str) -> Request<String> {
    let mut request = Request::post("/hook").body(body.to_owned()).unwrap();
    *request.headers_mut() = headers();
    request
}

fn the_event(formatted: &mut Formatted, event: &LogEvent) {
    formatted.debug(event);
    formatted.debug(&event.event_type());
    formatted.all(event.severity());
    if let Some(actor) = event.actor() {
        formatted.all(actor.kind.clone());
        formatted.debug(&actor.clone().into_owned());
        formatted.debug(&actor);
    }
    let client = event.client().expect("it has every part");
    formatted.all(client.device.clone());
    formatted.all(client.user_agent.clone());
    let place = client.geographical_context.clone().expect("it has every part");
    formatted.all(place.geolocation.clone());
    formatted.debug(&place);
    formatted.all(client.ip_chain.clone());
    formatted.debug(&client);
    let device = event.device().expect("it has every part");
    formatted.all(device.disk_encryption_type.clone());
    formatted.all(device.screen_lock_type.clone());
    formatted.debug(&device);
    let outcome = event.outcome().expect("it has every part");
    formatted.all(outcome.result.clone());
    formatted.debug(&outcome);
    for target in event.targets() {
        formatted.all(target.kind.clone());
        if let Some(change) = &target.change_details {
            formatted.debug(change);
            formatted.all(change.from.clone());
        }
        formatted.debug(&target.into_owned());
    }
    let transaction = event.transaction().expect("it has every part");
    formatted.all(transaction.kind.clone());
    formatted.debug(&transaction);
    formatted.all(event.debug_context());
    let authentication = event.authentication_context().expect("it has every part");
    formatted.all(authentication.authentication_provider.clone());
    formatted.all(authentication.credential_provider.clone());
    formatted.all(authentication.credential_type.clone());
    formatted.all(authentication.issuer.clone());
    formatted.debug(&authentication);
    the_security_context(formatted, event);
    event.request().iter().for_each(|request| formatted.debug(request));
    for address in event.ip_chain() {
        formatted.all(address.version.clone());
        formatted.debug(&address);
    }
    for mismatch in event.schema_mismatches() {
        formatted.debug(&mismatch);
    }
}

fn the_security_context(formatted: &mut Formatted, event: &LogEvent) {
    let security = event.security_context().expect("it has every part");
    for behavior in &security.user_behaviors {
        formatted.all(behavior.result.clone());
        formatted.debug(behavior);
    }
    let risk = security.risk.clone().expect("it has every part");
    formatted.all(risk.level.clone());
    formatted.debug(&risk);
    let details = security.ip_details.clone().expect("it has every part");
    for category in &details.ip_service_categories {
        formatted.all(category.kind.clone());
        formatted.debug(category);
    }
    formatted.debug(&details);
    formatted.all(security.bot_protection.clone());
    formatted.debug(&security);
}

#[test]
fn no_debug_of_what_was_sent_shows_a_value() {
    formatted_models(&mut Formatted::default());
}

fn formatted_models(formatted: &mut Formatted) {
    for body in [body(|_| false), body(is_kind)] {
        let delivery = Delivery::from_slice(body.as_bytes()).expect("a delivery");
        assert_eq!((delivery.events().len(), delivery.invalid_events().len()), (2, 2));
        formatted.debug(&delivery);
        delivery.events().iter().for_each(|event| the_event(formatted, event));
        for invalid in delivery.invalid_events() {
            formatted.debug(invalid);
            formatted.debug(&invalid.reason());
            assert_hidden(&invalid.to_string());
        }
        the_projection(formatted, &delivery);
        the_claims(formatted, delivery);
    }
    let unknown = serde_json::from_str::<EventType>("\"\"").unwrap_err().to_string();
    assert_hidden(&unknown);
    formatted.error(&"".parse::<EventType>().expect_err("it is empty"));
    formatted.debug(EventType::USER_LIFECYCLE_CREATE.info().expect("it is known"));
    for body in [r#"{"data":"hunter2"}"#, r#""hunter2"#, "hunter2", r#"{"hunter2":["#] {
        let error = Delivery::from_slice(body.as_bytes()).expect_err("not a delivery");
        formatted.debug(&error.kind());
        formatted.error(&error);
        let error = serde_json::from_str::<Delivery>(body).expect_err("not a delivery");
        assert_hidden(&error.to_string());
        let error = serde_json::from_str::<LogEvent>(body).expect_err("not an event");
        assert_hidden(&error.to_string());
    }
}

fn the_projection(formatted: &mut Formatted, delivery: &Delivery) {
    let mut event: Value = serde_json::from_str(delivery.events()[0].raw()).unwrap();
    event["eventType"] = "group.user_membership.add".into();
    event["outcome"] = serde_json::json!({"result": "SUCCESS"});
    let named = |kind: &str| serde_json::json!({"id": MARK, "type": kind, "alternateId": MARK, "displayName": MARK});
    event["target"] = vec![named("User"), named("UserGroup")].into();
    for event_type in ["group.user_membership.add", "user.lifecycle.create"] {
        event["eventType"] = event_type.into();
        let event = LogEvent::from_slice(event.to_string().as_bytes()).unwrap();
        let projection = Projection::of(&event, delivery.event_time());
        formatted.debug(&projection);
        formatted.debug(&projection.version);
        formatted.debug(&projection.status);
        projection.status.iter().for_each(|status| {
            formatted.debug(status);
            formatted.debug(&status.value);
        });
        projection.users.iter().for_each(|user| formatted.debug(user));
        projection.groups.iter().for_each(|group| formatted.debug(group));
        projection.memberships().for_each(|change| formatted.debug(&change));
        let mut directory = Directory::new();
        directory.apply(&projection);
        formatted.debug(&directory);
        directory.people().values().for_each(|user| formatted.debug(user));
    }
    formatted.debug(&UserKey::from_id(MARK));
    formatted.debug(&UserKey::from_login(MARK));
}

fn the_claims(formatted: &mut Formatted, mut delivery: Delivery) {
    let (seen, now) = (SeenEvents::with_capacity(10), Instant::now());
    let claimed = seen.claim(&mut delivery, now);
    formatted.debug(&seen);
    formatted.debug(&claimed);
    let Claimed::New(claim) = claimed else { panic!("nobody has it") };
    formatted.debug(&claim);
    claim.commit(now);
    formatted.debug(&seen);
}

#[test]
fn no_debug_or_error_of_a_receiver_shows_the_secret_or_the_challenge() {
    formatted_receiver(&mut Formatted::default());
}

fn formatted_receiver(formatted: &mut Formatted) {
    let auth = HeaderAuth::basic("hunter2", "hunter2").expect("a secret");
    formatted.debug(&auth);
    formatted.debug(&auth.or(HeaderAuth::bearer(MARK).expect("a secret")).expect("one header"));
    formatted.error(&HeaderAuth::new("x-secret", "hunter2\n").expect_err("a line break"));
    formatted.error(&HeaderAuth::basic("hunter2:", MARK).expect_err("a colon"));
    formatted.debug(&receiver());
    let own = Receiver::new(|headers: Headers<'_>| {
        let debug = format!("{headers:?}");
        if debug.contains(MARK) { Ok(None) } else { Err(AuthError::Refused("not shown")) }
    });
    let refused = own.check("POST", &headers()).expect_err("it was not shown");
    assert_eq!(refused.to_string(), "not shown");
    formatted.types.insert(type_name::<Headers<'_>>().split('<').next().unwrap().to_owned());
    formatted.debug(&Challenge::from_headers(&headers()).expect("a challenge"));
    formatted.error(&Challenge::new(b"hunter2\xff").expect_err("not UTF-8"));
    for method in ["GET", "POST"] {
        let inbound = receiver().check(method, &headers()).expect("the secret is right");
        formatted.debug(&inbound);
        if let Inbound::Verification { secret, .. } = inbound {
            formatted.all(secret);
        }
    }
    let other = Receiver::new(HeaderAuth::new("x-secret", "hunter2 and more").expect("a secret"));
    formatted.error(&other.check("POST", &headers()).expect_err("another secret"));
    formatted.error(&receiver().check(MARK, &headers()).expect_err("another method"));
    let basic = Receiver::new(HeaderAuth::basic(MARK, MARK).expect("a secret"));
    let refused = basic.check("POST", &headers()).expect_err("no authorization");
    if let Rejection::Unauthorized { error, .. } = &refused {
        formatted.error(error);
    }
    formatted.error(&refused);
    formatted.error(&receiver().decode("hunter2").expect_err("not a delivery"));
}

#[tokio::test]
async fn no_debug_of_a_layer_service_future_or_body_shows_what_it_holds() {
    formatted_layers(&mut Formatted::default()).await;
}

async fn formatted_layers(formatted: &mut Formatted) {
    // The services within hold a value of their own, which is not ours to show either.
    let handler = service_fn(async |_: Delivery| Ok::<_, Infallible>(()));
    let http =
        service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(MARK.to_owned())));
    let body = body(is_kind);
    formatted.debug(&HookLayer::new(receiver()));
    formatted.debug(&DecodeLayer::new(10));
    formatted.debug(&GuardLayer::new(receiver()));
    let mut dedupe = Dedupe::new(handler, SeenEvents::with_capacity(10));
    formatted.debug(&DedupeLayer::new(SeenEvents::with_capacity(10)));
    formatted.debug(&dedupe);
    formatted.debug(&dedupe.call(Delivery::from_slice(body.as_bytes()).unwrap()));
    let mut decode = Decode::new(handler, 1_000_000);
    formatted.debug(&decode);
    formatted.debug(&decode.call(post(&body)));
    let mut guard = Guard::new(http, receiver());
    formatted.debug(&guard);
    let mut hook = Hook::new(handler, receiver());
    formatted.debug(&hook);
    for method in ["GET", "POST"] {
        let request = || {
            let mut request = post(&body);
            *request.method_mut() = method.parse().unwrap();
            request
        };
        formatted.debug(&hook.call(request()));
        let response = hook.clone().oneshot(request()).await.unwrap();
        formatted.debug(response.body());
        formatted.debug(&response);
        formatted.debug(&guard.call(request()));
        let response = guard.clone().oneshot(request()).await.unwrap();
        formatted.debug(response.body());
        formatted.debug(&response);
    }
    the_dead_letters(formatted, &body).await;
}

async fn the_dead_letters(formatted: &mut Formatted, body: &str) {
    formatted.debug(&Discard);
    let kept = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let keep = kept.clone();
    let layer =
        HookLayer::new(receiver()).with_dead_letters(service_fn(move |letter: DeadLetter| {
            keep.lock().unwrap().push(letter);
            async { Ok::<_, Infallible>(()) }
        }));
    let fails = service_fn(async |_: Delivery| Err::<(), _>("it failed"));
    let hook = tower::Layer::layer(&layer, fails);
    formatted.debug(&hook);
    for body in [body, "{\"password\": hunter2}"] {
        let response = hook.clone().oneshot(post(body)).await.unwrap();
        assert!(!response.status().is_success());
        formatted.debug(&response);
        response
            .extensions()
            .get::<HandlerError>()
            .into_iter()
            .for_each(|error| formatted.error(error));
    }
    let kept = kept.lock().unwrap();
    assert_eq!(kept.len(), 2);
    for letter in kept.iter() {
        formatted.debug(letter);
        assert_hidden(&letter.to_string());
    }
}

#[test]
fn no_debug_or_error_of_the_system_log_or_the_simulation_shows_a_value() {
    formatted_rest(&mut Formatted::default());
}

fn formatted_rest(formatted: &mut Formatted) {
    let query = Query::new()
        .with_filter(r#"actor.alternateId eq "hunter2""#)
        .with_since("2026-01-01T00:00:00Z");
    formatted.debug(&query);
    let cursor = Cursor::start("https://acme.okta.com", &query).expect("a URL");
    formatted.debug(&cursor);
    formatted.error(&Cursor::start("https://hunter2@acme.okta.com", &query).expect_err("a user"));
    let events: Value = serde_json::from_str(&body(|_| false)).unwrap();
    let page =
        cursor.read(events["data"]["events"].to_string(), &HeaderMap::new()).expect("a page");
    assert_eq!((page.events.len(), page.invalid_events.len()), (2, 2));
    formatted.debug(&page);
    formatted
        .error(&cursor.read(r#"{"hunter2":"hunter2"}"#, &HeaderMap::new()).expect_err("no array"));
    let elsewhere = [(
        "link".parse().unwrap(),
        HeaderValue::from_static("<https://hunter2.example/>; rel=\"next\""),
    )];
    formatted
        .error(&cursor.read("[]", &HeaderMap::from_iter(elsewhere)).expect_err("another host"));

    let target =
        simulate::TargetBuilder::user(MARK).id(MARK).display_name(MARK).detail(MARK.into());
    formatted.debug(&target);
    let event =
        simulate::event(EventType::USER_LIFECYCLE_CREATE).target(target).debug_data(MARK, MARK);
    formatted.debug(&event);
    let delivery =
        simulate::delivery().event(event).event_id(MARK).json(MARK.into()).nulls(Nulls::default());
    formatted.debug(&delivery);
    formatted.debug(&Nulls::default());
    let secret = [("authorization", MARK)];
    let request = delivery.to_request("https://example.com/", &secret).expect("a request");
    formatted.debug(request.headers());
    let verification = simulate::verification().challenge(MARK);
    formatted.debug(&verification);
    let request = verification.to_request("https://example.com/", &secret).expect("a request");
    formatted.debug(&request);
    formatted.error(
        &verification.check(StatusCode::OK, &HeaderMap::new(), b"hunter2").expect_err("bare"),
    );
    let attempt = Attempt::first(std::time::Duration::ZERO);
    formatted.debug(&attempt);
    let outcome = simulate::AttemptOutcome::Answer(StatusCode::NOT_FOUND);
    formatted.debug(&outcome);
    let next = attempt.after(outcome, std::time::Duration::ZERO);
    formatted.debug(&next);
    if let Next::Lost(failure) = next {
        formatted.error(&failure);
    }
}

#[tokio::test]
async fn every_public_type_is_among_them() {
    let mut formatted = Formatted::default();
    formatted_models(&mut formatted);
    formatted_receiver(&mut formatted);
    formatted_layers(&mut formatted).await;
    formatted_rest(&mut formatted);
    inline::formatted_inline(&mut formatted);
    let mut public = BTreeSet::new();
    declared(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), "okta_hooks", &mut public);
    assert!(public.len() > 80, "{}", public.len());
    let missing: Vec<_> = public.difference(&formatted.types).collect();
    assert!(missing.is_empty(), "not formatted: {missing:#?}");
}

/// The structs and enums that the files of `folder` declare to be public, by their paths.
fn declared(folder: &Path, module: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let inside = match stem {
            "mod" | "lib" => module.to_owned(),
            name => format!("{module}::{name}"),
        };
        if path.is_dir() {
            declared(&path, &inside, found);
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let mut words = line.split_whitespace();
            let is_public = words.next() == Some("pub")
                && words.next().is_some_and(|word| word == "struct" || word == "enum");
            let name =
                words.next().and_then(|name| name.split(|c: char| !c.is_alphanumeric()).next());
            found.extend(
                name.filter(|name| is_public && !name.is_empty())
                    .map(|name| format!("{inside}::{name}")),
            );
        }
    }
}
