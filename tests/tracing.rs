//! What feature `tracing` records, as a subscriber sees it: one span for each request, one event for
//! each failure, and never a value of the payload.

#![cfg(feature = "tracing")]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use http::Request;
use okta_hooks::inline::{self, Fallback};
use okta_hooks::layer::{DedupeLayer, HookLayer, InlineHookLayer};
use okta_hooks::{Delivery, HeaderAuth, Receiver, SeenEvents};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

type Fields = BTreeMap<String, String>;

/// An event's fields, and the span it is in.
type InSpan = (Option<u64>, Fields);

/// Everything that was recorded, in order.
#[derive(Clone, Default)]
struct Recorded {
    spans: Arc<Mutex<Vec<(u64, Fields)>>>,
    events: Arc<Mutex<Vec<InSpan>>>,
}

struct Put<'a>(&'a mut Fields);

impl Visit for Put<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Recorded {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let mut fields =
            Fields::from([("span".to_owned(), attributes.metadata().name().to_owned())]);
        attributes.record(&mut Put(&mut fields));
        self.spans.lock().unwrap().push((id.into_u64(), fields));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut spans = self.spans.lock().unwrap();
        let span = spans.iter_mut().rfind(|(span, _)| *span == id.into_u64());
        values.record(&mut Put(&mut span.expect("it was made").1));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::from([("level".to_owned(), event.metadata().level().to_string())]);
        event.record(&mut Put(&mut fields));
        let span = context.event_span(event).map(|span| span.id().into_u64());
        self.events.lock().unwrap().push((span, fields));
    }
}

impl Recorded {
    /// The spans in the order they were made, each with the events in it.
    fn requests(&self) -> Vec<(Fields, Vec<Fields>)> {
        let events = self.events.lock().unwrap();
        let within = |id| {
            events.iter().filter(move |(span, _)| *span == Some(id)).map(|(_, event)| event.clone())
        };
        let spans = self.spans.lock().unwrap();
        assert!(events.iter().all(|(span, _)| span.is_some()), "every event is in a span");
        spans.iter().map(|(id, fields)| (fields.clone(), within(*id).collect())).collect()
    }

    fn assert_hides(&self, mark: &str) {
        let all = format!("{:?} {:?}", self.spans.lock().unwrap(), self.events.lock().unwrap());
        assert!(!all.contains(mark), "{all}");
    }
}

const ORG: &str = "acme.okta.com";

fn body(event_id: &str, uuids: &[&str]) -> String {
    let event = |uuid: &&str| {
        serde_json::json!({
            "uuid": uuid, "eventType": "user.session.start", "displayMessage": "hunter2",
            "actor": {"alternateId": "hunter2", "displayName": "hunter2"},
        })
    };
    let events: Vec<_> = uuids.iter().map(event).collect();
    serde_json::json!({
        "source": format!("https://{ORG}/api/v1/eventHooks/who1"),
        "eventId": event_id,
        "data": {"events": events},
    })
    .to_string()
}

fn post(body: String) -> Request<String> {
    Request::post("/").header("x-secret", "hunter2").body(body).expect("a request")
}

fn receiver() -> Receiver {
    Receiver::new(HeaderAuth::new("x-secret", "hunter2").expect("a secret"))
}

fn layer() -> HookLayer {
    HookLayer::new(receiver())
}

#[track_caller]
fn assert_fields(fields: &Fields, expected: &[(&str, &str)]) {
    let found: Vec<_> =
        expected.iter().map(|(name, _)| fields.get(*name).map_or("", String::as_str)).collect();
    let values: Vec<_> = expected.iter().map(|(_, value)| *value).collect();
    assert_eq!(found, values, "{fields:?}");
}

fn subscribe() -> (Recorded, tracing::subscriber::DefaultGuard) {
    let recorded = Recorded::default();
    let subscriber = tracing_subscriber::registry().with(recorded.clone());
    (recorded, tracing::subscriber::set_default(subscriber))
}

#[tokio::test]
async fn a_span_tells_the_ids_how_many_events_were_new_the_outcome_and_the_time() {
    let (recorded, _guard) = subscribe();
    let hook = ServiceBuilder::new()
        .layer(layer())
        .layer(DedupeLayer::new(SeenEvents::with_capacity(100)))
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    for body in [body("e1", &["u1"]), body("e2", &["u1", "u2", "u3"]), body("e3", &["u1"])] {
        assert_eq!(hook.clone().oneshot(post(body)).await.unwrap().status(), 204);
    }
    let requests = recorded.requests();
    let expected = [("e1", "1", "1", "0"), ("e2", "3", "2", "1"), ("e3", "1", "0", "1")];
    assert_eq!(requests.len(), expected.len(), "one span for each request");
    for ((span, events), (event_id, sent, new, seen)) in requests.iter().zip(expected) {
        let ids =
            [("span", "okta_hook"), ("event_id", event_id), ("org", ORG), ("hook_id", "who1")];
        assert_fields(span, &ids);
        assert_fields(span, &[("secret", "0"), ("events", sent), ("new", new), ("seen", seen)]);
        assert_fields(span, &[("event_types", "user.session.start"), ("invalid_events", "0")]);
        assert_fields(span, &[("outcome", "accepted"), ("status", "204")]);
        assert!(span["elapsed_us"].parse::<u64>().is_ok(), "{span:?}");
        assert_eq!(events.len(), 0, "nothing failed: {events:?}");
    }
    recorded.assert_hides("hunter2");
}

#[tokio::test]
async fn each_failure_is_one_event_within_its_span() {
    let (recorded, _guard) = subscribe();
    let handler = service_fn(async |delivery: Delivery| match delivery.event_id() {
        Some("slow") => std::future::pending().await,
        _ => Err::<(), _>("the password is hunter2"),
    });
    let hook = ServiceBuilder::new()
        .layer(layer().with_deadline(|| std::future::ready(())))
        .service(handler);
    let mut unauthenticated = post(body("e1", &[]));
    unauthenticated.headers_mut().clear();
    let malformed = post("{\"password\": hunter2".to_owned());
    for request in [unauthenticated, malformed, post(body("e1", &["u1"])), post(body("slow", &[]))]
    {
        assert!(!hook.clone().oneshot(request).await.unwrap().status().is_success());
    }
    let refused = "a request was refused";
    let unhandled = "a delivery was not handled";
    let expected = [
        ("refused", "401", "WARN", refused, "the authentication header must be there exactly once"),
        ("refused", "400", "WARN", refused, "not valid JSON at line 1 column 14"),
        ("failed", "503", "ERROR", unhandled, "the request could not be handled now"),
        (
            "deadline_elapsed",
            "503",
            "ERROR",
            unhandled,
            "the request could not be handled now: the deadline elapsed",
        ),
    ];
    let requests = recorded.requests();
    assert_eq!(requests.len(), expected.len());
    for ((span, events), (outcome, status, level, message, reason)) in requests.iter().zip(expected)
    {
        assert_fields(span, &[("outcome", outcome), ("status", status)]);
        assert_eq!(events.len(), 1, "{events:?}");
        assert_fields(
            &events[0],
            &[("level", level), ("message", message), ("reason", reason), ("status", status)],
        );
    }
    recorded.assert_hides("hunter2");
}

#[tokio::test]
async fn elements_that_are_not_events_are_one_event_that_says_where() {
    let (recorded, _guard) = subscribe();
    let hook = ServiceBuilder::new()
        .layer(layer())
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let body = r#"{"data":{"events":["hunter2",{"eventType":"hunter2"},5]}}"#.to_owned();
    assert_eq!(hook.oneshot(post(body)).await.unwrap().status(), 204);
    let [(span, events)] = &recorded.requests()[..] else { panic!("one request") };
    assert_fields(span, &[("events", "1"), ("invalid_events", "2"), ("event_types", "")]);
    assert_fields(
        &events[0],
        &[("first", "data.events[0]: expected an object"), ("elements", "2")],
    );
    assert_eq!(events.len(), 1);
    recorded.assert_hides("hunter2");
}

#[tokio::test]
async fn a_request_that_is_abandoned_or_panics_has_an_outcome_too() {
    let (recorded, _guard) = subscribe();
    let handler = service_fn(async |delivery: Delivery| -> Result<(), Infallible> {
        assert!(delivery.event_id() == Some("slow"), "it panics");
        std::future::pending().await
    });
    let hook = ServiceBuilder::new().layer(layer()).service(handler);
    let mut slow = Box::pin(hook.clone().oneshot(post(body("slow", &[]))));
    assert!(poll_once(slow.as_mut()).is_pending());
    drop(slow);
    let mut panics = Box::pin(hook.clone().oneshot(post(body("e1", &[]))));
    assert!(caught(|| drop(poll_once(panics.as_mut()))));
    // Dropped while nothing unwinds any more, as by a layer that catches panics.
    drop(panics);
    assert!(caught(|| drop(poll_once(Box::pin(hook.oneshot(post(body("e1", &[])))).as_mut()))));
    let requests = recorded.requests();
    let outcomes: Vec<_> = requests.iter().map(|(span, _)| span["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["abandoned", "panicked", "panicked"]);
    assert!(requests.iter().all(|(_, events)| events.len() == 1), "{requests:?}");
}

/// Whether it panicked.
fn caught(run: impl FnOnce()) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err()
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
    future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
}

#[tokio::test]
async fn what_does_not_look_like_an_id_is_not_recorded_as_one() {
    let (recorded, _guard) = subscribe();
    let hook = ServiceBuilder::new()
        .layer(layer())
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    for event_id in ["the password is hunter2".to_owned(), "x\n".repeat(3), "hunter2".repeat(20)] {
        let response = hook.clone().oneshot(post(body(&event_id, &[]))).await.unwrap();
        assert_eq!(response.status(), 204);
    }
    for (span, _) in recorded.requests() {
        assert_fields(&span, &[("event_id", ""), ("org", ORG)]);
    }
    recorded.assert_hides("hunter2");
}

#[tokio::test]
async fn a_verification_is_told_from_a_delivery() {
    let (recorded, _guard) = subscribe();
    let hook = ServiceBuilder::new()
        .layer(layer())
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let request = Request::get("/")
        .header("x-secret", "hunter2")
        .header("x-okta-verification-challenge", "hunter2")
        .body(String::new())
        .unwrap();
    assert_eq!(hook.oneshot(request).await.unwrap().status(), 200);
    let [(span, events)] = &recorded.requests()[..] else { panic!("one request") };
    assert_fields(span, &[("outcome", "verified"), ("status", "200"), ("events", "")]);
    assert!(events.is_empty());
    recorded.assert_hides("hunter2");
}

#[tokio::test]
async fn a_request_to_an_inline_hook_is_a_span_with_its_type_and_no_value() {
    let (recorded, _guard) = subscribe();
    let layer = InlineHookLayer::new(receiver(), Fallback::new());
    let hook = layer.layer(service_fn(async |request: inline::Request| match request {
        inline::Request::PasswordImport(request) => {
            request.verified().build().map_err(|_| "hunter2")
        }
        _ => Err("the password is hunter2"),
    }));
    for hook_type in
        ["com.okta.user.credential.password.import", "com.okta.telephony.provider", "hunter2"]
    {
        let body = serde_json::json!({
            "eventType": hook_type, "eventId": "3o9jBzq1SmOGmmsDsqyyeQ",
            "data": {"context": {"credential": {"username": "hunter2", "password": "hunter2"}}},
        });
        hook.clone().oneshot(post(body.to_string())).await.unwrap();
    }
    let requests = recorded.requests();
    let expected = [
        ("answered", "200", Some("com.okta.user.credential.password.import")),
        ("failed", "200", Some("com.okta.telephony.provider")),
        ("failed", "503", None),
    ];
    for ((span, events), (outcome, status, hook_type)) in requests.iter().zip(expected) {
        assert_fields(span, &[("span", "okta_inline_hook"), ("outcome", outcome)]);
        assert_fields(span, &[("status", status), ("event_id", "3o9jBzq1SmOGmmsDsqyyeQ")]);
        assert_eq!(span.get("hook_type").map(String::as_str), hook_type);
        let failed = usize::from(outcome == "failed");
        assert_eq!(events.len(), failed, "{events:?}");
        for event in events {
            let message = "an inline hook was not answered by its service";
            assert_fields(event, &[("level", "ERROR"), ("message", message)]);
        }
    }
    assert_eq!(requests.len(), 3);
    recorded.assert_hides("hunter2");
}
