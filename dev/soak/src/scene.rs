//! What a scenario, the well-behaved senders and whoever watches them share.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use okta_hooks_testing::process::Server;

use crate::tally::{Count, Faults, Times};
use crate::{Plan, Receiver};

/// One receiver, in one scenario.
pub(crate) struct Scene {
    pub(crate) receiver: Receiver,
    pub(crate) server: Mutex<Server>,
    pub(crate) address: SocketAddr,
    pub(crate) directory: PathBuf,
    pub(crate) plan: Plan,
    /// What the well-behaved senders sent.
    pub(crate) well_behaved: Count,
    /// How long their answers took.
    pub(crate) times: Times,
    /// Deliveries of the scenario itself.
    pub(crate) others: Count,
    pub(crate) faults: Faults,
    /// What else there is to say, for the table.
    note: Mutex<String>,
    has_begun: AtomicBool,
    is_over: AtomicBool,
    /// Whether a 503 in time is all that can be asked for at the moment.
    pub(crate) may_refuse: AtomicBool,
}

impl Scene {
    pub(crate) fn new(receiver: Receiver, server: Server, directory: &Path, plan: Plan) -> Self {
        Self {
            receiver,
            address: server.address,
            server: Mutex::new(server),
            directory: directory.to_owned(),
            plan,
            well_behaved: Count::default(),
            times: Times::default(),
            others: Count::default(),
            faults: Faults::default(),
            note: Mutex::default(),
            has_begun: AtomicBool::default(),
            is_over: AtomicBool::default(),
            may_refuse: AtomicBool::default(),
        }
    }

    pub(crate) fn path(&self) -> &'static str {
        self.receiver.path()
    }

    /// Says that everything there is to be endured is there. Memory is compared from then on.
    pub(crate) fn begin(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Returns when the scenario is over.
    pub(crate) fn wait(&self) {
        while !self.is_over() {
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// As [`Self::wait`], while other tasks go on.
    pub(crate) async fn over(&self) {
        while !self.is_over() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn set_note(&self, note: String) {
        *self.note.lock().expect("nobody panics with it") = note;
    }

    pub(crate) fn note(&self) -> String {
        self.note.lock().expect("nobody panics with it").clone()
    }

    /// The bytes that the receiver has in memory now.
    pub(crate) fn memory(&self) -> u64 {
        let server = self.server.lock().expect("nobody panics with it");
        server.resident_memory().expect("it runs, on Linux")
    }

    /// How many files and connections the receiver has open, once they are so few or it takes too
    /// long.
    pub(crate) fn files_when_at_most(&self, most: usize, patience: Duration) -> usize {
        let until = Instant::now() + patience;
        loop {
            let files = self.server.lock().expect("nobody panics with it").open_files();
            if files <= most || Instant::now() > until {
                return files;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A runtime of one thread, as each group of clients has: none waits for the other's work.
pub(crate) fn block_on<T>(clients: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(clients)
}
