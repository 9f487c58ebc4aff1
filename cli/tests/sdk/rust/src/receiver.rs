//! A receiver of event hooks, and a front that adds a header: both in threads of their own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

type Shared<T> = Arc<Mutex<Vec<T>>>;

/// The head of a request, its names in lower case, and its body.
struct Request {
    head: Vec<String>,
    body: Vec<u8>,
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_owned()),
            }
        }
        let mut request = Self { head, body: Vec::new() };
        let length = request.header("content-length").and_then(|length| length.parse().ok());
        request.body.resize(length.unwrap_or(0), 0);
        reader.read_exact(&mut request.body).ok()?;
        Some(request).filter(|request| !request.head.is_empty())
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.iter().filter_map(|line| line.split_once(':'));
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// Calls `answer` with each connection.
fn listen(answer: impl Fn(TcpStream) -> Option<()> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answer(stream);
        }
    });
    url
}

/// Its URL, and the logins it was told of.
pub fn receiver() -> (String, Shared<String>) {
    let received = Shared::default();
    let logins = received.clone();
    let url = listen(move |mut stream| {
        let request = Request::read(&stream)?;
        let (status, body) = match request.header("x-okta-verification-challenge") {
            Some(challenge) => {
                ("200 OK", serde_json::json!({ "verification": challenge }).to_string())
            }
            None if request.header("authorization") == Some("s3cret") => {
                let body: Value = serde_json::from_slice(&request.body).ok()?;
                let events = body["data"]["events"].as_array()?;
                let login = |event: &Value| event["target"][0]["alternateId"].to_string();
                logins.lock().ok()?.extend(events.iter().map(login));
                ("204 No Content", String::new())
            }
            None => ("401 Unauthorized", String::new()),
        };
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{body}"
        )
        .ok()
    });
    (url, received)
}

/// The crate cannot send a header of one's own, so this front adds `header` to every request that it
/// passes on to the org at `org`. Returns its URL, and the status lines of the answers.
pub fn front(org: &str, header: &str) -> (String, Shared<String>) {
    let statuses = Shared::default();
    let (seen, header) = (statuses.clone(), header.to_owned());
    let org = org.strip_prefix("http://").expect("the emulator has no TLS").to_owned();
    let url = listen(move |mut stream| {
        let request = Request::read(&stream)?;
        let added = format!("{header}\r\nx-forwarded-proto: http\r\nconnection: close\r\n\r\n");
        let mut upstream = TcpStream::connect(&org).ok()?;
        upstream.write_all(format!("{}\r\n{added}", request.head.join("\r\n")).as_bytes()).ok()?;
        upstream.write_all(&request.body).ok()?;
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer).ok()?;
        let status = answer.split(|byte| *byte == b'\r').next()?;
        seen.lock().ok()?.push(String::from_utf8_lossy(status).into_owned());
        stream.write_all(&answer).ok()
    });
    (url, statuses)
}
