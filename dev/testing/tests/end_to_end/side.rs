//! The three ways to keep the users here, whichever Okta's deliveries go through.

use std::any::Any;
use std::net::SocketAddr;
use std::path::Path;

use okta_hooks_testing::nats::Nats;
use okta_hooks_testing::postgres::Postgres;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::proxy::Proxy;
use okta_hooks_testing::workspace::binary;

use crate::pair::{Pair, SECRET, TOKEN, free_ports};

pub struct Side {
    /// Where Okta delivers to.
    pub hook: SocketAddr,
    pub path: &'static str,
    pub pages: SocketAddr,
    programs: Vec<Server>,
    /// Starts one of them, where it was before.
    start: Box<dyn Fn(usize) -> Server>,
    crashes: usize,
    /// What has to run, or be there, meanwhile.
    _others: Box<dyn Any>,
}

impl Side {
    /// One sync over a SQLite file.
    pub fn over_a_file(pair: &Pair) -> Self {
        let [hook, pages] = free_ports();
        let directory = tempfile::tempdir().unwrap();
        let (org, path) = (pair.org, directory.path().to_owned());
        let start = move |_| sync(&path, &[], org, hook, pages, "users.db");
        Self::of(1, start, (hook, "/userTransfer", pages), directory)
    }

    /// Two replicas over one PostgreSQL server, behind a load balancer.
    pub fn over_postgres(pair: &Pair) -> Option<Self> {
        let server = Postgres::start()?;
        let hooks: [_; 2] = free_ports();
        let pages: [_; 2] = free_ports();
        let balancer = Proxy::start(&hooks);
        let directory = tempfile::tempdir().unwrap();
        let (org, path, url) = (pair.org, directory.path().to_owned(), server.url());
        let start = move |n: usize| sync(&path, &[], org, hooks[n], pages[n], &url);
        let addresses = (balancer.address, "/userTransfer", pages[0]);
        Some(Self::of(2, start, addresses, (server, balancer, directory)))
    }

    /// A hook in front of a stream, and a sync that consumes it.
    pub fn behind_a_stream(pair: &Pair) -> Option<Self> {
        let nats = Nats::start()?;
        let [hook, health, pages] = free_ports();
        let directory = tempfile::tempdir().unwrap();
        let (org, path, url) = (pair.org, directory.path().to_owned(), nats.url());
        let start = move |n| match n {
            0 => {
                let listen = hook.to_string();
                let settings =
                    [("OKTA_HOOK_SECRET", SECRET), ("NATS_URL", &*url), ("LISTEN", &listen)];
                Server::start_with(binary("jetstream-hook"), &["receive"], &settings)
            }
            _ => sync(&path, &["--from", &url], org, health, pages, "users.db"),
        };
        Some(Self::of(2, start, (hook, "/userCreated", pages), (nats, directory)))
    }

    fn of(
        programs: usize,
        start: impl Fn(usize) -> Server + 'static,
        (hook, path, pages): (SocketAddr, &'static str, SocketAddr),
        others: impl Any,
    ) -> Self {
        let programs = (0..programs).map(&start).collect();
        let (start, others) = (Box::new(start), Box::new(others));
        Self { hook, path, pages, programs, start, crashes: 0, _others: others }
    }

    /// Kills one of the programs, another one each time, and starts it again.
    pub fn crash(&mut self) {
        let next = self.crashes % self.programs.len();
        self.crashes += 1;
        self.programs.remove(next).crash();
        self.programs.insert(next, (self.start)(next));
    }

    /// Ends them in order.
    pub fn end(self) {
        for program in self.programs {
            assert!(program.terminate().0.success());
        }
    }
}

fn sync(
    directory: &Path,
    arguments: &[&str],
    org: SocketAddr,
    hook: SocketAddr,
    pages: SocketAddr,
    database: &str,
) -> Server {
    let settings = [
        ("OKTA_HOOK_SECRET", SECRET),
        ("LISTEN", &hook.to_string()),
        ("PAGES", &pages.to_string()),
        ("DATABASE", database),
        ("okta_url", &format!("http://{org}")),
        ("okta_key", TOKEN),
        ("GAP_REPAIR_SECONDS", "1"),
        ("RUST_LOG", "off"),
    ];
    Server::start_all(directory, binary("user-sync"), arguments, &settings)
}
