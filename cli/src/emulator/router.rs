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
//! The emulator's own, without a token, are in `admin`.

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
    let router = okta
        .merge(admin::routes())
        .route("/admin/unknown-paths", get(unknown_paths))
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
