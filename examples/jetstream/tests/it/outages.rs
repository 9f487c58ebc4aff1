//! What is away, and comes back.

use std::time::{Duration, Instant};

use super::nats::Nats;
use super::program::{Program, created, greeting, until};
use super::refusals::assert_refused;

/// Okta waits three seconds.
const IN_TIME: Duration = Duration::from_secs(3);

fn assert_503_in_time(receiver: &Program, uuid: &str) {
    let started = Instant::now();
    assert_eq!(receiver.deliver(&created(uuid, "nobody@example.com")), 503);
    assert!(started.elapsed() < IN_TIME, "{:?}", started.elapsed());
}

pub fn assert_accepted_soon(receiver: &Program, uuid: &str) {
    let delivery = created(uuid, &format!("{uuid}@example.com"));
    until("a 204", || (receiver.deliver(&delivery) == 204).then_some(()));
}

#[test]
fn without_a_server_the_hook_answers_503_in_time_and_recovers_by_itself() {
    let Some(mut nats) = Nats::start() else { return };
    nats.kill_server(0);
    let url = nats.url();
    let receiver = Program::receive(&[("NATS_URL", &url)]);
    let consumer = Program::consume(&[("NATS_URL", &url)]);
    assert_503_in_time(&receiver, "1");
    let health = || receiver.ask("GET", "/health", "", "");
    assert!(health().starts_with("HTTP/1.1 503 "), "{}", health());
    nats.start_server(0);
    assert_accepted_soon(&receiver, "2");
    // As soon as one delivery is stored.
    assert!(health().starts_with("HTTP/1.1 204 "), "{}", health());

    nats.kill_server(0);
    assert_503_in_time(&receiver, "3");
    assert_503_in_time(&receiver, "4");
    nats.start_server(0);
    assert_accepted_soon(&receiver, "5");

    nats.freeze(0);
    assert_503_in_time(&receiver, "6");
    nats.signal(0, "CONT");
    assert_accepted_soon(&receiver, "7");

    for uuid in ["2", "5", "7"] {
        let expected = greeting(&format!("{uuid}@example.com"));
        until("the greeting", || consumer.lines().contains(&expected).then_some(()));
    }
    // One line for each change, not for each delivery.
    let log = receiver.log();
    assert_eq!(log.matches("deliveries are not stored").count(), 3, "{log}");
    assert_eq!(log.matches("no NATS server can be reached").count(), 1, "{log}");
}

#[test]
fn a_delivery_that_is_too_long_for_the_stream_is_refused_and_the_hook_is_well() {
    let Some(nats) = Nats::start_with(1, "max_payload: 4096") else { return };
    let receiver = Program::receive(&[("NATS_URL", &nats.url())]);
    assert_accepted_soon(&receiver, "1");
    assert_503_in_time(&receiver, &"2".repeat(8_192));
    let answer = receiver.ask("GET", "/health", "", "");
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    assert_accepted_soon(&receiver, "3");
    let log = receiver.log();
    assert_eq!(
        log.matches("one of the deliveries is longer than the server permits").count(),
        1,
        "{log}"
    );
    assert_eq!(log.matches("stored").count(), 0, "{log}");
}

#[test]
fn a_server_with_tls_is_trusted_by_the_authority_that_is_given_and_by_no_other() {
    let Some(certificates) = Certificates::make() else { return };
    let tls = format!(
        "tls {{ cert_file: {:?}, key_file: {:?} }}",
        certificates.certificate, certificates.key
    );
    let Some(nats) = Nats::start_with(1, &tls) else { return };
    let url = nats.url().replace("nats://", "tls://");
    let trusting = Program::receive(&[("NATS_URL", &url), ("NATS_CA", &certificates.certificate)]);
    assert_accepted_soon(&trusting, "1");
    let mut other = Program::receive(&[("NATS_URL", &url)]);
    assert_503_in_time(&other, "2");
    assert!(
        other.is_running() && other.log().contains("no NATS server can be reached"),
        "{}",
        other.log()
    );
    assert_refused(&[("NATS_URL", &url), ("NATS_CA", "/nonexistent")], "NATS_CA: ");
}

/// A certificate for 127.0.0.1 that is its own authority, made by openssl.
struct Certificates {
    certificate: String,
    key: String,
    _directory: tempfile::TempDir,
}

impl Certificates {
    fn make() -> Option<Self> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name).to_str().expect("UTF-8").to_owned();
        let (certificate, key) = (path("cert.pem"), path("key.pem"));
        let made = std::process::Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ])
            .args(["-days", "2", "-subj", "/CN=nats", "-addext", "subjectAltName=IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", &key, "-out", &certificate])
            .output();
        if !made.is_ok_and(|output| output.status.success()) {
            use std::io::Write;
            let _ =
                writeln!(std::io::stderr(), "SKIPPED: there is no openssl to make a certificate");
            return None;
        }
        Some(Self { certificate, key, _directory: directory })
    }
}
