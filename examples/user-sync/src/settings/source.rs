//! Where events come from: the arguments decide.

use std::net::SocketAddr;

use okta_hooks::Receiver;

use super::auth;
use super::environment::Environment;
use crate::hook;

#[cfg(feature = "nats")]
use crate::nats::{
    consumer::ConsumerSettings,
    settings::{NatsSettings, valid_filter, valid_name},
};

/// Without arguments the hook; with `--from nats://…` a stream that [`jetstream`] fills, whose other
/// settings are `NATS_USER`, `NATS_PASSWORD`, `NATS_CREDENTIALS`, `NATS_CA`, `NATS_STREAM` (`OKTA` if
/// not set), `CONSUMER` (`user-sync` if not set) and `FILTER` (`okta.events.>` if not set).
///
/// [`jetstream`]: https://docs.nats.io/nats-concepts/jetstream
pub enum Source {
    Hook(Receiver),
    #[cfg(feature = "nats")]
    Nats(Box<(NatsSettings, ConsumerSettings)>),
}

const USAGE: &str = "expected no argument, or --from and the URL of a NATS server";

impl Source {
    pub(super) fn from_env(environment: &Environment, listen: SocketAddr) -> Result<Self, String> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        match &arguments[..] {
            [] => {
                let auth = auth::from_env(environment, listen, hook::PATH)?;
                Ok(Self::Hook(Receiver::new(auth)))
            }
            [from, url] if from == "--from" => Self::nats(environment, url),
            _ => Err(USAGE.to_owned()),
        }
    }

    #[cfg(feature = "nats")]
    fn nats(environment: &Environment, url: &str) -> Result<Self, String> {
        let variable = |name: &str| match name {
            "NATS_URL" => Ok(Some(url.to_owned())),
            "NATS_PASSWORD" => environment.secret(name),
            _ => environment.string(name),
        };
        let name = variable("CONSUMER")?.unwrap_or_else(|| "user-sync".to_owned());
        let name = valid_name("CONSUMER", name)?;
        let filter = variable("FILTER")?.unwrap_or_else(|| "okta.events.>".to_owned());
        let consumer = ConsumerSettings {
            filter: valid_filter(filter, &name)?,
            name,
            at_once: 256,
            // It fails when the database does, and then every event would be given up.
            max_tries: None,
            max_delay: std::time::Duration::from_secs(5),
        };
        Ok(Self::Nats(Box::new((NatsSettings::read(variable)?, consumer))))
    }

    #[cfg(not(feature = "nats"))]
    fn nats(_: &Environment, _: &str) -> Result<Self, String> {
        Err("--from needs the feature: cargo run -p user-sync -F nats -- --from …".to_owned())
    }
}
