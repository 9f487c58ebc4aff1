//! `GuardLayer` as a tower service: what reaches the inner service, and what an outer layer sees.

#![cfg(feature = "tower")]

use std::convert::Infallible;

use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use okta_hooks::layer::{Guard, GuardBody, GuardLayer};
use okta_hooks::{AuthError, ChallengeError, HeaderAuth, MatchedSecret, Receiver, Rejection};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

fn layer() -> GuardLayer {
    let auth = |value| HeaderAuth::new("x-secret", value).expect("a secret");
    GuardLayer::new(Receiver::new(auth("new").or(auth("old")).expect("one header")))
}

/// A body type of our own: the layer asks nothing of it.
#[derive(Debug, PartialEq)]
struct Untouched(&'static str);

#[derive(Debug, PartialEq)]
struct OwnError;

#[tokio::test]
async fn a_delivery_reaches_the_inner_service_with_its_body_and_the_secret_it_matched() {
    let service = ServiceBuilder::new().layer(layer()).service(service_fn(
        async |request: Request<Untouched>| {
            assert_eq!(request.body(), &Untouched("body"));
            let matched: &MatchedSecret = request.extensions().get().expect("it was checked");
            assert_eq!(matched.index(), 1);
            Ok::<_, OwnError>(Response::new("from inside".to_owned()))
        },
    ));
    let request = Request::post("/").header("x-secret", "old").body(Untouched("body")).unwrap();
    let response = service.oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "from inside");
}

#[tokio::test]
async fn the_error_of_the_inner_service_stays_what_it_is() {
    let service =
        layer().layer(service_fn(async |_: Request<()>| Err::<Response<String>, _>(OwnError)));
    let request = Request::post("/").header("x-secret", "new").body(()).unwrap();
    assert_eq!(service.oneshot(request).await.map(drop), Err(OwnError));
}

#[tokio::test]
async fn what_is_refused_never_reaches_the_inner_service_and_says_why_in_the_extensions() {
    let service =
        layer().layer(service_fn(async |_: Request<()>| -> Result<Response<String>, OwnError> {
            panic!("a refused request reached the inner service")
        }));
    let refused = async |request: Request<()>| {
        let response = service.clone().oneshot(request).await.unwrap();
        let rejection = response.extensions().get::<Rejection>().cloned();
        (response.status(), rejection.expect("a refusal says why"))
    };
    let build = |method: &str| Request::builder().method(method).header("x-secret", "new");

    let (status, why) = refused(Request::post("/").body(()).unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(matches!(why, Rejection::Unauthorized { error: AuthError::NotExactlyOne, .. }));

    let (status, why) = refused(build("DELETE").body(()).unwrap()).await;
    assert_eq!((status, why), (StatusCode::METHOD_NOT_ALLOWED, Rejection::MethodNotAllowed));

    let (status, why) = refused(build("GET").body(()).unwrap()).await;
    let expected = Rejection::Challenge(ChallengeError::NotExactlyOne);
    assert_eq!((status, why), (StatusCode::BAD_REQUEST, expected));
}

#[tokio::test]
async fn a_receiver_without_auth_asks_for_no_secret() {
    let service = GuardLayer::new(Receiver::with_insecure_no_auth()).layer(service_fn(
        async |_: Request<()>| Ok::<_, Infallible>(Response::new(String::new())),
    ));
    let response = service.oneshot(Request::post("/").body(()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn it_fits_into_an_axum_router_and_a_method_router() {
    use axum::routing::{get, post};
    let inside = async || "from inside";
    let app = axum::Router::new()
        .route("/router", post(inside).get(inside))
        .layer(layer())
        .route("/method", get(inside).post(inside).layer(layer()));
    for path in ["/router", "/method"] {
        let request = |secret| {
            Request::post(path).header("x-secret", secret).body(axum::body::Body::empty()).unwrap()
        };
        let response = app.clone().oneshot(request("new")).await.unwrap();
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "from inside");
        assert_eq!(app.clone().oneshot(request("wrong")).await.unwrap().status(), 401);
    }
}

#[test]
fn what_services_are_built_of_can_be_shared_between_threads() {
    fn shareable<T: Send + Sync + Clone + std::fmt::Debug + 'static>() {}
    fn sent<T: Send + 'static>(_: T) {}
    shareable::<GuardLayer>();
    shareable::<Guard<()>>();
    shareable::<okta_hooks::LogEvent>();
    shareable::<okta_hooks::Delivery>();
    shareable::<okta_hooks::SeenEvents>();
    shareable::<Rejection>();
    let mut service = layer().layer(service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::new(String::new()))
    }));
    let response = service.call(Request::new(()));
    sent(async { response.await.map(|response: Response<GuardBody<String>>| response) });
}
