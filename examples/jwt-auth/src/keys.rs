//! The issuer's public keys, fetched before they are needed.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::redirect;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

/// How long the keys are good for without another look.
const RENEWAL: Duration = Duration::from_secs(600);
/// Between two looks, however many tokens of unknown keys come.
const PAUSE: Duration = Duration::from_secs(1);

/// The keys by their ids, as they were fetched last. A clone shares them.
#[derive(Clone)]
pub struct Keys {
    shared: Arc<Shared>,
}

struct Shared {
    client: reqwest::Client,
    url: String,
    keys: RwLock<HashMap<String, DecodingKey>>,
    is_missed: Notify,
}

impl Keys {
    /// Fetches them for the first time.
    pub async fn fetch(url: String) -> Result<Self, reqwest::Error> {
        // It fails if the process has a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(redirect::Policy::none())
            .build()?;
        let keys = RwLock::new(fetched(&client, &url).await?);
        let is_missed = Notify::new();
        Ok(Self { shared: Arc::new(Shared { client, url, keys, is_missed }) })
    }

    /// The key with this id. One that is not there is looked for, for the tokens that come later.
    pub fn get(&self, id: &str) -> Option<DecodingKey> {
        let keys = self.shared.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.get(id).cloned();
        if key.is_none() {
            self.shared.is_missed.notify_one();
        }
        key
    }

    /// Fetches them again from time to time, and when one was missed. What cannot be fetched leaves
    /// those that are there.
    pub async fn renew(self) {
        let Shared { client, url, keys, is_missed } = &*self.shared;
        loop {
            sleep(PAUSE).await;
            let _ = timeout(RENEWAL, is_missed.notified()).await;
            match fetched(client, url).await {
                Ok(new) => *keys.write().unwrap_or_else(PoisonError::into_inner) = new,
                Err(error) => {
                    let error = error.without_url();
                    // Whether anybody reads it or not: without this task every request is a 401 some day.
                    let _ = writeln!(io::stderr(), "the keys were not renewed: {error}");
                }
            }
        }
    }
}

/// The keys that can check a signature; others in the set are left out.
async fn fetched(
    client: &reqwest::Client,
    url: &str,
) -> Result<HashMap<String, DecodingKey>, reqwest::Error> {
    let answer = client.get(url).send().await?.error_for_status()?;
    let set: JwkSet = answer.json().await?;
    let key = |jwk: &Jwk| Some((jwk.common.key_id.clone()?, DecodingKey::from_jwk(jwk).ok()?));
    Ok(set.keys.iter().filter_map(key).collect())
}
