//! A client's connection, on which answers are read one by one.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, ToSocketAddrs};

/// A connection to a receiver. What is sent may be one request, or several at once.
pub struct Connection {
    stream: TcpStream,
    /// What was read, and is not taken yet.
    read: Vec<u8>,
}

/// One answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Connection {
    /// # Errors
    ///
    /// If nobody listens.
    pub async fn open(to: impl ToSocketAddrs) -> io::Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(1024) })
    }

    /// # Errors
    ///
    /// If the connection is closed.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// The next answer.
    ///
    /// # Errors
    ///
    /// If the connection is closed before all of it is there.
    pub async fn answer(&mut self) -> io::Result<Answer> {
        loop {
            if let Some((answer, length)) = whole(&self.read) {
                self.read.drain(..length);
                return Ok(answer);
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The first answer and how long it is, if all of it is there.
fn whole(read: &[u8]) -> Option<(Answer, usize)> {
    let end = 4 + read.windows(4).position(|end| end == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let body = read.get(end..end + length)?.to_vec();
    Some((Answer { status, body }, end + length))
}
