//! nats-server as a real process, on free ports and in a directory of its own.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::{self, consumer::pull};
use futures_util::StreamExt;
use tempfile::TempDir;

use super::program::until;

/// One server, or three that store everything three times. They are killed when dropped.
pub struct Nats {
    directory: TempDir,
    servers: Vec<Server>,
}

struct Server {
    port: u16,
    child: Option<Child>,
}

/// What the stream holds of one event.
pub struct Stored {
    pub subject: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Stored {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.as_str())
    }
}

impl Nats {
    /// `None`, and a line that says so, where there is no nats-server.
    pub fn start() -> Option<Self> {
        Self::start_with(1, "")
    }

    pub fn start_three() -> Option<Self> {
        Self::start_with(3, "")
    }

    /// With more in the configuration.
    pub fn start_with(count: usize, more: &str) -> Option<Self> {
        if Command::new("nats-server").arg("--version").output().is_err() {
            // Past the test harness, which shows nothing of a test that passes.
            let _ = writeln!(std::io::stderr(), "SKIPPED: there is no nats-server");
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let routes: Vec<u16> = free_ports(count);
        let servers = free_ports(count).into_iter().map(|port| Server { port, child: None });
        let mut nats = Self { directory, servers: servers.collect() };
        for n in 0..count {
            let config = nats.config(n, &routes, more);
            fs::write(nats.directory.path().join(format!("{n}.conf")), config).expect("written");
            nats.start_server(n);
        }
        Some(nats)
    }

    fn config(&self, n: usize, routes: &[u16], more: &str) -> String {
        let port = self.servers[n].port;
        let store = self.directory.path().join(format!("store{n}"));
        let mut config = format!(
            "listen: 127.0.0.1:{port}\nserver_name: s{n}\njetstream {{ store_dir: {store:?} }}\n{more}\n"
        );
        if routes.len() > 1 {
            let urls: Vec<_> =
                routes.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
            config += &format!(
                "cluster {{ name: c, listen: 127.0.0.1:{}, routes: {urls:?} }}\n",
                routes[n]
            );
        }
        config
    }

    pub fn start_server(&mut self, n: usize) {
        let config = self.directory.path().join(format!("{n}.conf"));
        let child = Command::new("nats-server")
            .arg("-c")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server starts");
        self.servers[n].child = Some(child);
    }

    /// With SIGKILL.
    pub fn kill_server(&mut self, n: usize) {
        let mut child = self.servers[n].child.take().expect("it runs");
        child.kill().expect("it runs");
        child.wait().expect("a child can be waited for");
    }

    pub fn signal(&self, n: usize, name: &str) {
        let child = self.servers[n].child.as_ref().expect("it runs");
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().expect("kill").success());
    }

    /// Stops it until it is told to go on: none of its threads runs any more when this returns, which
    /// is some time after the signal was sent. Where there is no `/proc`, nobody can tell.
    pub fn freeze(&self, n: usize) {
        self.signal(n, "STOP");
        let child = self.servers[n].child.as_ref().expect("it runs");
        let threads = Path::new("/proc").join(child.id().to_string()).join("task");
        until("it stands still", || {
            let mut threads = fs::read_dir(&threads).into_iter().flatten().flatten();
            threads.all(|thread| is_stopped(&thread.path())).then_some(())
        });
    }

    pub fn url(&self) -> String {
        let urls = self.servers.iter().map(|server| format!("nats://127.0.0.1:{}", server.port));
        urls.collect::<Vec<_>>().join(",")
    }

    /// Which of the servers leads the stream.
    pub async fn leader(&self) -> usize {
        let mut stream = self.stream().await;
        loop {
            let leader = stream.info().await.ok().and_then(|info| info.cluster.clone()?.leader);
            if let Some(n) = leader.and_then(|name| name.strip_prefix('s')?.parse().ok()) {
                return n;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn context(&self) -> jetstream::Context {
        let servers: Vec<async_nats::ServerAddr> =
            self.url().split(',').map(|url| url.parse().expect("a URL")).collect();
        loop {
            if let Ok(client) = async_nats::connect(&servers).await {
                return jetstream::new(client);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn stream(&self) -> jetstream::stream::Stream {
        let context = self.context().await;
        loop {
            if let Ok(stream) = context.get_stream("OKTA").await {
                return stream;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Everything that is stored under `filter`, read by a client of its own.
    pub async fn stored(&self, filter: &str) -> Vec<Stored> {
        let stream = self.stream().await;
        let config = pull::Config { filter_subject: filter.to_owned(), ..pull::Config::default() };
        let mut tries = 0;
        let consumer = loop {
            tries += 1;
            match stream.create_consumer(config.clone()).await {
                Ok(consumer) => break consumer,
                Err(error) => assert!(tries < 200, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        let mut all = Vec::new();
        let pending = consumer.cached_info().num_pending;
        while (all.len() as u64) < pending {
            let mut batch = consumer.fetch().max_messages(500).messages().await.expect("messages");
            while let Some(message) = batch.next().await {
                let message = message.expect("a message");
                message.ack().await.expect("it is connected");
                all.push(Stored {
                    subject: message.subject.to_string(),
                    headers: message.headers.clone().unwrap_or_default(),
                    body: String::from_utf8(message.payload.to_vec()).expect("UTF-8"),
                });
            }
        }
        all
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        for child in self.servers.iter_mut().filter_map(|server| server.child.as_mut()) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A thread that has ended meanwhile is.
fn is_stopped(thread: &Path) -> bool {
    let status = fs::read_to_string(thread.join("stat")).unwrap_or_default();
    // The name before the state may have spaces.
    status.rsplit(") ").next().is_none_or(|fields| fields.is_empty() || fields.starts_with('T'))
}

fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<_> =
        (0..count).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
    listeners.iter().map(|listener| listener.local_addr().expect("it listens").port()).collect()
}
