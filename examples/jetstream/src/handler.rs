//! What this service does with an event: the handler of the web examples, unchanged.

use std::io;

use okta_hooks::event::Target;
use okta_hooks::{Delivery, EventType, LogEvent};
use tokio::io::AsyncWriteExt;

/// Greets every user that was created, wherever the event stands in the batch.
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

/// The user's login, or else a name or id, without the control characters that could write
/// anything into a terminal or a log.
fn printable(user: &Target<'_>) -> String {
    let name = user.known_alternate_id().or(user.display_name.as_deref()).or(user.id.as_deref());
    name.unwrap_or("(no name)").replace(char::is_control, "\u{fffd}")
}
