//! All routes. Loopback only; a foreign `Host` or `Origin` is refused everywhere.
//!
//! Okta's own, under the rate limits, the chaos, and an API token (`Authorization: SSWS …`) or an
//! access token (`Authorization: Bearer …` or `DPoP …`) with the scope; errors are Okta's JSON:
//!
//! ```text
//! GET POST            /api/v1/eventHooks                         list, create
//! GET PUT DELETE      /api/v1/eventHooks/{id}                    get, replace, delete (if inactive)
//! POST                /api/v1/eventHooks/{id}/lifecycle/{op}     verify, activate, deactivate
//! GET POST            /api/v1/inlineHooks                        list (type), create
//! GET POST PUT DELETE /api/v1/inlineHooks/{id}                   get, change, replace, delete (if inactive)
//! POST                /api/v1/inlineHooks/{id}/execute           calls it with the payload in the body
//! POST                /api/v1/inlineHooks/{id}/lifecycle/{op}    activate, deactivate
//! GET POST            /api/v1/users                              list (limit after filter search q sortBy
//!                                                                sortOrder fields), create (activate nextLogin)
//! GET POST PUT DELETE /api/v1/users/{id or login or me}          get, update, replace, deactivate then delete
//! POST                /api/v1/users/{id}/lifecycle/{op}          activate, reactivate, deactivate, suspend,
//!                                                                unsuspend, unlock, reset_password, reset_factors,
//!                                                                expire_password (tempPassword),
//!                                                                expire_password_with_temp_password
//! POST                /api/v1/users/{id}/credentials/{op}        change_password, change_recovery_question,
//!                                                                forgot_password
//! DELETE              /api/v1/users/{id}/sessions                ends them
//! GET                 /api/v1/users/{id}/groups                  the groups of a user
//! GET POST            /api/v1/groups                             list (limit after filter search q sortBy
//!                                                                sortOrder), create
//! GET PUT DELETE      /api/v1/groups/{id}                        get, replace, delete
//! GET                 /api/v1/groups/{id}/users                  the members of a group (limit after)
//! PUT DELETE          /api/v1/groups/{id}/users/{user}           add, remove a member
//! GET POST            /api/v1/groups/rules                       list (limit after search), create
//! GET PUT DELETE      /api/v1/groups/rules/{id}                  get, replace (if inactive), delete (removeUsers)
//! POST                /api/v1/groups/rules/{id}/lifecycle/{op}   activate, deactivate
//! GET POST            /api/v1/apps                               list (limit after q filter), create (activate)
//! GET PUT DELETE      /api/v1/apps/{id}                          get, replace, delete (if inactive)
//! POST                /api/v1/apps/{id}/lifecycle/{op}           activate, deactivate
//! GET POST            /api/v1/apps/{id}/users                    who is assigned (limit after), assign
//! GET POST DELETE     /api/v1/apps/{id}/users/{user}             get, update, end an assignment
//! GET                 /api/v1/apps/{id}/groups                   which groups are assigned
//! GET PUT DELETE      /api/v1/apps/{id}/groups/{group}           get, assign, end
//! GET                 /api/v1/users/{id}/appLinks                the apps of a user
//! GET                 /api/v1/groups/{id}/apps                   the apps of a group
//! GET                 /api/v1/org                                what the org says of itself
//! GET                 /api/v1/meta/types/user  …/{id}            the one user type
//! GET POST            /api/v1/meta/schemas/user/{id}             attributes of users; adds custom ones
//! GET POST            /api/v1/meta/schemas/group/default         attributes of groups; adds custom ones
//! GET                 /api/v1/api-tokens  …/{id}                 the one API token
//! DELETE              /api/v1/api-tokens/{id or current}         revokes it until the next start
//! GET                 /api/v1/logs                               since until after filter q limit sortOrder
//! POST                /oauth2/v1/token                           client credentials, private_key_jwt, DPoP
//! POST                /oauth2/v1/revoke                          takes an access token back
//! ```
//!
//! The emulator's own, without a token, are in `admin`.

use std::sync::Arc;

use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, delete, get, post, put};
use axum::{Json, Router};
use serde_json::Value;
use tower::util::MapRequest;

use super::errors::OktaError;
use super::state::App;
use super::{
    admin, api, api_tokens, apps, console, groups, inline_hooks, middleware, oauth, org_info, users,
};

pub fn router(app: Arc<App>) -> Router {
    let okta = Router::new()
        .route("/api/v1/eventHooks", get(api::list_hooks).post(api::create_hook))
        .route(
            "/api/v1/eventHooks/{id}",
            get(api::get_hook).put(api::replace_hook).delete(api::delete_hook),
        )
        .route("/api/v1/eventHooks/{id}/lifecycle/{operation}", post(api::operate_hook))
        .merge(inline_hooks::api::routes())
        .merge(user_routes())
        .merge(group_routes())
        .merge(app_routes())
        .merge(org_routes())
        .route("/api/v1/logs", get(api::logs))
        .route("/oauth2/v1/token", post(oauth::api::token))
        .route("/oauth2/v1/revoke", post(oauth::api::revoke))
        .route("/api/{*rest}", any(no_path))
        .route("/oauth2/{*rest}", any(no_path))
        .method_not_allowed_fallback(|| async { OktaError::method() })
        .route_layer(from_fn_with_state(app.clone(), middleware::okta));
    let router = okta
        .merge(admin::routes())
        .merge(inline_hooks::api::admin_routes())
        .route("/admin/unknown-paths", get(unknown_paths))
        .merge(console::routes())
        .fallback(no_path)
        .layer(from_fn_with_state(app.clone(), middleware::links_of_front))
        .layer(from_fn_with_state(app.clone(), middleware::unknown_paths))
        .layer(from_fn_with_state(app.clone(), middleware::local_only))
        .with_state(app);
    // Routing comes after every layer of a router, so that a path is changed outside of it.
    Router::new().fallback_service(MapRequest::new(router, middleware::without_last_slash))
}

fn user_routes() -> Router<Arc<App>> {
    use users::api as user;
    Router::new()
        .route("/api/v1/users", get(user::list).post(user::create))
        .route(
            "/api/v1/users/{id}",
            get(user::get).post(user::update).put(user::replace).delete(user::delete),
        )
        .route("/api/v1/users/{id}/lifecycle/{operation}", post(user::operate))
        .route("/api/v1/users/{id}/credentials/{operation}", post(user::credentials))
        .route("/api/v1/users/{id}/sessions", delete(user::clear_sessions))
        .route("/api/v1/users/{id}/groups", get(user::groups))
}

fn group_routes() -> Router<Arc<App>> {
    use groups::{api as group, rules_api as rule};
    Router::new()
        .route("/api/v1/groups", get(group::list).post(group::create))
        .route("/api/v1/groups/{id}", get(group::get).put(group::replace).delete(group::delete))
        .route("/api/v1/groups/{id}/users", get(group::members))
        .route(
            "/api/v1/groups/{id}/users/{user}",
            put(group::add_member).delete(group::remove_member),
        )
        .route("/api/v1/groups/rules", get(rule::list).post(rule::create))
        .route("/api/v1/groups/rules/{id}", get(rule::get).put(rule::replace).delete(rule::delete))
        .route("/api/v1/groups/rules/{id}/lifecycle/{operation}", post(rule::operate))
}

fn app_routes() -> Router<Arc<App>> {
    use apps::{api as app, assignments_api as assignment};
    Router::new()
        .route("/api/v1/apps", get(app::list).post(app::create))
        .route("/api/v1/apps/{id}", get(app::get).put(app::replace).delete(app::delete))
        .route("/api/v1/apps/{id}/lifecycle/{operation}", post(app::operate))
        .route("/api/v1/apps/{id}/users", get(assignment::users).post(assignment::assign))
        .route(
            "/api/v1/apps/{id}/users/{user}",
            get(assignment::user).post(assignment::update).delete(assignment::unassign),
        )
        .route("/api/v1/apps/{id}/groups", get(assignment::groups))
        .route(
            "/api/v1/apps/{id}/groups/{group}",
            get(assignment::group).put(assignment::assign_group).delete(assignment::unassign_group),
        )
        .route("/api/v1/users/{id}/appLinks", get(assignment::of_user))
        .route("/api/v1/groups/{id}/apps", get(assignment::of_group))
}

fn org_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/org", get(org_info::org))
        .route("/api/v1/meta/types/user", get(org_info::user_types))
        .route("/api/v1/meta/types/user/{id}", get(org_info::user_type_by_id))
        .route(
            "/api/v1/meta/schemas/user/{id}",
            get(org_info::user_schema).post(org_info::update_user_schema),
        )
        .route(
            "/api/v1/meta/schemas/group/default",
            get(org_info::group_schema).post(org_info::update_group_schema),
        )
        .route("/api/v1/api-tokens", get(api_tokens::list))
        .route("/api/v1/api-tokens/{id}", get(api_tokens::get).delete(api_tokens::revoke))
}

async fn no_path() -> OktaError {
    OktaError::no_path()
}

async fn unknown_paths(State(app): State<Arc<App>>) -> Json<Value> {
    Json(app.unknown_paths.to_json())
}
