//! One connection that is kept: what a client costs must not hide what the server costs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::org::Org;

pub struct Connection {
    stream: BufReader<TcpStream>,
    /// What every request has in its head, after the first line.
    headers: String,
    link: Option<String>,
    body: Vec<u8>,
}

impl Connection {
    pub fn open(org: &Org) -> Self {
        let stream = TcpStream::connect(&org.address).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        let headers = format!("host: {}\r\nauthorization: SSWS {}\r\n", org.address, org.token);
        Self { stream: BufReader::new(stream), headers, link: None, body: Vec::new() }
    }

    pub fn get(&mut self, path: &str) -> &[u8] {
        self.send("GET", path, "")
    }

    /// Sends it and returns the body of the answer, which has to be a success.
    pub fn send(&mut self, method: &str, path: &str, body: &str) -> &[u8] {
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\n{}", self.headers);
        let typed = format!("content-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        let request = format!("{head}{typed}{body}");
        self.stream.get_mut().write_all(request.as_bytes()).expect("it is open");
        let mut line = self.line();
        assert!(line.starts_with("HTTP/1.1 2"), "{path}: {line}");
        let mut length = 0;
        while !line.is_empty() {
            line = self.line();
            match line.split_once(": ") {
                Some(("content-length", value)) => length = value.parse().expect("a number"),
                Some(("link", value)) => self.link = Some(value.to_owned()),
                _ => {}
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).expect("the whole body");
        &self.body
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// The URL of the last link of the last answer.
    pub fn next_link(&self) -> Option<String> {
        self.link.as_deref()?.strip_prefix('<')?.split('>').next().map(str::to_owned)
    }

    /// Reads it again and again; how often, and in how many seconds.
    pub fn get_again(&mut self, path: &str, lasting: Duration) -> (u64, f64) {
        let (start, mut requests) = (Instant::now(), 0);
        while start.elapsed() < lasting {
            self.get(path);
            requests += 1;
        }
        (requests, start.elapsed().as_secs_f64())
    }
}
