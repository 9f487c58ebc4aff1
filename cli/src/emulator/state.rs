//! What all requests share.

use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use super::Args;
use super::api_auth::ApiAuth;
use super::chaos::Chaos;
use super::clock;
use super::delivery_queue::DeliveryQueue;
use super::dpop::Dpop;
use super::errors::OktaError;
use super::faults::Faults;
use super::oauth::Client;
use super::org::Org;
use super::rate_limits::RateLimits;
use super::recorded_calls::RecordedCalls;
use super::store::Store;
use super::unknown_paths::UnknownPaths;
use crate::http_client::HttpClient;

pub struct App {
    /// Another one in every run, so that whoever comes back sees whether it is the same org.
    pub run: String,
    /// `http://127.0.0.1:4040`, or what clients use instead.
    pub base: String,
    pub address: SocketAddr,
    pub api_auth: ApiAuth,
    pub dpop: Dpop,
    pub rate_limits: RateLimits,
    pub chaos: RwLock<Chaos>,
    pub faults: Faults,
    pub unknown_paths: UnknownPaths,
    pub calls: RecordedCalls,
    pub delivery_queue: DeliveryQueue,
    pub client: HttpClient,
    org: Mutex<Org>,
    rng: Mutex<fastrand::Rng>,
}

impl App {
    pub fn new(args: Args, address: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let rng = args.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let base = args.public_url.unwrap_or_else(|| format!("http://{address}"));
        let client = match (args.client_id, args.client_key) {
            (Some(id), Some(path)) => {
                let pem =
                    fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
                Some(Client::new(id, &pem, &args.client_scopes, args.client_dpop)?)
            }
            _ => None,
        };
        let store = match args.data {
            Some(path) => {
                Store::open(&path).map_err(|error| format!("{}: {error}", path.display()))?
            }
            None => Store::memory()?,
        };
        let mut org = Org::load(store, base.clone(), rng, args.keep_events as usize)?;
        Ok(Self {
            run: (0..12).map(|_| fastrand::alphanumeric()).collect(),
            rng: Mutex::new(org.rng.fork()),
            api_auth: ApiAuth::new(args.token, client)?,
            dpop: Dpop::new(clock::unix_seconds())?,
            rate_limits: RateLimits::new(args.rate_limit),
            chaos: RwLock::new(args.chaos),
            faults: Faults::default(),
            unknown_paths: UnknownPaths::default(),
            calls: RecordedCalls::new(args.keep_calls as usize),
            delivery_queue: DeliveryQueue::new(args.collect_ms, args.batch as usize),
            client: HttpClient::new()?,
            org: Mutex::new(org),
            base,
            address,
        })
    }

    /// The org, for reading.
    pub fn org(&self) -> MutexGuard<'_, Org> {
        self.org.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the org: what was changed is kept, and the events of it go on their way. If `change`
    /// fails, it has changed nothing.
    pub fn change<T>(
        self: &std::sync::Arc<Self>,
        change: impl FnOnce(&mut Org) -> Result<T, OktaError>,
    ) -> Result<T, OktaError> {
        let (result, deliveries) = {
            let mut org = self.org();
            let result = change(&mut org)?;
            let deliveries = org.commit().map_err(|error| {
                tracing::error!(%error, "--data: nothing was written; the next change writes this one, too");
                OktaError::internal()
            })?;
            (result, deliveries)
        };
        for (hook, event) in deliveries {
            DeliveryQueue::put(self, hook, event);
        }
        Ok(result)
    }

    /// A generator to draw from. It is the caller's own and holds no lock, so that nobody who has the
    /// org waits for one who waits for the org.
    pub fn rng(&self) -> fastrand::Rng {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fork()
    }

    /// Whether something happens now that happens in this share of all cases.
    pub fn happens(&self, share: f64) -> bool {
        share > 0.0 && self.rng().f64() < share
    }

    pub fn chaos(&self) -> Chaos {
        self.chaos.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
