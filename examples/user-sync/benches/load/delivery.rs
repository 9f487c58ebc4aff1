//! A delivery of one event, which is another one each time it is sent.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PRETTY: &str = include_str!("../delivery.json");
/// The event's id, but for its first part, which is the lower part of a time, as in Okta's.
const UUID: &str = "5c2f7c30-6b8a-11f0-b17c-0d9e52c6a8f4";

/// A request whose event gets a new id each time it is sent.
#[derive(Clone)]
pub struct Delivery {
    request: Vec<u8>,
    /// Where the part of the id is that changes.
    id: usize,
    /// Where the numbers of users are that change, and how many users there are.
    users: (Vec<usize>, u64),
}

impl Delivery {
    /// It is about no user: what it does is to be kept.
    pub fn new() -> Self {
        Self::of(PRETTY, 1)
    }

    /// It is about one of so many users, about each as often as about any other.
    pub fn about(users: u64) -> Self {
        let event = PRETTY
            .replace("user.session.start", "user.lifecycle.activate")
            .replace("AppInstance", "User")
            .replace("0oa1c4y7ZbGmQkSdf5d7", "00u00000000Sdf5d7")
            .replace(
                "\"alternateId\": \"Okta Dashboard\"",
                "\"alternateId\": \"00000000@example.com\"",
            );
        Self::of(&event, users)
    }

    fn of(body: &str, users: u64) -> Self {
        let head = format!(
            "POST /userTransfer HTTP/1.1\r\nhost: localhost\r\nauthorization: s3cret\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let id = head.len() + body.find(UUID).expect("the event has its id");
        let numbers = body.match_indices("00000000").map(|(place, _)| head.len() + place).collect();
        Self { request: (head + body).into_bytes(), id, users: (numbers, users) }
    }

    fn renew(&mut self) {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let time = count.wrapping_mul(997) as u32;
        self.request[self.id..self.id + 8].copy_from_slice(format!("{time:08x}").as_bytes());
        let (numbers, users) = &self.users;
        let user = format!("{:08}", count % users);
        for &place in numbers {
            self.request[place..place + 8].copy_from_slice(user.as_bytes());
        }
    }

    /// Whether a new delivery was accepted.
    pub async fn send(&mut self, stream: &mut TcpStream) -> std::io::Result<bool> {
        self.renew();
        stream.write_all(&self.request).await?;
        let mut answer = Vec::with_capacity(512);
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(answer.starts_with(b"HTTP/1.1 204"))
    }
}
