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
//! The pocket's own, without a token. A call is `{id, kind, hookId, attempt, time, durationMs,
//! request: {method, url, headers: [{name, value, secret}], body}, answer: {status, headers, body} or
//! null, error, next, note}`; `kind` is `verification`, `delivery`, `replay`, `preview` or
//! `forwarded`, and `next` is `accepted`, `retry` or `lost`. Secret values are masked unless
//! `reveal=1`:
//!
//! ```text
//! GET        /pocket/info                   the org's URL and API token      ?reveal=1
//! GET PUT    /pocket/chaos                  what goes wrong on purpose; PUT replaces all of it
//! GET        /pocket/calls                  the last calls, oldest first     ?limit=100&reveal=1
//!                                           or those after an id, waiting    ?after=17&wait=20
//! DELETE     /pocket/calls                  forgets them
//! GET        /pocket/calls/{id}             one call                         ?reveal=1
//! GET        /pocket/live                   server-sent events: each call from now on, or from
//!                                           Last-Event-ID on; `id` is the call's, `data` its JSON
//! POST       /pocket/replay/{id}            makes a call again, once; the body may be empty or
//!                                           {"headers": {"name": "value" or null}, "body": "text"}
//! GET        /pocket/sample                 a delivery to edit               ?type=&target=&hook=
//! POST       /pocket/deliver/{hook id}      delivers the body as it is, to a hook in any state
//! GET        /pocket/event-types            the types a hook can subscribe to
//! GET        /                              the console: a page over all of this
//! POST       /pocket/users/{id}/lock        locks a user out (in Okta: wrong passwords)
//! ```

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};

use super::app::App;
use super::errors::OktaError;
use super::{api, console, guard, pocket};

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
        .route("/api/{*rest}", axum::routing::any(|| async { OktaError::no_path() }))
        .method_not_allowed_fallback(|| async { OktaError::method() })
        .route_layer(from_fn_with_state(app.clone(), guard::okta));
    let pocket = Router::new()
        .route("/pocket/info", get(pocket::info))
        .route("/pocket/chaos", get(pocket::get_chaos).put(pocket::put_chaos))
        .route("/pocket/calls", get(pocket::calls).delete(pocket::clear_calls))
        .route("/pocket/calls/{id}", get(pocket::call))
        .route("/pocket/live", get(pocket::live))
        .route("/pocket/replay/{id}", post(pocket::replay))
        .route("/pocket/sample", get(pocket::sample))
        .route("/pocket/deliver/{hook}", post(pocket::deliver))
        .route("/pocket/event-types", get(pocket::event_types))
        .route("/pocket/users/{id}/lock", post(pocket::lock_user))
        .method_not_allowed_fallback(|| async { OktaError::method() });
    okta.merge(pocket)
        .merge(console::routes())
        .fallback(|| async { OktaError::no_path() })
        .layer(from_fn_with_state(app.clone(), guard::local_only))
        .with_state(app)
}
