//! Which server, as whom, and how it is spoken to: a URL, and for what it leaves open the variables
//! that every program for PostgreSQL knows.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::replicas::Identity;

/// How long one host may take to accept a connection, unless the URL says so.
const CONNECT: Duration = Duration::from_secs(1);

/// For how long sent bytes may stay unacknowledged.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);

/// Where servers of this machine have their sockets: on Debian, and in what PostgreSQL itself builds.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A database to connect to.
#[derive(Clone)]
pub struct Target {
    pub config: Config,
    pub tls: MakeRustlsConnect,
    /// Who this process is among those over this database.
    pub identity: Identity,
}

impl Target {
    /// `variable` looks up `PGHOST` and its like; `replica` is the name that the server shows.
    ///
    /// What is wrong is said without showing any of it.
    pub fn new(
        url: &str,
        variable: &dyn Fn(&str) -> Result<Option<String>, String>,
        replica: &str,
    ) -> Result<Self, String> {
        let Url { url, ssl_mode, ca } = Url::parse(url);
        // What the driver says of it quotes it.
        let mut config: Config = url.parse().map_err(|_| {
            "DATABASE: not a URL such as postgres://user:password@host:5432/database".to_owned()
        })?;
        fill_in(&mut config, variable)?;
        let ssl_mode = ssl_mode.map_or_else(|| variable("PGSSLMODE"), |mode| Ok(Some(mode)))?;
        let ca = ca.map_or_else(|| variable("PGSSLROOTCERT"), |ca| Ok(Some(ca)))?;
        // Where an address is given, the connection goes there, and the name is for the certificate.
        let is_local = config.get_hosts().iter().all(is_local)
            && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        config.ssl_mode(ssl(ssl_mode.as_deref(), is_local && ca.is_none())?);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        config.application_name(format!("user-sync {replica}"));
        // Of several hosts, the one that takes changes; and of one, none that takes none.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.tcp_user_timeout(UNACKNOWLEDGED).keepalives_idle(UNACKNOWLEDGED);
        let tls = MakeRustlsConnect::new(tls(ca.as_deref())?);
        Ok(Self { config, tls, identity: Identity::new(replica)? })
    }

    /// Where it is, without what is secret.
    pub fn describe(&self) -> String {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        hosts.collect::<Vec<_>>().join(",")
    }
}

/// A URL without what the driver does not know.
struct Url {
    url: String,
    ssl_mode: Option<String>,
    ca: Option<String>,
}

impl Url {
    fn parse(url: &str) -> Self {
        let (start, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut ssl_mode, mut ca, mut rest) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = || Some(percent_decode_str(value).decode_utf8_lossy().into_owned());
            match name {
                "sslmode" => ssl_mode = value(),
                "sslrootcert" => ca = value(),
                _ => rest.push(pair),
            }
        }
        Self { url: format!("{start}?{}", rest.join("&")), ssl_mode, ca }
    }
}

fn fill_in(
    config: &mut Config,
    variable: &dyn Fn(&str) -> Result<Option<String>, String>,
) -> Result<(), String> {
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        let hosts = variable("PGHOST")?.filter(|hosts| !hosts.is_empty());
        let hosts = hosts.unwrap_or_else(|| {
            let sockets =
                SOCKETS.iter().find(|path| Path::new(path).join(".s.PGSQL.5432").exists());
            (*sockets.unwrap_or(&"localhost")).to_owned()
        });
        // A path is taken for a directory of sockets.
        for host in hosts.split(',') {
            config.host(host);
        }
    }
    if config.get_ports().is_empty()
        && let Some(ports) = variable("PGPORT")?
    {
        for port in ports.split(',') {
            config.port(port.parse().map_err(|_| "PGPORT: expected a port".to_owned())?);
        }
    }
    if config.get_user().is_none()
        && let Some(user) = variable("PGUSER")?
    {
        config.user(user);
    }
    if config.get_password().is_none()
        && let Some(password) = variable("PGPASSWORD")?
    {
        config.password(password);
    }
    if config.get_dbname().is_none()
        && let Some(name) = variable("PGDATABASE")?
    {
        config.dbname(name);
    }
    Ok(())
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// A certificate is always checked, and so is the name in it: a TLS that anybody can end is none.
/// Within this machine there is nothing to encrypt for.
fn ssl(mode: Option<&str>, is_local: bool) -> Result<SslMode, String> {
    match mode {
        None if is_local => Ok(SslMode::Disable),
        None | Some("require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
        Some("disable") => Ok(SslMode::Disable),
        Some("prefer") => Ok(SslMode::Prefer),
        Some(_) => Err("sslmode: expected disable, prefer, require or verify-full".to_owned()),
    }
}

fn tls(ca: Option<&str>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match ca {
        Some(file) => builder.with_root_certificates(roots(file)?),
        None => builder.with_platform_verifier().map_err(|error| error.to_string())?,
    };
    Ok(builder.with_no_client_auth())
}

fn roots(file: &str) -> Result<RootCertStore, String> {
    let pem = fs::read(file).map_err(|error| format!("sslrootcert: {error}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|_| "sslrootcert: not a PEM file".to_owned())?;
        roots.add(certificate).map_err(|error| format!("sslrootcert: {error}"))?;
    }
    match roots.is_empty() {
        true => Err("sslrootcert: there is no certificate in the file".to_owned()),
        false => Ok(roots),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str, variables: &[(&str, &str)]) -> Result<Target, String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        };
        Target::new(url, &variable, "one")
    }

    fn ssl_mode(url: &str) -> SslMode {
        target(url, &[]).unwrap_or_else(|error| panic!("{url}: {error}")).config.get_ssl_mode()
    }

    #[test]
    fn a_server_elsewhere_is_spoken_to_over_tls_unless_the_url_says_otherwise() {
        for (url, expected) in [
            ("postgres://ann@db.example.com/sync", SslMode::Require),
            ("postgres://ann@localhost,db.example.com/sync", SslMode::Require),
            ("postgres://ann@db.example.com/sync?sslmode=verify-full", SslMode::Require),
            ("postgres://ann@db.example.com/sync?sslmode=disable", SslMode::Disable),
            ("postgres://ann@db.example.com/sync?sslmode=prefer", SslMode::Prefer),
            ("postgres://ann@127.0.0.1/sync", SslMode::Disable),
            ("postgresql://ann@[::1]:5433/sync", SslMode::Disable),
            ("postgres://ann@%2Frun%2Fpostgresql/sync", SslMode::Disable),
            ("postgres://ann@localhost/sync?sslmode=require", SslMode::Require),
            ("postgres://ann@/sync?hostaddr=10.0.0.5", SslMode::Require),
            ("postgres://ann@localhost/sync?hostaddr=10.0.0.5", SslMode::Require),
            (
                "postgres://ann@localhost,localhost/sync?hostaddr=127.0.0.1,10.0.0.5",
                SslMode::Require,
            ),
            ("postgres://ann@db.example.com/sync?hostaddr=127.0.0.1", SslMode::Require),
            ("postgres://ann@/sync?hostaddr=127.0.0.1", SslMode::Disable),
            ("postgres://ann@/sync?hostaddr=::1", SslMode::Disable),
        ] {
            assert_eq!(ssl_mode(url), expected, "{url}");
        }
    }

    #[test]
    fn what_the_url_leaves_open_comes_from_the_usual_variables() {
        let variables = [
            ("PGHOST", "a,b"),
            ("PGPORT", "5433,5434"),
            ("PGUSER", "ann"),
            ("PGPASSWORD", "s3cret"),
            ("PGDATABASE", "sync"),
            ("PGSSLMODE", "disable"),
        ];
        let config = target("postgres://", &variables).unwrap().config;
        let hosts = ["a", "b"].map(|name| Host::Tcp(name.to_owned()));
        assert_eq!(config.get_hosts(), hosts);
        assert_eq!(config.get_ports(), [5433, 5434]);
        assert_eq!(config.get_user(), Some("ann"));
        assert_eq!(config.get_password(), Some(&b"s3cret"[..]));
        assert_eq!(config.get_dbname(), Some("sync"));
        assert_eq!(config.get_ssl_mode(), SslMode::Disable);

        let config = target("postgres://bob@c:1/other", &variables).unwrap().config;
        assert_eq!(config.get_hosts(), [Host::Tcp("c".to_owned())]);
        assert_eq!((config.get_ports(), config.get_user()), (&[1][..], Some("bob")));
        assert_eq!(config.get_dbname(), Some("other"));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (url, expected) in [
            ("postgres://ann:s3cret@h:port/sync", "DATABASE: not a URL such as"),
            ("postgres://ann:s3cret@h/sync?s3cret=1", "DATABASE: not a URL such as"),
            ("postgres://ann:s3cret@h/sync?sslmode=s3cret", "sslmode: expected disable"),
            ("postgres://ann:s3cret@h/sync?sslrootcert=/s3cret", "sslrootcert: No such file"),
        ] {
            let error = target(url, &[]).map(|_| ()).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
