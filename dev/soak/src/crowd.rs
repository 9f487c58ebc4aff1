//! Many connections that never become a request, or not in time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Interval, interval, sleep, timeout};

use crate::scene::{Scene, block_on};

/// How long it may take to open all of them: a receiver with a bound on connections lets them in by
/// turns, and some of them never at all.
const GATHERING: Duration = Duration::from_secs(12);

/// How long each waits before it sends its next byte.
const BETWEEN_BYTES: Duration = Duration::from_secs(4);

/// What each of them sends.
pub(crate) struct Habit {
    /// At once.
    pub(crate) opening: Vec<u8>,
    /// This byte every few seconds.
    pub(crate) drip: Option<u8>,
}

struct Crowd {
    scene: Arc<Scene>,
    habit: Habit,
    /// When the next connection may be opened.
    pace: tokio::sync::Mutex<Interval>,
    opened: AtomicUsize,
    /// How often each status was answered.
    answers: Mutex<BTreeMap<String, usize>>,
}

/// Opens as many connections as the plan says, and each that is closed again, until the scenario is
/// over.
pub(crate) fn gather(scene: &Arc<Scene>, habit: Habit) {
    block_on(async {
        let crowd = Arc::new(Crowd {
            scene: scene.clone(),
            habit,
            pace: interval(Duration::from_secs(1) / scene.plan.pace).into(),
            opened: AtomicUsize::default(),
            answers: Mutex::default(),
        });
        let mut members = JoinSet::new();
        for _ in 0..scene.plan.connections {
            members.spawn(crowd.clone().member());
        }
        let all_are_there = async {
            while crowd.opened() < scene.plan.connections {
                sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = timeout(GATHERING, all_are_there).await;
        scene.begin();
        scene.over().await;
        members.shutdown().await;
        crowd.report();
    });
}

impl Crowd {
    fn opened(&self) -> usize {
        self.opened.load(Ordering::Relaxed)
    }

    async fn member(self: Arc<Self>) {
        loop {
            self.pace.lock().await.tick().await;
            let Ok(stream) = TcpStream::connect(self.scene.address).await else { continue };
            self.opened.fetch_add(1, Ordering::Relaxed);
            // However it ends, the next one is opened.
            let _ = self.stay(stream).await;
        }
    }

    /// Returns when the connection is closed.
    async fn stay(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.write_all(&self.habit.opening).await?;
        let mut answer = [0; 1024];
        loop {
            tokio::select! {
                read = stream.read(&mut answer) => match read? {
                    0 => return Ok(()),
                    length => self.count(&answer[..length]),
                },
                () = sleep(BETWEEN_BYTES) => if let Some(byte) = self.habit.drip {
                    stream.write_all(&[byte]).await?;
                },
            }
        }
    }

    fn count(&self, answer: &[u8]) {
        let status = String::from_utf8_lossy(answer.get(9..12).unwrap_or_default()).into_owned();
        *self.answers.lock().expect("nobody panics with it").entry(status).or_default() += 1;
    }

    fn report(&self) {
        let mut note = format!("{} opened", self.opened());
        for (status, times) in &*self.answers.lock().expect("nobody panics with it") {
            note += &format!(", {times} answered {status}");
        }
        self.scene.set_note(note);
    }
}
