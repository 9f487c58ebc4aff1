//! The service as Okta meets it: a real process, asked over a real socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

const DELIVERY: &str = r#"{"eventId":"e1","data":{"events":[{"uuid":"u1","eventType":"user.lifecycle.create","target":[{"type":"User","alternateId":"john.doehyperexample.com"}]}]}}"#;

#[test]
fn the_endpoint_can_be_verified() {
    let answer = Service::start().ask(
        "GET",
        "authorization: s3cret\r\nx-okta-verification-challenge: c",
        "",
    );
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.ends_with(r#"{"verification":"c"}"#), "{answer}");
}

#[test]
fn a_created_user_is_greeted() {
    let mut service = Service::start();
    let answer = service.ask("POST", "authorization: s3cret", DELIVERY);
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    let greeting = "The user john.doehyperexample.com has been added to the Okta org!";
    assert_eq!(service.line(), greeting);
}

#[test]
fn a_delivery_with_another_secret_is_refused() {
    let answer = Service::start().ask("POST", "authorization: guess", DELIVERY);
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

/// The service on a free port. It is killed when dropped.
struct Service {
    child: Child,
    output: BufReader<ChildStdout>,
    address: String,
}

impl Service {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hyper-hook"))
            .env("LISTEN", "127.0.0.1:0")
            .env("OKTA_HOOK_SECRET", "s3cret")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut service = Self { child, output, address: String::new() };
        let line = service.line();
        service.address = line.strip_prefix("Listening on http://").expect(&line).to_owned();
        service
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("output is UTF-8");
        line.trim_end().to_owned()
    }

    fn ask(&self, method: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "{method} /userCreated HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             {headers}\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .expect("it takes a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
