//! A PostgreSQL server of a test's own, in a directory of its own and on a free port. The server does
//! not run as root, so as root another user runs it.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running server; it ends when dropped.
pub struct Postgres {
    directory: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// `None`, and a line that says so, where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("SKIPPED: PostgreSQL is not installed (Debian: apt install postgresql)");
            return None;
        };
        let initdb = ["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"];
        Some(Self::start_with(programs, "initdb", &initdb))
    }

    /// One whose files this program makes.
    fn start_with(programs: PathBuf, program: &str, arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.expect("there is a free port").port();
        let server = Self { directory, programs, port };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(server.path()));
        }
        server.run(program, arguments);
        // With its shared memory in files of its own, which nobody has to clean up after a kill.
        server.configure(&format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\n\
             dynamic_shared_memory_type = mmap\n",
            server.path().display()
        ));
        server.start_again();
        server
    }

    /// Starts a server that follows this one. From now on nothing is committed here before it is there.
    pub fn start_standby(&self) -> Self {
        let port = self.port;
        let source = format!("host=127.0.0.1 port={port} user=postgres application_name=standby");
        let copy = ["-d", &source, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"];
        let standby = Self::start_with(self.programs.clone(), "pg_basebackup", &copy);
        self.configure("synchronous_standby_names = 'standby'\n");
        self.sql("SELECT pg_reload_conf()");
        self.await_standby();
        standby
    }

    /// Returns when the standby follows.
    pub fn await_standby(&self) {
        let state = "SELECT sync_state FROM pg_stat_replication";
        wait_until(|| self.sql(state) == ["sync"]);
    }

    /// Makes a standby the server that takes changes; returns when it does.
    pub fn promote(&self) {
        self.run("pg_ctl", &["-w", "promote"]);
    }

    /// Adds lines to `postgresql.conf`, for the next start.
    pub fn configure(&self, lines: &str) {
        use std::io::Write;
        let path = self.data().join("postgresql.conf");
        let file = std::fs::OpenOptions::new().append(true).open(path);
        let written = file.and_then(|mut file| file.write_all(lines.as_bytes()));
        written.expect("it can be configured");
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        self.url_of("postgres", "postgres")
    }

    pub fn url_in(&self, database: &str) -> String {
        self.url_of("postgres", database)
    }

    /// From now on everybody but the superuser needs a password.
    pub fn trust_nobody(&self) {
        let rules =
            "local all all trust\nhost all postgres all trust\nhost all all all scram-sha-256\n";
        std::fs::write(self.data().join("pg_hba.conf"), rules).expect("a file can be written");
        self.sql("SELECT pg_reload_conf()");
    }

    /// From now on it offers TLS, with a certificate for `localhost` that `ca.pem` vouches for;
    /// `false` where there is no `openssl` to make them.
    pub fn speak_tls(&self) -> bool {
        let directory = self.path().display();
        let script = format!(
            "cd {directory} &&
             openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem &&
             openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr &&
             printf 'subjectAltName=DNS:localhost' > names &&
             openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
                 -extfile names -out server.pem &&
             chmod 600 server.key && {{ chown postgres server.key server.pem || true; }}"
        );
        let made = Command::new("sh").args(["-c", &script]).output().expect("a shell runs");
        if !made.status.success() {
            return false;
        }
        self.configure(&format!(
            "ssl = on\nssl_cert_file = '{directory}/server.pem'\nssl_key_file = '{directory}/server.key'\n"
        ));
        self.stop("fast");
        self.start_again();
        true
    }

    /// As this role, in this database.
    pub fn url_of(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// Starts it after a stop; returns when it accepts connections.
    pub fn start_again(&self) {
        let log = self.path().join("log");
        self.run("pg_ctl", &["-l", log.to_str().expect("a path of ours"), "-w", "start"]);
    }

    /// `fast` ends all sessions; `immediate` is a crash.
    pub fn stop(&self, mode: &str) {
        self.run("pg_ctl", &["-m", mode, "-w", "stop"]);
    }

    /// Ends it as a power cut would, as far as a process can tell.
    pub fn kill(&self) {
        let file = self.data().join("postmaster.pid");
        let lines = std::fs::read_to_string(&file).expect("it runs");
        let lines: Vec<_> = lines.lines().collect();
        self.signal_all("KILL");
        let process = Path::new("/proc").join(lines[0]);
        wait_until(|| !process.exists());
        // What it would have taken with it: the memory that keeps a second server out of its files.
        if let Some(memory) = lines.get(6).and_then(|line| line.split_whitespace().nth(1)) {
            let _ = Command::new("ipcrm").args(["-m", memory]).output();
        }
        std::fs::remove_file(file).expect("a file can be removed");
    }

    /// Sends a signal to the server and all its sessions.
    pub fn signal_all(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("it runs");
        let pid = pid.lines().next().expect("a number").to_owned();
        let children = run(Command::new("ps").args(["-o", "pid=", "--ppid", &pid]));
        let children = String::from_utf8(children.stdout).expect("numbers");
        let all = children.split_whitespace().chain([&*pid]);
        // One may have ended meanwhile.
        let _ = Command::new("kill").args(["-s", signal]).args(all).output();
    }

    /// What a query says, a line for each row.
    pub fn sql(&self, sql: &str) -> Vec<String> {
        self.sql_in(&self.url(), sql)
    }

    pub fn sql_in(&self, url: &str, sql: &str) -> Vec<String> {
        let psql = self.programs.join("psql");
        let output =
            run(Command::new(psql).args(["-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql, url]));
        let text = String::from_utf8(output.stdout).expect("text is UTF-8");
        text.lines().map(str::to_owned).collect()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            }
            false => Command::new(program),
        };
        command.current_dir(self.path()).arg("-D").arg(self.data()).args(arguments);
        // A server that goes on must not keep a pipe of ours open.
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let status = command.status().expect("it can be run");
        assert!(status.success(), "{arguments:?} of PostgreSQL: {status}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            self.signal_all("CONT");
            self.stop("immediate");
        }
    }
}

/// Where its programs are: on Debian beside each other by version, and not in the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all: Vec<_> = debian.chain(std::env::split_paths(&path)).collect();
    all.sort();
    all.into_iter().rev().find(|directory| {
        ["initdb", "pg_ctl", "psql"].iter().all(|program| directory.join(program).exists())
    })
}

#[track_caller]
fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "it took too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("it can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}
