//! What the framework examples share: their settings, and the handler, which is the same in all.

// Each example is compiled with its own copy of this module and need not use all of it.
#![allow(dead_code, unused_imports)]

mod settings;
mod shutdown;

use std::error::Error;
use std::io;

use okta_hooks::event::Target;
use okta_hooks::layer::{DeadLetter, HandlerError};
use okta_hooks::{Delivery, EventType, LogEvent, Rejection};
use tokio::io::AsyncWriteExt;

pub use settings::{Settings, parsed, text};
pub use shutdown::shutdown;

/// What `GET /` answers.
pub const WELCOME: &str = include_str!("welcome.html");

/// The handler: greets every user that was created, wherever the event stands in the batch.
///
/// An error becomes a 503, so that Okta delivers the events once more.
pub async fn user_created(delivery: Delivery) -> io::Result<()> {
    let created = |event: &&LogEvent| event.event_type() == EventType::USER_LIFECYCLE_CREATE;
    let mut greetings = String::new();
    for event in delivery.events().iter().filter(created) {
        for user in event.user_targets() {
            let name = printable(&user);
            greetings += &format!("The user {name} has been added to the Okta org!\n");
        }
    }
    let mut stdout = tokio::io::stdout();
    stdout.write_all(greetings.as_bytes()).await?;
    stdout.flush().await
}

/// Where what no handler sees goes: the log says where it was odd. A service that must lose nothing
/// would store `letter.raw()` here.
pub async fn set_aside(letter: DeadLetter) -> io::Result<()> {
    tracing::warn!(bytes = letter.raw().len(), reason = %letter, "set aside");
    Ok(())
}

/// Logs why a request was not accepted: the layers leave the reason in the response.
pub fn log<B>(response: http::Response<B>) -> http::Response<B> {
    if let Some(error) = response.extensions().get::<HandlerError>() {
        log_failure(error);
    } else if let Some(rejection) = response.extensions().get::<Rejection>() {
        log_refusal(rejection);
    }
    response
}

pub fn log_failure(error: &(dyn Error + 'static)) {
    tracing::error!(error, "a delivery was not handled");
}

pub fn log_refusal(rejection: &Rejection) {
    tracing::warn!(status = rejection.status().as_u16(), reason = %rejection, "refused");
}

/// The user's login, or else a name or id, without the control characters that could write
/// anything into a terminal or a log.
fn printable(user: &Target<'_>) -> String {
    let name = user.known_alternate_id().or(user.display_name.as_deref()).or(user.id.as_deref());
    name.unwrap_or("(no name)").replace(char::is_control, "\u{fffd}")
}
