//! A small HTTP/1.1 client that sends exactly the bytes it is told to, right or wrong.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// One request, to be sent on a connection of its own.
#[derive(Clone)]
pub struct Request {
    method: &'static str,
    path: &'static str,
    host: String,
    headers: Vec<u8>,
    body: Vec<u8>,
}

impl Request {
    pub fn new(method: &'static str, path: &'static str) -> Self {
        let host = "localhost".to_owned();
        Self { method, path, host, headers: Vec::new(), body: Vec::new() }
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.extend_from_slice(name.as_bytes());
        self.headers.extend_from_slice(b": ");
        self.headers.extend_from_slice(value.as_ref());
        self.headers.extend_from_slice(b"\r\n");
        self
    }

    pub fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The bytes of the request.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { method, path, host, .. } = self;
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.headers);
        if self.method == "POST" || !self.body.is_empty() {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it and reads the whole answer.
    pub fn send(&self, to: SocketAddr) -> io::Result<Response> {
        self.send_within(Duration::from_secs(20), to)
    }

    /// Sends it and reads the whole answer, unless that is silent for longer than this.
    pub fn send_within(&self, patience: Duration, to: SocketAddr) -> io::Result<Response> {
        let mut stream = TcpStream::connect(to)?;
        stream.set_read_timeout(Some(patience))?;
        // A server may answer and hang up before it has read everything.
        let sent = stream.write_all(&self.to_bytes());
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => {}
            Err(error) if answer.is_empty() => return Err(error),
            Err(_) => {}
        }
        if answer.is_empty() {
            sent?;
        }
        Response::parse(&answer)
    }
}

/// What came back.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// The status line and the headers, in lower case.
    pub head: String,
    head_as_sent: String,
    pub body: Vec<u8>,
}

impl Response {
    fn parse(answer: &[u8]) -> io::Result<Self> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, "no HTTP answer");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(invalid)?;
        let head_as_sent = String::from_utf8_lossy(&answer[..end]).into_owned();
        let head = head_as_sent.to_lowercase();
        let status =
            head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(invalid)?;
        Ok(Self { status, head, head_as_sent, body: answer[end + 4..].to_vec() })
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The value of a header whose case counts.
    pub fn header_as_sent(&self, name: &str) -> Option<&str> {
        let lines = self.head_as_sent.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
