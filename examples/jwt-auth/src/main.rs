//! A token hook that Okta authenticates to with an OAuth 2.0 access token.
//!
//! Run with
//!
//! ```text
//! ISSUER=https://acme.okta.com/oauth2/default AUDIENCE=api://default cargo run -p jwt-auth
//! ```

mod keys;
mod rs256;
mod token;

use std::env;
use std::error::Error;
use std::time::Duration;

use axum::Router;
use keys::Keys;
use okta_hooks::inline::token::Patch;
use okta_hooks::inline::{Answer, Fallback, Request};
use okta_hooks::layer::InlineHookLayer;
use okta_hooks::{AuthError, Headers, Receiver};
use token::TokenCheck;
use tower::{BoxError, ServiceBuilder, service_fn};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = required("ISSUER")?;
    let audience = required("AUDIENCE")?;
    let jwks = env::var("JWKS_URL").unwrap_or_else(|_| format!("{issuer}/v1/keys"));
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8082".to_owned());

    rs256::install();
    // Without keys every request is a 401, which Okta does not send again.
    let keys = Keys::fetch(jwks).await?;
    tokio::spawn(keys.clone().renew());

    let check = TokenCheck::new(keys, &issuer, &audience);
    let receiver = Receiver::new(move |headers: Headers<'_>| {
        check.verify(headers.bearer_token()?).map_err(AuthError::Refused)?;
        Ok(None)
    });
    let layer = InlineHookLayer::new(receiver, Fallback::new())
        .with_deadline(|| tokio::time::sleep(Duration::from_millis(2_500)));
    let hook = ServiceBuilder::new().layer(layer).service(service_fn(handle));
    let app = Router::new().route_service("/token", hook);

    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// Adds a claim to access tokens.
async fn handle(request: Request) -> Result<Answer, BoxError> {
    let Request::Token(request) = request else { return Err("not a token hook".into()) };
    match request.access() {
        Some(_) => Ok(request.answer().patch_access(Patch::new().add("tenant", "acme")).build()?),
        None => Ok(request.answer().build()?),
    }
}

fn required(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: see the README"))
}
