//! The layer for inline hooks: what Okta is told, whatever the service does.

#![cfg(feature = "tower")]

use std::convert::Infallible;
use std::fs;
use std::future::{pending, ready};
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body_util::BodyExt;
use okta_hooks::inline::token::Patch;
use okta_hooks::inline::{Answer, Fallback, HookType, Request as Inline};
use okta_hooks::layer::{HandlerError, InlineHook, InlineHookLayer, ReplyBody};
use okta_hooks::{HeaderAuth, MatchedSecret, Receiver, Rejection};
use serde_json::{Value, json};
use tower::{BoxError, Layer, Service, ServiceExt, service_fn};

fn receiver() -> Receiver {
    Receiver::new(HeaderAuth::new("x-secret", "s3cret").expect("a secret"))
}

fn body(name: &str) -> String {
    fs::read_to_string(format!("{}/tests/inline/{name}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn post(body: impl Into<String>) -> Request<String> {
    Request::post("/hook").header("x-secret", "s3cret").body(body.into()).unwrap()
}

async fn answer<S>(hook: &S, request: Request<String>) -> Response<ReplyBody>
where
    S: Service<Request<String>, Response = Response<ReplyBody>, Error = Infallible> + Clone,
{
    hook.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
}

async fn json(response: Response<ReplyBody>) -> Value {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() }
}

/// Answers nothing but an error.
fn failing() -> impl Service<Inline, Response = Answer, Error = &'static str, Future: Send> + Clone
{
    service_fn(async |_: Inline| Err::<Answer, _>("the directory is away"))
}

/// What the hook says to the request in a file, and the status.
async fn falls_back(fallback: &Fallback, name: &str) -> (u16, Value) {
    let hook = InlineHook::new(failing(), receiver(), fallback.clone());
    let response = answer(&hook, post(body(name))).await;
    assert_eq!(response.extensions().get(), Some(&Rejection::Unavailable), "{name}");
    let error: &HandlerError = response.extensions().get().expect("the service's own error");
    assert_eq!(error.to_string(), "the directory is away");
    (response.status().as_u16(), json(response).await)
}

#[tokio::test]
async fn the_services_answer_is_sent_as_it_is() {
    let hook = InlineHookLayer::new(receiver(), Fallback::new()).layer(service_fn(
        async |request: Inline| -> Result<Answer, BoxError> {
            let Inline::Token(request) = request else { return Err("another type".into()) };
            Ok(request.answer().patch_access(Patch::new().add("tenant", "acme")).build()?)
        },
    ));
    let response = answer(&hook, post(body("token"))).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.extensions().get::<Rejection>().is_none());
    assert!(response.extensions().get::<MatchedSecret>().is_some());
    let operation = json!([{"op": "add", "path": "/claims/tenant", "value": "acme"}]);
    let commands = json!([{"type": "com.okta.access.patch", "value": operation}]);
    assert_eq!(json(response).await, json!({"commands": commands}));
}

#[tokio::test]
async fn a_service_that_fails_does_the_least_harm_there_is() {
    let fallback = Fallback::new();
    assert_eq!(falls_back(&fallback, "token").await, (204, Value::Null));
    assert_eq!(falls_back(&fallback, "saml").await, (204, Value::Null));
    assert_eq!(falls_back(&fallback, "user_import").await, (204, Value::Null));
    let update = |value: Value| json!([{"type": "com.okta.action.update", "value": value}]);
    for name in ["registration", "registration_progressive_profile"] {
        let (status, said) = falls_back(&fallback, name).await;
        assert_eq!((status, &said["commands"]), (200, &update(json!({"registration": "DENY"}))));
        let message = said["error"]["errorSummary"].as_str().unwrap();
        assert!(message.ends_with("Please try again later."), "{message}");
    }
    let (status, said) = falls_back(&fallback, "password_import").await;
    assert_eq!((status, &said["commands"]), (200, &update(json!({"credential": "UNVERIFIED"}))));
    let (status, said) = falls_back(&fallback, "telephony").await;
    assert_eq!(status, 200);
    assert!(said["commands"].is_null() && said["error"]["errorSummary"].is_string(), "{said}");
}

#[tokio::test]
async fn the_fallback_is_what_the_user_chose() {
    let strict = Fallback::new().with_token_error("no tenant").with_denial("Closed.");
    let said = falls_back(&strict, "token").await;
    assert_eq!(said, (200, json!({"error": {"errorSummary": "no tenant"}})));
    let said = falls_back(&strict, "registration").await.1;
    assert_eq!(said["error"]["errorSummary"], "Closed.");
    let open = strict.with_registration_allowed();
    assert_eq!(falls_back(&open, "registration").await, (204, Value::Null));
    let empty = Fallback::new().with_denial("");
    let said = falls_back(&empty, "registration").await.1;
    assert_eq!(said["commands"][0]["value"]["registration"], "DENY", "whatever the message");
}

#[tokio::test]
async fn a_service_that_is_never_ready_is_answered_for_too() {
    #[derive(Clone)]
    struct NeverReady;

    impl Service<Inline> for NeverReady {
        type Response = Answer;
        type Error = &'static str;
        type Future = std::future::Ready<Result<Answer, &'static str>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            Poll::Ready(Err("closed"))
        }

        fn call(&mut self, _: Inline) -> Self::Future {
            unreachable!("it is not ready")
        }
    }

    let hook = InlineHook::new(NeverReady, receiver(), Fallback::new());
    assert_eq!(answer(&hook, post(body("token"))).await.status(), 204);
}

#[tokio::test]
async fn a_deadline_that_elapses_is_answered_with_the_fallback() {
    let layer = InlineHookLayer::new(receiver(), Fallback::new()).with_deadline(|| ready(()));
    let hook =
        layer.layer(service_fn(async |_: Inline| pending::<Result<Answer, Infallible>>().await));
    let response = answer(&hook, post(body("registration"))).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.extensions().get(), Some(&Rejection::DeadlineElapsed));
    assert_eq!(json(response).await["commands"][0]["value"]["registration"], "DENY");
    // What is there in time is sent, even when the deadline has elapsed too.
    let prompt = service_fn(async |request: Inline| {
        let Inline::Token(request) = request else { panic!("a token") };
        Ok::<_, Infallible>(request.answer().with_debug("a", 1).build().unwrap())
    });
    let response = answer(&layer.layer(prompt), post(body("token"))).await;
    assert_eq!(json(response).await, json!({"debugContext": {"a": 1}}));
}

#[tokio::test]
async fn an_answer_for_another_type_of_hook_is_never_sent() {
    let elsewhere = body("saml");
    let hook = InlineHook::new(
        service_fn(move |_: Inline| {
            let Ok(Inline::Saml(saml)) = Inline::from_slice(elsewhere.as_bytes()) else { panic!() };
            ready(Ok::<_, Infallible>(saml.answer().add_claim("a", "b").build().unwrap()))
        }),
        receiver(),
        Fallback::new(),
    );
    let response = answer(&hook, post(body("token"))).await;
    assert_eq!(response.status(), 204);
    let error: &HandlerError = response.extensions().get().expect("it says why");
    assert_eq!(error.to_string(), "the answer is for another type of inline hook");
}

#[tokio::test]
async fn a_type_of_hook_without_a_fallback_is_503() {
    let hook = InlineHook::new(failing(), receiver(), Fallback::new());
    let response = answer(&hook, post(r#"{"eventType":"com.okta.next.year"}"#)).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.extensions().get(), Some(&Rejection::Unavailable));
}

#[tokio::test]
async fn what_is_not_a_request_of_oktas_reaches_no_service() {
    let never = service_fn(async |_: Inline| -> Result<Answer, Infallible> { panic!("called") });
    let hook = InlineHook::new(never, receiver().with_body_limit(100), Fallback::new());
    let status = async |request| answer(&hook, request).await.status().as_u16();
    let request = |method: &str, secret: &str, body: &str| {
        let request = Request::builder().method(method).uri("/").header("x-secret", secret);
        request.body(body.to_owned()).unwrap()
    };
    assert_eq!(status(request("POST", "guessed", &body("token"))).await, 401);
    assert_eq!(status(Request::post("/").body(body("token")).unwrap()).await, 401);
    assert_eq!(status(request("POST", "s3cret", "{")).await, 400);
    assert_eq!(status(request("POST", "s3cret", r#"{"data":{}}"#)).await, 400);
    assert_eq!(status(request("POST", "s3cret", &body("token"))).await, 413);
    for method in ["GET", "PUT", "HEAD", "DELETE"] {
        let response = answer(&hook, request(method, "s3cret", "")).await;
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(response.headers()["allow"], "POST");
    }
}

#[tokio::test]
async fn where_the_type_is_known_a_body_that_is_not_read_is_answered_with_the_fallback_too() {
    let never = service_fn(async |_: Inline| -> Result<Answer, Infallible> { panic!("called") });
    let layer = |hook_type| {
        let fallback = Fallback::new().with_token_error("Not now.");
        InlineHookLayer::new(receiver().with_body_limit(100), fallback).with_hook_type(hook_type)
    };
    for (body, why) in [
        ("{", "unexpected end of JSON at line 1 column 1"),
        (&" ".repeat(101), "the body is longer than 100 bytes"),
    ] {
        let response = answer(&layer(HookType::TOKEN).layer(never), post(body)).await;
        assert_eq!(response.status(), 200);
        let rejection: &Rejection = response.extensions().get().expect("it says why");
        assert_eq!(rejection.to_string(), why);
        let sent = json(response).await;
        assert_eq!(sent["error"]["errorSummary"], "Not now.");
    }
    let hook_types = [HookType::SAML, HookType::REGISTRATION, HookType::PASSWORD_IMPORT];
    for hook_type in hook_types.into_iter().chain([HookType::USER_IMPORT, HookType::TELEPHONY]) {
        let response = answer(&layer(hook_type.clone()).layer(never), post("{")).await;
        assert!(response.status().is_success(), "{hook_type}");
    }
    let response = answer(&layer("com.okta.next.year".into()).layer(never), post("{")).await;
    assert_eq!(response.status(), 400);
    let guessed = Request::post("/").header("x-secret", "guessed").body("{".to_owned()).unwrap();
    assert_eq!(answer(&layer(HookType::TOKEN).layer(never), guessed).await.status(), 401);
}

struct NeverThere;

impl http_body::Body for NeverThere {
    type Data = &'static [u8];
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<&'static [u8]>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_body_that_is_late_is_answered_with_the_fallback_of_the_type_that_is_known() {
    let layer = InlineHookLayer::new(receiver(), Fallback::new()).with_deadline(|| ready(()));
    let never = service_fn(async |_: Inline| -> Result<Answer, Infallible> { panic!("called") });
    let late = || Request::post("/").header("x-secret", "s3cret").body(NeverThere).unwrap();
    let response = layer.layer(never).oneshot(late()).await.unwrap();
    assert_eq!(response.status(), 503);
    let layer = layer.with_hook_type(HookType::REGISTRATION);
    let response = layer.layer(never).oneshot(late()).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.extensions().get(), Some(&Rejection::DeadlineElapsed));
}

#[test]
fn the_plain_functions_decide_as_the_layer_does() {
    let receiver = receiver().with_body_limit(10);
    let headers = post("").headers().clone();
    assert!(receiver.check_inline("POST", &headers).is_ok_and(|secret| secret.is_some()));
    assert_eq!(receiver.check_inline("GET", &headers), Err(Rejection::NotPost));
    let long = receiver.decode_inline(body("token")).unwrap_err();
    assert_eq!(long.to_string(), "the body is longer than 10 bytes");
    assert!(matches!(receiver.decode_inline("{"), Err(Rejection::Malformed(_))));
}

#[test]
fn it_can_be_shared_between_threads_and_looked_into() {
    fn shareable<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn sent<T: Send + 'static>(_: T) {}
    #[derive(Clone, Debug, PartialEq)]
    struct Inside(u8);
    let mut hook = InlineHook::new(Inside(1), receiver(), Fallback::default());
    hook.get_mut().0 = 2;
    assert_eq!((hook.get_ref(), &hook.clone().into_inner()), (&Inside(2), &Inside(2)));
    let service = service_fn(async |_: Inline| Err::<Answer, _>("away"));
    let layer = InlineHookLayer::new(receiver(), Fallback::default())
        .with_deadline(|| tokio::time::sleep(std::time::Duration::from_secs(1)));
    shareable(&layer);
    let hook = layer.layer(service);
    shareable(&hook);
    sent(async move { hook.oneshot(post(String::new())).await.map(drop) });
}
