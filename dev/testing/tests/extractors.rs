//! The JSON extractors that web frameworks have of their own read a `Delivery`.

use okta_hooks::Delivery;

const BODY: &str = r#"{"data":{"events":[{"eventType":"a"}, 5, {"eventType":"b"}]}}"#;
const HOSTILE: &str = r#"{"data":{"events":"hunter2"}}"#;

fn counts(delivery: &Delivery) -> String {
    assert_eq!(delivery.raw(), BODY, "not a byte is lost");
    format!("{} {}", delivery.events().len(), delivery.invalid_events().len())
}

#[tokio::test]
async fn axum_json() {
    use axum::Json;
    use axum::routing::post;
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    let app = axum::Router::new()
        .route("/", post(async |Json(delivery): Json<Delivery>| counts(&delivery)));
    for (body, status, text) in [(BODY, 200, "2 1"), (HOSTILE, 422, "data.events")] {
        let request = http::Request::post("/").header("content-type", "application/json");
        let response = app.clone().oneshot(request.body(body.to_owned()).unwrap()).await.unwrap();
        assert_eq!(response.status(), status);
        let answer = response.into_body().collect().await.unwrap().to_bytes();
        let answer = String::from_utf8(answer.to_vec()).unwrap();
        assert!(answer.contains(text) && !answer.contains("hunter2"), "{answer}");
    }
}

#[actix_web::test]
async fn actix_web_json() {
    use actix_web::{App, test, web};
    let handler = async |delivery: web::Json<Delivery>| counts(&delivery);
    let app = test::init_service(App::new().route("/", web::post().to(handler))).await;
    let request =
        test::TestRequest::post().uri("/").insert_header(("content-type", "application/json"));
    let answer = test::call_and_read_body(&app, request.set_payload(BODY).to_request()).await;
    assert_eq!(answer, "2 1");
}

#[tokio::test]
async fn warp_json() {
    use warp::Filter;
    let filter = warp::post().and(warp::body::json()).map(|delivery: Delivery| counts(&delivery));
    let response = warp::test::request().method("POST").body(BODY).reply(&filter).await;
    assert_eq!(response.body(), "2 1");
}
