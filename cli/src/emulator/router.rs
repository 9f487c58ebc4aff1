//! All routes. Loopback only; a foreign `Host` or `Origin` is refused everywhere.
//!
//! Okta's own, under the rate limits, the chaos, and an API token (`Authorization: SSWS …`) or an
//! access token (`Authorization: Bearer …`) with the scope; errors are Okta's JSON:
//!
//! ```text
//! GET POST            /api/v1/eventHooks                         list, create
//! GET PUT DELETE      /api/v1/eventHooks/{id}                    get, replace, delete (if inactive)
//! POST                /api/v1/eventHooks/{id}/lifecycle/{op}     verify, activate, deactivate
//! GET POST            /api/v1/users                              list (limit after filter search q), create (activate)
//! GET POST PUT DELETE /api/v1/users/{id or login}                get, update, replace, deactivate then delete
//! POST                /api/v1/users/{id}/lifecycle/{op}          activate, reactivate, deactivate, suspend,
//!                                                                unsuspend, unlock, expire_password, reset_password
//! GET                 /api/v1/users/{id}/groups                  the groups of a user
//! GET POST            /api/v1/groups                             list, create
//! GET                 /api/v1/groups/{id}                        get
//! GET                 /api/v1/groups/{id}/users                  the members of a group
//! PUT DELETE          /api/v1/groups/{id}/users/{user}           add, remove a member
//! GET                 /api/v1/logs                               since until after filter q limit sortOrder
//! POST                /oauth2/v1/token                           client credentials, private_key_jwt (a form)
//! ```
//!
//! The emulator's own, without a token. A call is `{id, kind, hookId, attempt, time, durationMs,
//! request: {method, url, headers: [{name, value, secret}], body}, answer: {status, headers, body} or
//! null, error, next, note}`; `kind` is `verification`, `delivery`, `replay`, `preview` or
//! `forwarded`, and `next` is `accepted`, `retry` or `lost`. Secret values are masked unless
//! `reveal=1`:
//!
//! ```text
//! GET        /admin/info                   the org's URL and API token      ?reveal=1
//! GET PUT    /admin/chaos                  what goes wrong on purpose; PUT replaces all of it
//! GET        /admin/calls                  the last calls, oldest first     ?limit=100&reveal=1
//!                                           or those after an id, waiting    ?after=17&wait=20
//! DELETE     /admin/calls                  forgets them
//! GET        /admin/calls/{id}             one call                         ?reveal=1
//! GET        /admin/live                   server-sent events: each call from now on, or from
//!                                           Last-Event-ID on; `id` is the call's, `data` its JSON
//! POST       /admin/replay/{id}            makes a call again, once; the body may be empty or
//!                                           {"headers": {"name": "value" or null}, "body": "text"}
//! GET        /admin/sample                 a delivery to edit               ?type=&target=&hook=
//! POST       /admin/deliver/{hook id}      delivers the body as it is, to a hook in any state
//! GET        /admin/event-types            the types a hook can subscribe to
//! GET        /                              the console: a page over all of this
//! GET        /admin/unknown-paths          requests for what is not here, and how many of each
//! POST       /admin/users/{id}/lock        locks a user out (in Okta: wrong passwords)
//! ```

use std::sync::Arc;

use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post, put};
use axum::{Json, Router};
use http::{Method, Uri};
use serde_json::Value;
use tower::util::MapRequest;

use super::errors::OktaError;
use super::state::App;
use super::{admin, api, console, middleware};

pub fn router(app: Arc<App>) -> Router {
    let okta = Router::new()
        .route("/api/v1/eventHooks", get(api::list_hooks).post(api::create_hook))
        .route(
            "/api/v1/eventHooks/{id}",
            get(api::get_hook).put(api::replace_hook).delete(api::delete_hook),
        )
        .route("/api/v1/eventHooks/{id}/lifecycle/{operation}", post(api::operate_hook))
        .route("/api/v1/users", get(api::list_users).post(api::create_user))
        .route(
            "/api/v1/users/{id}",
            get(api::get_user)
                .post(api::update_user)
                .put(api::replace_user)
                .delete(api::delete_user),
        )
        .route("/api/v1/users/{id}/lifecycle/{operation}", post(api::operate_user))
        .route("/api/v1/users/{id}/groups", get(api::groups_of_user))
        .route("/api/v1/groups", get(api::list_groups).post(api::create_group))
        .route("/api/v1/groups/{id}", get(api::get_group))
        .route("/api/v1/groups/{id}/users", get(api::members))
        .route("/api/v1/groups/{id}/users/{user}", put(api::add_member).delete(api::remove_member))
        .route("/api/v1/logs", get(api::logs))
        .route("/oauth2/v1/token", post(api::token))
        .route("/api/{*rest}", any(unknown_path))
        .route("/oauth2/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(|| async { OktaError::method() })
        .route_layer(from_fn_with_state(app.clone(), middleware::okta));
    let admin = Router::new()
        .route("/admin/info", get(admin::info))
        .route("/admin/chaos", get(admin::get_chaos).put(admin::put_chaos))
        .route("/admin/calls", get(admin::calls).delete(admin::clear_calls))
        .route("/admin/calls/{id}", get(admin::call))
        .route("/admin/live", get(admin::live))
        .route("/admin/replay/{id}", post(admin::replay))
        .route("/admin/sample", get(admin::sample))
        .route("/admin/deliver/{hook}", post(admin::deliver))
        .route("/admin/event-types", get(admin::event_types))
        .route("/admin/unknown-paths", get(unknown_paths))
        .route("/admin/users/{id}/lock", post(admin::lock_user))
        .method_not_allowed_fallback(|| async { OktaError::method() });
    let router = okta
        .merge(admin)
        .merge(console::routes())
        .fallback(|| async { OktaError::no_path() })
        .layer(from_fn_with_state(app.clone(), middleware::links_of_front))
        .layer(from_fn_with_state(app.clone(), middleware::local_only))
        .with_state(app);
    // Routing comes after every layer of a router, so that a path is changed outside of it.
    Router::new().fallback_service(MapRequest::new(router, middleware::without_last_slash))
}

async fn unknown_path(State(app): State<Arc<App>>, method: Method, uri: Uri) -> OktaError {
    app.unknown_paths.add(&method, uri.path());
    OktaError::no_path()
}

async fn unknown_paths(State(app): State<Arc<App>>) -> Json<Value> {
    Json(app.unknown_paths.to_json())
}
