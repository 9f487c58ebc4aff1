//! The connection: made when there is a server, kept by async-nats, and what is said about it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event};

use super::Unusable;
use super::settings::NatsSettings;

/// How long the stream may take to acknowledge: less than the hook's deadline.
pub const ACK_TIMEOUT: Duration = Duration::from_secs(2);

/// How long until the next try to reach a server.
const AGAIN: Duration = Duration::from_millis(250);

/// Waits for a server and connects.
///
/// # Errors
///
/// [`Unusable`] if a server refuses who we are, or that we look at the stream, or what is configured
/// cannot be read: waiting helps with none of these.
pub async fn connect(settings: &NatsSettings) -> Result<Context, Unusable> {
    let mut said = OnChange::default();
    let events = Arc::new(Mutex::new(Events { said: OnChange::default(), is_usable: false }));
    loop {
        let tried = options(settings, &events).await?.connect(&settings.servers).await;
        let error = match tried {
            Ok(client) => return permitted(context(client), settings, &events).await,
            Err(error) => error,
        };
        match error.kind() {
            ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                let reason = "the server refuses this user, password or credentials file";
                return Err(Unusable(format!("NATS_URL: {reason}")));
            }
            ConnectErrorKind::ServerParse => {
                return Err(Unusable(format!("NATS_URL: {error}")));
            }
            _ if said.is_news(&error.to_string()) => {
                tracing::error!(%error, "no NATS server can be reached");
            }
            _ => {}
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Returns when the connection stands. What is published before waits in memory, where it could grow.
pub async fn connected(client: &Client) {
    while client.connection_state() != State::Connected {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn context(client: Client) -> Context {
    jetstream::ContextBuilder::new().timeout(ACK_TIMEOUT).ack_timeout(ACK_TIMEOUT).build(client)
}

/// The context, unless the server does not permit to ask for the stream: such a question gets no
/// answer, and what it says instead is an event.
async fn permitted(
    context: Context,
    settings: &NatsSettings,
    events: &Mutex<Events>,
) -> Result<Context, Unusable> {
    let _ = context.get_stream(&settings.stream).await;
    let Ok(mut events) = events.lock() else { return Ok(context) };
    events.is_usable = true;
    match events.said.0.as_deref().is_some_and(is_denial) {
        true => Err(Unusable(
            "NATS_URL: the server does not permit this user to ask for streams".to_owned(),
        )),
        false => Ok(context),
    }
}

async fn options(
    settings: &NatsSettings,
    events: &Arc<Mutex<Events>>,
) -> Result<ConnectOptions, Unusable> {
    let mut options = ConnectOptions::new()
        .name("okta-hooks")
        .connection_timeout(Duration::from_secs(2))
        .reconnect_delay_callback(|tries| AGAIN * u32::try_from(tries.min(4)).unwrap_or(4));
    if let Some((user, password)) = settings.user.clone() {
        options = options.user_and_password(user, password);
    }
    if let Some(file) = &settings.credentials {
        let read = options.credentials_file(file).await;
        options = read.map_err(|error| {
            // What async-nats says of a malformed file may have some of it in it.
            Unusable(format!("NATS_CREDENTIALS: {}", error.kind()))
        })?;
    }
    if let Some(file) = &settings.ca {
        std::fs::metadata(file).map_err(|error| Unusable(format!("NATS_CA: {error}")))?;
        options = options.add_root_certificates(file.clone());
    }
    let events = events.clone();
    Ok(options.event_callback(move |event| {
        let events = events.clone();
        async move { events.lock().map_or((), |mut events| report(&mut events, &event)) }
    }))
}

/// What a server has said, and whether we work with it yet.
struct Events {
    said: OnChange,
    is_usable: bool,
}

/// That a subject is one that we may not use.
fn is_denial(said: &str) -> bool {
    said.to_lowercase().contains("permissions violation")
}

/// One line for each change, however often it is found.
fn report(events: &mut Events, event: &Event) {
    let is_first = events.said.0.is_none();
    // A subject is in quotes, and another one is the same news.
    let event_in_full = event.to_string();
    let without_subject = event_in_full.split('"').next().unwrap_or_default().trim_end();
    if !events.said.is_news(without_subject) || (!events.is_usable && is_denial(without_subject)) {
        return;
    }
    match event {
        Event::Connected if is_first => tracing::info!("connected to NATS"),
        Event::Connected => tracing::warn!("connected to NATS again"),
        Event::Disconnected => tracing::error!("the connection to NATS is lost"),
        // At the end of the process, since nothing else ends the tries.
        Event::Draining | Event::Closed => {}
        other => tracing::warn!(event = %other, "NATS"),
    }
}

/// Remembers what was said last.
#[derive(Default)]
pub struct OnChange(Option<String>);

impl OnChange {
    /// Whether it differs from what was said last.
    pub fn is_news(&mut self, message: &str) -> bool {
        let is_news = self.0.as_deref() != Some(message);
        if is_news {
            self.0 = Some(message.to_owned());
        }
        is_news
    }
}
