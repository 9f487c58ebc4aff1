//! Requests that do not wait for the answer before them, all kinds of them on one connection: each is
//! answered, in the order they were sent.

use std::io;
use std::sync::Arc;

use peers::{Connection, Delivery, SECRET};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Scenario;
use crate::scene::{Scene, block_on};
use crate::senders::DEADLINE;

const CLIENTS: usize = 8;
/// How many rounds of three are sent at once.
const ROUNDS: usize = 16;

pub(super) const SCENARIO: Scenario = Scenario::new("pipelined", |scene| {
    block_on(async {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(client(scene.clone()));
        }
        scene.begin();
        clients.join_all().await;
    });
    scene.set_note(format!("{} deliveries in pipelines", scene.others.accepted()));
});

async fn client(scene: Arc<Scene>) {
    let mut delivery = Delivery::new(scene.path());
    let mut connection = Connection::open(scene.address).await.expect("it listens");
    while !scene.is_over() {
        let pipeline = pipeline(&scene, &mut delivery);
        let is_in_order = async {
            connection.send(&pipeline).await?;
            in_order(&scene, &mut connection).await
        };
        match timeout(DEADLINE, is_in_order).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return scene.faults.add(format!("a pipeline: {error}")),
            Err(_) => return scene.faults.add("a pipeline was not answered in time".to_owned()),
        }
    }
}

/// A verification with a number of its own, a request without the secret and a delivery, again and
/// again.
fn pipeline(scene: &Scene, delivery: &mut Delivery) -> Vec<u8> {
    let path = scene.path();
    let mut pipeline = Vec::new();
    for round in 0..ROUNDS {
        let verification = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: {SECRET}\r\n\
             x-okta-verification-challenge: round-{round}-\r\n\r\n"
        );
        let refused = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        pipeline.extend_from_slice(verification.as_bytes());
        pipeline.extend_from_slice(refused.as_bytes());
        pipeline.extend_from_slice(delivery.with_new_ids());
        scene.others.add_sent();
    }
    pipeline
}

async fn in_order(scene: &Scene, connection: &mut Connection) -> io::Result<()> {
    for round in 0..ROUNDS {
        let verified = connection.answer().await?;
        let body = String::from_utf8_lossy(&verified.body).into_owned();
        if verified.status != 200 || !body.contains(&format!("round-{round}-")) {
            let status = verified.status;
            return Err(io::Error::other(format!("not the verification's: {status} {body}")));
        }
        let refused = connection.answer().await?.status;
        if refused != 401 {
            return Err(io::Error::other(format!("{refused} without the secret")));
        }
        let delivered = connection.answer().await?.status;
        scene.others.add_answer(delivered);
        if !(200..300).contains(&delivered) {
            return Err(io::Error::other(format!("{delivered} for a delivery")));
        }
    }
    Ok(())
}
