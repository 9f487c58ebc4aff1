//! The sync demo's client of Okta's APIs, against a stand-in for an org.

use std::net::TcpListener;
use std::time::Duration;

use crate::support::okta_org::{
    API_TOKEN, App, CLIENT_ID, EC_KEY, EC_PUBLIC, OktaOrg, RSA_KEY, RSA_PUBLIC, Reply, TOKENS,
    USERS, seconds,
};
use jsonwebtoken::Algorithm;
use okta_hooks::system_log::{Cursor, PageError, Query, UrlError};
use serde_json::json;
use user_sync::okta::{
    Answered, Client, ClientError, ConfigError, Credentials, Endpoint, ErrorKind, Found,
    ServiceApp, Timeouts, User,
};

const RSA_KEY_PKCS1: &str = include_str!("keys/test_only_rsa_pkcs1.pem");
const RSA_1024: &str = include_str!("keys/test_only_rsa_1024_pkcs8.pem");
const EC_KEY_SEC1: &str = include_str!("keys/test_only_ec_sec1.pem");
const EC_KEY_P384: &str = include_str!("keys/test_only_ec_p384_pkcs8.pem");
const EC_KEY_ENCRYPTED: &str = include_str!("keys/test_only_ec_encrypted.pem");

const USER: &str = "00u9kq3f7TzWmXb2a5d7";

/// What must never be in an error or a `Debug`, whatever went wrong.
const SECRETS: [&str; 6] = [API_TOKEN, "granted-", "PRIVATE KEY-----\n", "jane", USER, "/api/v1/"];

fn quick() -> Timeouts {
    Timeouts { connect: Duration::from_millis(500), total: Duration::from_millis(500) }
}

fn patient() -> Timeouts {
    Timeouts { connect: Duration::from_secs(60), total: Duration::from_secs(60) }
}

/// An org with one user, and a client that has an API token for it.
fn with_api_token() -> (OktaOrg, Client) {
    let org = OktaOrg::start();
    org.lock().api_token = Some(API_TOKEN.to_owned());
    org.lock().users.insert(USER.to_owned(), json!({"id": USER, "status": "ACTIVE"}));
    let credentials = Credentials::api_token(API_TOKEN).unwrap();
    let client = Client::with_timeouts(&org.url, credentials, patient()).unwrap();
    (org, client)
}

/// An org with one user and one app, and a client that is this app.
fn with_service_app() -> (OktaOrg, Client) {
    let org = OktaOrg::start();
    org.lock().users.insert(USER.to_owned(), json!({"id": USER, "status": "ACTIVE"}));
    org.lock().app = Some(App::new(Algorithm::ES256));
    let client = client_of(&org, ServiceApp::new(CLIENT_ID, EC_KEY).unwrap());
    (org, client)
}

/// As [`with_service_app`], with tokens that are due for renewal all their life, which is an hour.
fn with_token_to_renew() -> (OktaOrg, Client) {
    let (org, _) = with_service_app();
    let service = ServiceApp::new(CLIENT_ID, EC_KEY).unwrap();
    let client = client_of(&org, service.with_renewal(Duration::from_secs(3600)));
    (org, client)
}

fn client_of(org: &OktaOrg, app: ServiceApp) -> Client {
    Client::with_timeouts(&org.url, Credentials::ServiceApp(app), patient()).unwrap()
}

#[track_caller]
fn assert_found(answer: Result<Answered<Found>, ClientError>) {
    match answer.unwrap().value {
        Found::User(user) => assert_eq!(user.id.as_deref(), Some(USER)),
        Found::NotFound => panic!("the user is there"),
    }
}

/// Asks for the user while the org answers `reply`, and checks that the error keeps its secrets.
async fn error_for(reply: Reply, attempt: u32) -> ClientError {
    let (org, client) = with_api_token();
    org.instead(USERS, reply);
    let error = client.user(USER, attempt).await.unwrap_err();
    assert_no_secret(&format!("{error} {error:?}"));
    error
}

#[track_caller]
fn assert_no_secret(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in: {text}");
    }
}

fn status(status: u16, code: &str) -> ErrorKind {
    ErrorKind::Status { status, code: Some(code.to_owned()) }
}

#[track_caller]
fn assert_within(wait: Option<Duration>, least: f64, most: f64) {
    let wait = wait.expect("asking again can help").as_secs_f64();
    assert!((least..=most).contains(&wait), "{wait} is not within {least} and {most}");
}

#[tokio::test]
async fn a_user_is_asked_for_with_the_api_token_and_without_what_is_not_needed() {
    let (org, client) = with_api_token();
    assert_found(client.user(USER, 0).await);
    let [request] = &org.requests("/")[..] else { panic!("one request is enough") };
    assert_eq!(request.path, format!("/api/v1/users/{USER}"));
    assert_eq!(request.header("authorization"), Some(&*format!("SSWS {API_TOKEN}")));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(
        request.header("content-type"),
        Some(
            "application/json; okta-response=\"omitCredentials,omitCredentialsLinks,omitTransitioningToStatus\""
        )
    );
    assert_eq!(request.headers.get_all("content-type").iter().count(), 1);
}

#[tokio::test]
async fn a_login_that_looks_like_a_path_is_still_one_user() {
    let (org, client) = with_api_token();
    let id = "../groups/a b?c#d%2e";
    org.lock().users.insert(id.to_owned(), json!({"id": id, "status": "ACTIVE"}));
    let Found::User(user) = client.user(id, 0).await.unwrap().value else { panic!("it is there") };
    assert_eq!(user.id.as_deref(), Some(id));
}

#[tokio::test]
async fn what_is_no_id_is_not_asked_for() {
    let (org, client) = with_api_token();
    for id in ["", ".", "..", "me"] {
        let error = client.user(id, 0).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_after()), (&ErrorKind::NotAUserId, None), "{id}");
    }
    assert!(org.requests("/").is_empty());
}

#[tokio::test]
async fn a_user_with_parts_missing_null_or_unknown_is_read() {
    let (org, client) = with_api_token();
    let profile = json!({"login": "jane@example.com", "email": null, "displayName": "Jane D"});
    let user = json!({"id": "00u2", "status": "ACTIVATING", "profile": profile});
    org.lock().users.insert("00u2".to_owned(), user);
    let expected = User {
        id: Some("00u2".to_owned()),
        status: Some("ACTIVATING".to_owned()),
        login: Some("jane@example.com".to_owned()),
        display_name: Some("Jane D".to_owned()),
        ..User::default()
    };
    let answer = client.user("00u2", 0).await.unwrap();
    assert_no_secret(&format!("{answer:?}"));
    assert!(answer.value == Found::User(expected));
}

#[tokio::test]
async fn only_okta_says_that_a_user_is_gone() {
    let (org, client) = with_api_token();
    assert_eq!(client.user("00u404", 0).await.unwrap().value, Found::NotFound);
    for (reply, code) in [
        (Reply::error(404, "E0000008"), Some("E0000008")),
        (Reply::new(404, "<html>Not found: jane</html>"), None),
        (Reply::new(404, ""), None),
    ] {
        org.instead(USERS, reply);
        let error = client.user(USER, 0).await.unwrap_err();
        let code = code.map(str::to_owned);
        assert_eq!(error.kind(), &ErrorKind::Status { status: 404, code });
        assert_eq!(error.retry_after(), None);
    }
}

#[tokio::test]
async fn a_refusal_is_final_and_carries_the_code_but_not_the_summary() {
    for (number, code, message) in [
        (400, "E0000001", "user request: status 400, code E0000001"),
        (
            401,
            "E0000011",
            "user request: status 401, code E0000011, the token is wrong, expired or revoked",
        ),
        (
            403,
            "E0000006",
            "user request: status 403, code E0000006, the token's owner or app lacks an admin role or a scope",
        ),
    ] {
        let error = error_for(Reply::error(number, code), 0).await;
        assert_eq!(error.to_string(), format!("{message} (Okta's request id request-1)"));
        assert_eq!(error.kind(), &status(number, code));
        assert_eq!(error.retry_after(), None);
        assert_eq!(error.is_about_credentials(), number != 400);
    }
}

#[tokio::test]
async fn a_code_or_a_request_id_that_is_none_is_not_repeated() {
    let odd = json!({"errorCode": "no code, but jane"}).to_string();
    let error = error_for(Reply::new(400, odd).header("x-okta-request-id", "j a n e"), 0).await;
    assert_eq!(error.to_string(), "user request: status 400");
}

#[tokio::test]
async fn a_429_says_to_wait_until_the_window_ends() {
    let reply = |reset: u64| {
        Reply::error(429, "E0000047")
            .header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
            .header("x-rate-limit-limit", "600")
            .header("x-rate-limit-remaining", "0")
            .header("x-rate-limit-reset", reset.to_string())
    };
    // By Okta's clock, which says January 2026, and not by ours.
    let error = error_for(reply(1_767_225_600 + 42), 0).await;
    assert_eq!(error.kind(), &status(429, "E0000047"));
    assert_within(error.retry_after(), 43.0, 44.0);
    assert_within(error_for(reply(1_767_225_600), 5).await.retry_after(), 1.0, 2.0);
}

#[tokio::test]
async fn a_429_for_concurrency_backs_off_whatever_the_reset_time_is() {
    for (attempt, least, most) in [(0, 0.5, 1.0), (4, 8.0, 16.0)] {
        let reply = Reply::error(429, "E0000047")
            .header("x-rate-limit-limit", "0")
            .header("x-rate-limit-remaining", "0")
            .header("x-rate-limit-reset", (seconds() + 500).to_string());
        assert_within(error_for(reply, attempt).await.retry_after(), least, most);
    }
}

#[tokio::test]
async fn okta_s_own_failures_back_off() {
    for (number, attempt, least, most) in
        [(500, 0, 0.5, 1.0), (502, 2, 2.0, 4.0), (503, 30, 150.0, 300.0)]
    {
        let error = error_for(Reply::error(number, "E0000009"), attempt).await;
        assert_eq!(error.kind(), &status(number, "E0000009"));
        assert_within(error.retry_after(), least, most);
        assert!(!error.is_about_credentials());
    }
}

#[tokio::test]
async fn a_nearly_empty_window_asks_for_a_pause() {
    let (org, client) = with_api_token();
    assert_eq!(client.user(USER, 0).await.unwrap().pause, Duration::ZERO);
    org.lock().limits = (600, 5);
    assert_within(Some(client.user(USER, 0).await.unwrap().pause), 4.0, 6.0);
    assert_within(Some(client.user("00u404", 0).await.unwrap().pause), 4.0, 6.0);
    let cursor = Cursor::start(client.org(), &Query::new()).unwrap();
    org.lock().limits = (600, 0);
    assert_within(Some(client.logs(&cursor, 0).await.unwrap().pause), 29.0, 35.0);
}

#[tokio::test]
async fn a_slow_answer_is_a_timeout_to_try_again_after() {
    let (org, _) = with_api_token();
    let credentials = Credentials::api_token(API_TOKEN).unwrap();
    let client = Client::with_timeouts(&org.url, credentials, quick()).unwrap();
    org.instead(USERS, Reply::new(200, "{}").after(Duration::from_secs(5)));
    let error = client.user(USER, 1).await.unwrap_err();
    assert_eq!(error.to_string(), "user request: no answer in time");
    assert_within(error.retry_after(), 1.0, 2.0);
}

#[tokio::test]
async fn no_connection_is_said_and_to_try_again_after() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let client = Client::new(&url, Credentials::api_token(API_TOKEN).unwrap()).unwrap();
    let error = client.user(USER, 0).await.unwrap_err();
    assert!(error.to_string().starts_with("user request: no connection: "), "{error}");
    assert_no_secret(&format!("{error} {error:?}"));
    assert_within(error.retry_after(), 0.5, 1.0);
}

#[tokio::test]
async fn an_https_org_gets_no_token_before_its_certificate_is_checked() {
    let (org, _) = with_api_token();
    let url = org.url.replace("http://", "https://");
    let client = Client::new(&url, Credentials::api_token(API_TOKEN).unwrap()).unwrap();
    let error = client.user(USER, 0).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoConnection(_)), "{error}");
    assert!(org.requests("/").is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (org, client) = with_api_token();
    let elsewhere = OktaOrg::start();
    for number in [301, 302, 307, 308] {
        let target = format!("{}/api/v1/users/{USER}", elsewhere.url);
        org.instead(USERS, Reply::new(number, "").header("location", target));
        let error = client.user(USER, 0).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Status { status: number, code: None });
        assert_eq!(error.retry_after(), None);
    }
    assert!(elsewhere.requests("/").is_empty());
}

#[tokio::test]
async fn an_answer_that_is_no_user_is_unreadable() {
    let error = error_for(Reply::new(200, "<html>jane</html>"), 0).await;
    assert_eq!(error.kind(), &ErrorKind::Unreadable);
    let long = " ".repeat((32 << 20) + 1);
    let error = error_for(Reply::new(200, long), 0).await;
    assert_eq!(error.to_string(), "user request: the answer is longer than 32 MiB");
    assert_eq!(error.retry_after(), None);
}

#[tokio::test]
async fn the_system_log_is_read_page_by_page_to_its_end_and_on_from_there() {
    let (org, client) = with_api_token();
    let event = |n: usize| json!({"eventType": "user.session.start", "uuid": format!("u{n}"), "published": format!("2026-01-01T00:00:0{n}Z")});
    org.lock().log = (0..5).map(event).collect();
    let query = Query::new().with_since("2026-01-01T00:00:01Z").with_limit(2);
    let mut cursor = Cursor::start(client.org(), &query).unwrap();
    let mut pages = Vec::new();
    for _ in 0..3 {
        let page = client.logs(&cursor, 0).await.unwrap().value;
        let ids = page.events.iter().map(|event| event.uuid().unwrap().to_owned());
        pages.push((ids.collect::<Vec<_>>(), page.is_full));
        // As after a restart.
        cursor = Cursor::restore(client.org(), &page.next.unwrap().to_string()).unwrap();
    }
    let page = |ids: &[&str], is_full| (ids.iter().map(|&id| id.to_owned()).collect(), is_full);
    assert_eq!(pages, [page(&["u1", "u2"], true), page(&["u3", "u4"], true), page(&[], false)]);

    org.lock().log.push(event(5));
    let page = client.logs(&cursor, 0).await.unwrap().value;
    assert_eq!(page.events[0].uuid(), Some("u5"));
    assert_eq!(
        org.requests("/api/v1/logs")[0].path,
        "/api/v1/logs?since=2026-01-01T00%3A00%3A01Z&sortOrder=ASCENDING&limit=2"
    );
    assert_eq!(org.requests("/api/v1/logs")[3].path, "/api/v1/logs?after=5&limit=2");
}

#[tokio::test]
async fn an_event_of_another_shape_does_not_hold_up_the_log() {
    let (org, client) = with_api_token();
    org.lock().log = vec![json!(5), json!({"eventType": "user.session.start"})];
    let cursor = Cursor::start(client.org(), &Query::new()).unwrap();
    let page = client.logs(&cursor, 0).await.unwrap().value;
    assert_eq!(page.events.len(), 1);
    assert_eq!(page.invalid_events[0].to_string(), "[0]: expected an object");
}

#[tokio::test]
async fn a_link_to_another_host_gets_no_token() {
    let (org, client) = with_api_token();
    let elsewhere = OktaOrg::start();
    org.lock().link_base = Some(elsewhere.url.clone());
    let cursor = Cursor::start(client.org(), &Query::new()).unwrap();
    let error = client.logs(&cursor, 0).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Page(PageError::Next(UrlError::ForeignHost)));
    assert_eq!(
        error.to_string(),
        "System Log request: the link to the next page: the URL leads to another host than the org's (Okta's request id request-1)"
    );

    let foreign = Cursor::start(&elsewhere.url, &Query::new()).unwrap();
    let error = client.logs(&foreign, 0).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Cursor(UrlError::ForeignHost));
    assert!(elsewhere.requests("/").is_empty());
}

#[tokio::test]
async fn a_log_query_that_took_too_long_or_is_no_page_is_said() {
    let (org, client) = with_api_token();
    let cursor = Cursor::start(client.org(), &Query::new()).unwrap();
    org.instead("/api/v1/logs", Reply::error(500, "E0000009"));
    let error = client.logs(&cursor, 3).await.unwrap_err();
    assert_eq!((error.endpoint(), error.kind()), (Endpoint::Logs, &status(500, "E0000009")));
    assert_within(error.retry_after(), 4.0, 8.0);
    org.instead("/api/v1/logs", Reply::new(200, "{\"jane\":1}"));
    let error = client.logs(&cursor, 0).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "System Log request: expected an array at line 1 column 1 (Okta's request id request-2)"
    );
}

#[tokio::test]
async fn a_service_app_signs_with_the_algorithm_of_its_key() {
    for (algorithm, key) in
        [(Algorithm::RS256, RSA_KEY), (Algorithm::RS256, RSA_KEY_PKCS1), (Algorithm::ES256, EC_KEY)]
    {
        let (org, _) = with_service_app();
        org.lock().app = Some(App::new(algorithm));
        let client = client_of(&org, ServiceApp::new(CLIENT_ID, key).unwrap());
        assert_found(client.user(USER, 0).await);
        let user = &org.requests(USERS)[0];
        assert_eq!(user.header("authorization"), Some("Bearer granted-1"));
        let token = &org.requests(TOKENS)[0];
        assert_eq!(token.header("accept"), Some("application/json"));
        let header = jsonwebtoken::decode_header(token.field("client_assertion").unwrap()).unwrap();
        assert_eq!(header.alg, algorithm);
        assert_eq!(header.kid, None);
    }
    let p384 = ServiceApp::new(CLIENT_ID, EC_KEY_P384).unwrap();
    assert!(format!("{p384:?}").contains("ES384"));
}

#[tokio::test]
async fn the_key_id_and_the_scopes_are_those_of_the_settings() {
    let (org, client) = with_service_app();
    org.lock().app.as_mut().unwrap().key_id = Some("key-2");
    assert_eq!(client.user(USER, 0).await.unwrap_err().kind(), &status(401, "invalid_client"));
    let service = || ServiceApp::new(CLIENT_ID, EC_KEY).unwrap().with_key_id("key-2");
    assert_found(client_of(&org, service()).user(USER, 0).await);

    let narrow = client_of(&org, service().with_scopes("okta.users.read"));
    let error = narrow.user(USER, 0).await.unwrap_err();
    assert_eq!((error.endpoint(), error.kind()), (Endpoint::Token, &status(400, "invalid_scope")));
    assert_eq!(org.requests(TOKENS)[2].field("scope").as_deref(), Some("okta.users.read"));
}

#[tokio::test]
async fn a_token_is_used_until_its_time_is_nearly_over() {
    let (org, client) = with_service_app();
    for _ in 0..3 {
        assert_found(client.user(USER, 0).await);
    }
    let cursor = Cursor::start(client.org(), &Query::new()).unwrap();
    client.logs(&cursor, 0).await.unwrap();
    assert_eq!(org.requests(TOKENS).len(), 1);

    let (org, client) = with_token_to_renew();
    assert_found(client.user(USER, 0).await);
    assert_found(client.user(USER, 0).await);
    let sent = org.requests(USERS).into_iter().map(|user| user.headers["authorization"].clone());
    assert_eq!(sent.collect::<Vec<_>>(), ["Bearer granted-1", "Bearer granted-2"]);
}

#[tokio::test]
async fn a_token_that_okta_no_longer_takes_is_renewed_once() {
    let (org, client) = with_service_app();
    assert_found(client.user(USER, 0).await);
    org.revoke_tokens();
    assert_found(client.user(USER, 0).await);
    assert_eq!((org.requests(TOKENS).len(), org.requests(USERS).len()), (2, 3));

    // If the new one is not good either, there is no end to renewing.
    org.instead(USERS, Reply::error(401, "E0000011"));
    org.instead(USERS, Reply::error(401, "E0000011"));
    let error = client.user(USER, 0).await.unwrap_err();
    assert_eq!((error.endpoint(), error.kind()), (Endpoint::User, &status(401, "E0000011")));
    assert_eq!(error.retry_after(), None);
    assert!(error.is_about_credentials());
    assert_eq!((org.requests(TOKENS).len(), org.requests(USERS).len()), (3, 5));
}

#[tokio::test]
async fn an_api_token_that_is_refused_is_not_tried_twice() {
    let (org, client) = with_api_token();
    org.lock().api_token = None;
    let error = client.user(USER, 0).await.unwrap_err();
    assert_eq!(error.kind(), &status(401, "E0000011"));
    assert_eq!(org.requests("/").len(), 1);
}

#[tokio::test]
async fn an_assertion_is_good_once_and_every_request_has_its_own() {
    let (org, client) = with_service_app();
    assert_found(client.user(USER, 0).await);
    org.revoke_tokens();
    assert_found(client.user(USER, 0).await);
    let [first, second] = &org.requests(TOKENS)[..] else { panic!("two tokens were needed") };
    assert_ne!(first.field("client_assertion"), second.field("client_assertion"));

    let again = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
    let again = again
        .post(format!("{}{TOKENS}", org.url))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(first.body.clone());
    let answer = again.send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(answer.text().await.unwrap().contains("invalid_client"));
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_who_need_a_token_at_the_same_time_share_one_request() {
    let (org, client) = with_service_app();
    org.lock().app.as_mut().unwrap().delay = Duration::from_millis(200);
    let ask = || async { assert_found(client.user(USER, 0).await) };
    futures_util::future::join_all((0..8).map(|_| ask())).await;
    assert_eq!(org.requests(TOKENS).len(), 1);
    org.revoke_tokens();
    futures_util::future::join_all((0..8).map(|_| ask())).await;
    assert_eq!(org.requests(TOKENS).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_who_wait_for_a_token_share_its_failure() {
    let (org, client) = with_service_app();
    let slow = Reply::new(503, "").after(Duration::from_millis(300));
    org.instead(TOKENS, slow);
    let ask = || async { client.user(USER, 0).await.unwrap_err() };
    for error in futures_util::future::join_all((0..8).map(|_| ask())).await {
        assert_eq!(
            (error.endpoint(), error.kind()),
            (Endpoint::Token, &ErrorKind::Status { status: 503, code: None })
        );
        assert_within(error.retry_after(), 0.5, 1.0);
    }
    assert_eq!(org.requests(TOKENS).len(), 1);
    assert_found(client.user(USER, 0).await);
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_early_is_used_to_its_end() {
    let (org, client) = with_token_to_renew();
    assert_found(client.user(USER, 0).await);
    org.instead(TOKENS, Reply::error(429, "E0000047"));
    for _ in 0..3 {
        assert_found(client.user(USER, 0).await);
    }
    assert_eq!(org.requests(TOKENS).len(), 2);
}

#[tokio::test]
async fn what_the_token_endpoint_refuses_is_said_without_its_description() {
    let (org, client) = with_service_app();
    org.lock().app = None;
    let error = client.user(USER, 0).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "token request: status 401, code invalid_client, the app does not know this client id and key, or the clock is wrong (Okta's request id request-1)"
    );
    assert_no_secret(&format!("{error} {error:?}"));
    assert!(error.is_about_credentials());

    let dpop = json!({"token_type": "DPoP", "expires_in": 3600, "access_token": "granted-x"});
    org.instead(TOKENS, Reply::new(200, dpop.to_string()));
    let error = client.user(USER, 0).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Dpop);
    assert!(error.is_about_credentials());
    assert_no_secret(&format!("{error} {error:?}"));
    assert!(org.requests(USERS).is_empty());
}

#[test]
fn a_key_that_cannot_sign_is_refused_with_what_to_do() {
    let error = |key: &str| ServiceApp::new(CLIENT_ID, key).map(drop).unwrap_err();
    let parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    assert_eq!(error(EC_KEY_SEC1), ConfigError::Sec1Key);
    assert_eq!(error(&format!("{parameters}{EC_KEY_SEC1}")), ConfigError::Sec1Key);
    assert!(error(EC_KEY_SEC1).to_string().contains("openssl pkcs8 -topk8 -nocrypt"));
    assert_eq!(error(EC_KEY_ENCRYPTED), ConfigError::EncryptedKey);
    for key in [RSA_PUBLIC, EC_PUBLIC] {
        assert_eq!(error(key), ConfigError::PublicKey);
    }
    let half = &RSA_KEY[..RSA_KEY.len() / 2];
    for key in ["", "secret", half, RSA_1024, &EC_KEY.replace('M', "N")] {
        assert_eq!(error(key), ConfigError::Key);
    }
    assert_eq!(ServiceApp::new(" ", EC_KEY).map(drop).unwrap_err(), ConfigError::ClientId);
}

#[test]
fn a_client_is_made_without_network_and_only_for_a_url_that_may_get_a_token() {
    let client = |url| Client::new(url, Credentials::api_token(API_TOKEN).unwrap());
    assert_eq!(client("https://acme.okta.com/").unwrap().org(), "https://acme.okta.com");
    assert_eq!(client("http://acme.okta.com").unwrap_err(), ConfigError::NotHttps);
    assert_eq!(client("acme.okta.com").unwrap_err(), ConfigError::Url(UrlError::NotABase));
}

#[tokio::test]
async fn debug_shows_no_token_and_no_key() {
    let (_org, client) = with_service_app();
    assert_found(client.user(USER, 0).await);
    let (_other, by_token) = with_api_token();
    let service = Credentials::ServiceApp(ServiceApp::new(CLIENT_ID, RSA_KEY).unwrap());
    let token = Credentials::api_token(API_TOKEN).unwrap();
    let text = format!("{client:?} {by_token:?} {service:?} {token:?} {service:#?} {token:#?}");
    assert_no_secret(&text);
    for line in RSA_KEY.lines().filter(|line| !line.starts_with('-')) {
        assert!(!text.contains(line));
    }
}
