//! A handler that blocks: each delivery that needs it is answered 503 in time, and the others go on.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use peers::{Connection, SECRET};
use rusqlite::Connection as Database;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Scenario;
use crate::Receiver;
use crate::receiver::database;
use crate::scene::{Scene, block_on};
use crate::senders::DEADLINE;

pub(super) const SCENARIO: Scenario = Scenario::new("blocked", |scene| match scene.receiver {
    Receiver::Axum => unread_greetings(scene),
    Receiver::UserSync => locked_database(scene),
});

const CLIENTS: usize = 8;
/// Long enough that a few of them fill the pipe.
const NAME: usize = 8 * 1024;

/// The starter greets new users on its standard output, which nobody reads. Other events do not need
/// it.
fn unread_greetings(scene: &Arc<Scene>) {
    block_on(async {
        let mut clients = JoinSet::new();
        for nth in 0..CLIENTS {
            clients.spawn(greeted(scene.clone(), nth));
        }
        scene.begin();
        clients.join_all().await;
        let refused = scene.others.refused();
        if refused == 0 {
            scene.faults.add("the handler never blocked".to_owned());
        }
        scene.set_note(format!("{refused} answered 503 in time"));
        // Once somebody reads, all is as before.
        scene.server.lock().expect("nobody panics with it").read_output();
        match create(scene, "after").await {
            Some(204) => {}
            other => scene.faults.add(format!("after it has blocked: {other:?}")),
        }
    });
}

async fn greeted(scene: Arc<Scene>, nth: usize) {
    let mut number = 0;
    while !scene.is_over() {
        number += 1;
        match create(&scene, &format!("{nth}-{number}")).await {
            Some(status @ (204 | 503)) => scene.others.add_answer(status),
            Some(status) => scene.faults.add(format!("a blocked delivery was answered {status}")),
            None => scene.faults.add("a blocked delivery was not answered in time".to_owned()),
        }
    }
}

/// The status of a delivery with a new user, if there is one in time.
async fn create(scene: &Scene, id: &str) -> Option<u16> {
    let user = json!({"id": id, "type": "User", "alternateId": "x".repeat(NAME)});
    let event = json!({"uuid": id, "eventType": "user.lifecycle.create", "target": [user]});
    let body = json!({"eventId": id, "data": {"events": [event]}}).to_string();
    let path = scene.path();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: {SECRET}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = async {
        let mut connection = Connection::open(scene.address).await.ok()?;
        connection.send(request.as_bytes()).await.ok()?;
        Some(connection.answer().await.ok()?.status)
    };
    timeout(DEADLINE, answer).await.ok()?
}

/// Another process, as a backup that went wrong, has the sync's database for itself, again and again:
/// nothing can be accepted as long as it does.
fn locked_database(scene: &Arc<Scene>) {
    let file = database(&scene.directory);
    let other = Database::open(file).expect("there is a database");
    other.busy_timeout(DEADLINE).expect("a time");
    while !scene.is_over() {
        scene.may_refuse.store(true, Ordering::Relaxed);
        other.execute_batch("BEGIN EXCLUSIVE").expect("it is free for a moment");
        thread::sleep(DEADLINE);
        other.execute_batch("ROLLBACK").expect("it was begun");
        // What was sent before is answered by then.
        thread::sleep(DEADLINE);
        scene.may_refuse.store(false, Ordering::Relaxed);
        scene.begin();
        pause(scene, scene.plan.turn / 4);
    }
    let refused = scene.well_behaved.refused();
    if refused == 0 {
        scene.faults.add("the database was never locked".to_owned());
    }
    scene.set_note(format!("{refused} answered 503 in time while it was locked"));
}

fn pause(scene: &Scene, length: Duration) {
    let until = Instant::now() + length;
    while Instant::now() < until && !scene.is_over() {
        thread::sleep(Duration::from_millis(20));
    }
}
