//! Okta, as far as a replica sees it: many deliveries at once, each tried once more if it was not
//! answered in time or with 5xx.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::sync::delivery;

/// How long Okta waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

const USERS: u64 = 60;

/// Senders at work.
pub struct Senders {
    done: Arc<AtomicBool>,
    told: Arc<Told>,
    threads: Vec<JoinHandle<()>>,
}

/// What the senders know.
#[derive(Default)]
pub struct Told {
    /// Every event that was ever sent, by its `uuid`.
    pub sent: Mutex<HashMap<String, Value>>,
    /// Those that were answered with 2xx.
    pub acknowledged: Mutex<Vec<String>>,
    pub deliveries: AtomicU64,
    /// How many of them were tried once more.
    pub failed_once: AtomicU64,
    /// When the second try of those began that failed twice, and when it ended.
    pub failed_twice: Mutex<Vec<(Instant, Instant)>>,
    /// How many tries got no answer in time.
    pub unanswered: AtomicU64,
}

impl Senders {
    /// So many of them, each sending to the replicas in turn.
    pub fn start(senders: u64, replicas: [SocketAddr; 2]) -> Self {
        let (done, told) = (Arc::new(AtomicBool::new(false)), Arc::new(Told::default()));
        let thread = |seed| {
            let (done, told) = (done.clone(), told.clone());
            thread::spawn(move || {
                let mut random = fastrand::Rng::with_seed(seed);
                let mut number = 0;
                while !done.load(Ordering::Relaxed) {
                    number += 1;
                    let events = events(&format!("{seed}-{number}"), &mut random);
                    told.send(&events, replicas, usize::from(random.bool()));
                    thread::sleep(Duration::from_millis(random.u64(0..6)));
                }
            })
        };
        let threads = (0..senders).map(thread).collect();
        Self { done, told, threads }
    }

    pub fn stop(self) -> Arc<Told> {
        self.done.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("a sender does not panic");
        }
        self.told
    }
}

impl Told {
    fn send(&self, events: &[Value], replicas: [SocketAddr; 2], first: usize) {
        let uuid = |event: &Value| event["uuid"].as_str().expect("it has one").to_owned();
        let sent = events.iter().map(|event| (uuid(event), event.clone()));
        self.sent.lock().expect("nobody panics with it").extend(sent);
        self.deliveries.fetch_add(1, Ordering::Relaxed);
        let delivery = delivery(events);
        let is_accepted = |replica: SocketAddr| {
            let started = Instant::now();
            let answer = delivery.send_within(PATIENCE, replica);
            let in_time = started.elapsed() < PATIENCE;
            self.unanswered.fetch_add(u64::from(!in_time), Ordering::Relaxed);
            in_time && answer.is_ok_and(|answer| answer.status == 204)
        };
        let mut tried_again = None;
        let is_accepted = is_accepted(replicas[first]) || {
            self.failed_once.fetch_add(1, Ordering::Relaxed);
            tried_again = Some(Instant::now());
            is_accepted(replicas[1 - first])
        };
        if is_accepted {
            let mut acknowledged = self.acknowledged.lock().expect("nobody panics with it");
            acknowledged.extend(events.iter().map(uuid));
        } else if let Some(began) = tried_again {
            let mut failed = self.failed_twice.lock().expect("nobody panics with it");
            failed.push((began, Instant::now()));
        }
    }
}

/// A delivery's events: of some users that many others are about too, in no order.
fn events(name: &str, random: &mut fastrand::Rng) -> Vec<Value> {
    let types = [
        "user.lifecycle.create",
        "user.lifecycle.activate",
        "user.lifecycle.suspend",
        "user.lifecycle.unsuspend",
        "user.account.update_profile",
        "user.session.start",
        "group.user_membership.add",
        "group.user_membership.remove",
    ];
    (0..random.u64(1..4))
        .map(|nth| {
            let user = random.u64(..USERS);
            let kind = types[random.usize(..types.len())];
            let seconds = random.u64(..60);
            let mut target = vec![json!({
                "id": format!("00u{user}"), "type": "User",
                "alternateId": format!("user{user}@example.com"),
                "displayName": format!("User {}", random.u64(..5)),
            })];
            if kind.starts_with("group.") {
                let group = random.u64(..5);
                target.push(json!({"id": format!("00g{group}"), "type": "UserGroup", "displayName": "Group"}));
            }
            json!({
                "uuid": format!("{name}-{nth}"), "eventType": kind, "target": target,
                "published": format!("2026-01-01T00:00:{seconds:02}.000Z"),
                "outcome": {"result": "SUCCESS"},
            })
        })
        .collect()
}
