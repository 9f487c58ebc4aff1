//! What all requests share.

use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use super::Args;
use super::access::Access;
use super::calls::Calls;
use super::chaos::Chaos;
use super::errors::OktaError;
use super::limits::Limits;
use super::org::Org;
use super::outbox::Outbox;
use super::store::Store;
use super::token::Client;
use crate::wire::Wire;

pub struct App {
    /// `http://127.0.0.1:4040`
    pub base: String,
    pub address: SocketAddr,
    pub access: Access,
    pub limits: Limits,
    pub chaos: RwLock<Chaos>,
    pub calls: Calls,
    pub outbox: Outbox,
    pub wire: Wire,
    org: Mutex<Org>,
    dice: Mutex<fastrand::Rng>,
}

impl App {
    pub fn new(args: Args, address: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let mut rng = args.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let base = format!("http://{address}");
        let client = match (args.client_id, args.client_key) {
            (Some(id), Some(path)) => {
                let pem =
                    fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
                Some(Client::new(id, &pem, &args.client_scopes)?)
            }
            _ => None,
        };
        let store = match args.data {
            Some(path) => {
                Store::open(&path).map_err(|error| format!("{}: {error}", path.display()))?
            }
            None => Store::memory()?,
        };
        let dice = Mutex::new(rng.fork());
        Ok(Self {
            dice,
            access: Access::new(args.token, client)?,
            limits: Limits::new(args.rate_limit),
            chaos: RwLock::new(args.chaos),
            calls: Calls::new(args.keep_calls as usize),
            outbox: Outbox::new(args.collect_ms, args.batch as usize),
            wire: Wire::new()?,
            org: Mutex::new(Org::load(store, base.clone(), rng)?),
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
            let deliveries = org.commit().map_err(|_| OktaError::internal())?;
            (result, deliveries)
        };
        for (hook, event) in deliveries {
            Outbox::put(self, hook, event);
        }
        Ok(result)
    }

    pub fn dice(&self) -> MutexGuard<'_, fastrand::Rng> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something happens now that happens in this share of all cases.
    pub fn happens(&self, share: f64) -> bool {
        share > 0.0 && self.dice().f64() < share
    }

    pub fn chaos(&self) -> Chaos {
        self.chaos.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
