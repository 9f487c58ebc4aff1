//! Plays one scenario and looks at the receiver all the time.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use peers::{Connection, Delivery};

use crate::scene::{Scene, block_on};
use crate::watch::watch;
use crate::{Finding, Plan, Programs, Receiver, Scenario, ending, senders};

/// How long a receiver has for letting go of the connections that were closed. Where the kernel did
/// not tell it, since its queue was full, that is as long as the sync waits for a head.
const LETTING_GO: Duration = Duration::from_secs(80);

/// Plays it in an empty directory on this disk.
///
/// # Panics
///
/// If the receiver does not start, or ends.
#[must_use]
pub fn run(
    scenario: &Scenario,
    receiver: Receiver,
    programs: &Programs,
    plan: Plan,
    disk: &Path,
) -> Finding {
    let directory = tempfile::tempdir_in(disk).expect("a directory on this disk");
    let server = receiver.start(programs, scenario.through, directory.path(), plan.files());
    let scene = Arc::new(Scene::new(receiver, server, directory.path(), plan));
    first_delivery(&scene);
    let before = scene.files_when_at_most(0, Duration::from_millis(200));

    let well_behaved = {
        let (scene, pace) = (scene.clone(), scenario.pace);
        thread::spawn(move || senders::send(&scene, pace))
    };
    let others = {
        let (scene, play) = (scene.clone(), scenario.play);
        thread::spawn(move || play(&scene))
    };
    let memory = watch(&scene, scenario);
    scene.end();
    for clients in [well_behaved, others] {
        clients.join().expect("clients do not panic");
    }
    let after = scene.files_when_at_most(before, LETTING_GO);

    let mut finding = Finding::of(scenario, &scene, &memory, (before, after));
    let scene = Arc::into_inner(scene).expect("all clients have ended");
    finding.faults.extend(ending::faults(scene));
    finding.say();
    finding
}

/// What is opened with the first delivery is not the scenario's.
fn first_delivery(scene: &Scene) {
    let answer = block_on(async {
        let mut connection = Connection::open(scene.address).await?;
        connection.send(Delivery::new(scene.path()).with_new_ids()).await?;
        connection.answer().await
    });
    scene.well_behaved.add_sent();
    scene.well_behaved.add_answer(answer.expect("it answers").status);
}
