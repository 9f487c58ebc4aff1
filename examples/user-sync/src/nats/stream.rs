//! The stream: created when it is not there, checked when it is, never changed.

use std::time::Duration;

use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{Context, ErrorCode};

use super::connection::OnChange;
use super::settings::NatsSettings;
use super::{Unusable, subject};

/// Why there is no stream to use.
enum NotOpen {
    /// It may be there later: no leader, no quorum, no JetStream yet.
    Yet(String),
    Unusable(Unusable),
}

/// Waits until the stream is there, creating it if it is not.
///
/// # Errors
///
/// [`Unusable`] if it is there and could lose what it acknowledged, or the servers cannot have it.
pub async fn open(context: &Context, settings: &NatsSettings) -> Result<Stream, Unusable> {
    let mut said = OnChange::default();
    loop {
        match try_open(context, settings).await {
            Ok(stream) => return Ok(stream),
            Err(NotOpen::Unusable(unusable)) => return Err(unusable),
            Err(NotOpen::Yet(reason)) if said.is_news(&reason) => {
                tracing::error!(%reason, "the stream cannot be used yet");
            }
            Err(NotOpen::Yet(_)) => {}
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn try_open(context: &Context, settings: &NatsSettings) -> Result<Stream, NotOpen> {
    let found = context.get_stream(&settings.stream).await;
    let stream = match found {
        Ok(stream) => stream,
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(error)
                if error.error_code() == ErrorCode::STREAM_NOT_FOUND =>
            {
                create(context, settings).await?
            }
            _ => return Err(NotOpen::Yet(error.to_string())),
        },
    };
    check(&stream.cached_info().config, settings.replicas).map_err(|difference| {
        let name = &settings.stream;
        let reason = format!("NATS_STREAM: the stream {name} {difference}; nothing was changed");
        NotOpen::Unusable(Unusable(reason))
    })?;
    Ok(stream)
}

async fn create(context: &Context, settings: &NatsSettings) -> Result<Stream, NotOpen> {
    let created = context.create_stream(config(settings)).await;
    created.map_err(|error| match error.kind() {
        CreateStreamErrorKind::JetStream(error)
            if error.error_code() == ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED =>
        {
            NotOpen::Unusable(Unusable(format!("NATS_REPLICAS: {error}")))
        }
        // Of two that create it at once one is the second.
        _ => NotOpen::Yet(error.to_string()),
    })
}

fn config(settings: &NatsSettings) -> Config {
    Config {
        name: settings.stream.clone(),
        description: Some("Okta's events, as its hooks deliver them".to_owned()),
        subjects: vec![format!("{}.>", subject::EVENTS), format!("{}.>", subject::DEAD_LETTERS)],
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        // A full stream takes no more, which is a 503, instead of dropping what nobody has read.
        discard: DiscardPolicy::New,
        num_replicas: settings.replicas,
        max_age: settings.max_age,
        ..Config::default()
    }
}

/// What our promises need. How long and how much it keeps is for whoever runs it.
fn check(config: &Config, replicas: usize) -> Result<(), String> {
    for prefix in [subject::EVENTS, subject::DEAD_LETTERS] {
        let whole = format!("{prefix}.>");
        let covers = |subject: &String| *subject == whole || subject == "okta.>" || subject == ">";
        if !config.subjects.iter().any(covers) {
            return Err(format!("does not store {whole}"));
        }
    }
    let is_limited =
        config.max_bytes > 0 || config.max_messages > 0 || config.max_messages_per_subject > 0;
    for (is_wrong, difference) in [
        (config.storage != StorageType::File, "is in memory: a restart would lose it"),
        (config.retention != RetentionPolicy::Limits, "drops what consumers have acknowledged"),
        (config.no_ack, "acknowledges nothing"),
        (is_limited && config.discard == DiscardPolicy::Old, "drops the oldest when it is full"),
    ] {
        if is_wrong {
            return Err(difference.to_owned());
        }
    }
    match config.num_replicas {
        fewer if fewer < replicas => {
            Err(format!("is stored {fewer} times, and NATS_REPLICAS wants {replicas}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_could_lose_what_it_acknowledged_is_refused() {
        let settings = NatsSettings::read(|_| Ok(None)).unwrap();
        let ours = || config(&settings);
        let base = || Config { subjects: vec!["okta.>".to_owned()], ..ours() };
        assert_eq!(check(&ours(), 1), Ok(()));
        assert_eq!(check(&base(), 1), Ok(()));
        assert_eq!(check(&Config { num_replicas: 3, ..ours() }, 1), Ok(()));
        assert_eq!(check(&Config { max_age: Duration::ZERO, max_bytes: 1, ..ours() }, 1), Ok(()));
        for (config, says) in [
            (
                Config { subjects: vec!["okta.events.>".to_owned()], ..ours() },
                "does not store okta.dead_letters.>",
            ),
            (Config { storage: StorageType::Memory, ..ours() }, "is in memory"),
            (Config { retention: RetentionPolicy::WorkQueue, ..ours() }, "drops what consumers"),
            (Config { no_ack: true, ..ours() }, "acknowledges nothing"),
            (Config { max_bytes: 1, discard: DiscardPolicy::Old, ..ours() }, "drops the oldest"),
        ] {
            let difference = check(&config, 1).unwrap_err();
            assert!(difference.starts_with(says), "{difference}");
        }
        let difference = check(&ours(), 3).unwrap_err();
        assert_eq!(difference, "is stored 1 times, and NATS_REPLICAS wants 3");
    }
}
