//! HTTP/2 without a word of it before, as a proxy may speak it: many deliveries at once on a
//! connection where it is offered, a connection closed at once where it is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use http::Request;
use peers::{Delivery, SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Scenario;
use crate::scene::{Scene, block_on};
use crate::senders::DEADLINE;

const CONNECTIONS: usize = 4;
const STREAMS: usize = 16;

pub(super) const SCENARIO: Scenario = Scenario::new("http2", |scene| {
    block_on(async {
        scene.begin();
        match is_offered(scene).await {
            true => deliver(scene).await,
            false => be_refused(scene).await,
        }
    });
});

/// How a client begins: the preface, and a frame of settings without any.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// What kind of frame a server that speaks it begins with.
const SETTINGS: u8 = 4;

async fn is_offered(scene: &Scene) -> bool {
    first_bytes(scene).await.get(3) == Some(&SETTINGS)
}

/// What the preface is answered with: nothing, if the connection is closed.
async fn first_bytes(scene: &Scene) -> Vec<u8> {
    let mut answer = vec![0; 1024];
    let read = async {
        let mut stream = TcpStream::connect(scene.address).await?;
        stream.write_all(PREFACE).await?;
        stream.read(&mut answer).await
    };
    match timeout(DEADLINE, read).await {
        Ok(Ok(length)) => answer.truncate(length),
        // Reset: closed while it has not read everything.
        Ok(Err(_)) => answer.clear(),
        Err(_) => {
            scene.faults.add("a preface of HTTP/2 was neither answered nor refused".to_owned());
            answer.clear();
        }
    }
    answer
}

async fn be_refused(scene: &Arc<Scene>) {
    let refused = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (scene, refused) = (scene.clone(), refused.clone());
        clients.spawn(async move {
            while !scene.is_over() {
                first_bytes(&scene).await;
                refused.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(5)).await;
            }
        });
    }
    clients.join_all().await;
    scene.set_note(format!("not offered: {} prefaces refused", refused.load(Ordering::Relaxed)));
}

async fn deliver(scene: &Arc<Scene>) {
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(scene.address).await.expect("it listens");
        let (requests, connection) = h2::client::handshake(stream).await.expect("it is offered");
        tokio::spawn(connection);
        for _ in 0..STREAMS {
            clients.spawn(stream_after_stream(scene.clone(), requests.clone()));
        }
    }
    clients.join_all().await;
    scene.set_note(format!("offered: {} deliveries in streams", scene.others.accepted()));
}

async fn stream_after_stream(scene: Arc<Scene>, mut requests: SendRequest<Bytes>) {
    let mut delivery = Delivery::new(scene.path());
    while !scene.is_over() {
        scene.others.add_sent();
        let body = body_of(delivery.with_new_ids());
        match timeout(DEADLINE, one_stream(&scene, &mut requests, body)).await {
            Ok(Ok(status)) if (200..300).contains(&status) => scene.others.add_answer(status),
            Ok(Ok(status)) => scene.faults.add(format!("a stream was answered {status}")),
            Ok(Err(error)) => return scene.faults.add(format!("a stream: {error}")),
            Err(_) => return scene.faults.add("a stream was not answered in time".to_owned()),
        }
    }
}

async fn one_stream(
    scene: &Scene,
    requests: &mut SendRequest<Bytes>,
    body: Bytes,
) -> Result<u16, h2::Error> {
    let uri = format!("http://localhost{}", scene.path());
    let request = Request::post(uri).header("authorization", SECRET).body(()).expect("a request");
    *requests = requests.clone().ready().await?;
    let (answer, mut stream) = requests.send_request(request, false)?;
    stream.send_data(body, true)?;
    Ok(answer.await?.status().as_u16())
}

fn body_of(request: &[u8]) -> Bytes {
    let end = request.windows(4).position(|end| end == b"\r\n\r\n").expect("a head");
    Bytes::copy_from_slice(&request[end + 4..])
}
