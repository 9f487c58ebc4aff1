//! A receiver that answers 204 to everything and keeps each request as the bytes it was.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

pub struct Recorder {
    pub address: SocketAddr,
    requests: Receiver<Request>,
}

/// A request as it came.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Recorder {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                thread::spawn(move || {
                    if let Some(request) = read(stream) {
                        let _ = sender.send(request);
                    }
                });
            }
        });
        Self { address, requests }
    }

    /// The next request; `None` if there is none for a while.
    pub fn next(&self, patience: Duration) -> Option<Request> {
        self.requests.recv_timeout(patience).ok()
    }
}

impl Request {
    pub fn header(&self, name: &str) -> Vec<&[u8]> {
        let found = self.headers.iter().filter(|(other, _)| other == name);
        found.map(|(_, value)| value.as_slice()).collect()
    }
}

fn read(mut stream: TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let first = String::from_utf8(line(&mut reader)?).ok()?;
    let (method, rest) = first.split_once(' ')?;
    let (path, _) = rest.rsplit_once(' ')?;
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        let line = line(&mut reader)?;
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { break };
        let name = String::from_utf8_lossy(&line[..colon]).to_lowercase();
        request.headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
    let length = request.header("content-length").first().map_or(0, |length| {
        std::str::from_utf8(length).ok().and_then(|length| length.parse().ok()).unwrap_or(0)
    });
    if !request.header("expect").is_empty() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").ok()?;
    Some(request)
}

fn line(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok().filter(|&read| read > 0)?;
    Some(line.trim_ascii_end().to_vec())
}
