//! How a receiver ends, and what it leaves behind.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::Receiver;
use crate::receiver::database;
use crate::scene::Scene;

/// Ends it; what does not hold then.
pub(crate) fn faults(scene: Scene) -> Vec<String> {
    let server = scene.server.into_inner().expect("nobody panics with it");
    let (status, errors) = server.terminate();
    let mut faults = Vec::new();
    if !status.success() {
        faults.push(format!("it ended with {status}: {errors}"));
    }
    if scene.receiver == Receiver::UserSync {
        let acknowledged = scene.well_behaved.accepted() + scene.others.accepted();
        let sent = scene.well_behaved.sent() + scene.others.sent();
        let rows = rows(&database(&scene.directory));
        // What was refused may have been written all the same; every delivery has an event of its
        // own.
        if !(acknowledged..=sent).contains(&rows) {
            faults.push(format!("{rows} events of {acknowledged} acknowledged and {sent} sent"));
        }
    }
    faults
}

fn rows(database: &Path) -> u64 {
    let database = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let database = database.expect("there is a database");
    let count = database.query_row("SELECT count(*) FROM events", [], |row| row.get::<_, i64>(0));
    count.expect("a number").unsigned_abs()
}
