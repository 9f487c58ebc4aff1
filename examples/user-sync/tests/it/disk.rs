//! The sync demo when its database cannot be written: 503 as long as it lasts, nothing that was
//! answered 204 is lost, and it goes on by itself. Real processes, real files, real limits.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::time::Duration;

use crate::support::http::Request;
use crate::support::process::PROGRAM;
use crate::support::sync::{SECRET, Sync, database, delivery, event, eventually, query};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

const THEN: &str = "2026-01-01T00:00:00.000Z";
const UNWRITTEN: &str = "nothing was written error=";
const AGAIN: &str = "the database takes changes again";

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory can be made")
}

/// An event of about 10 KB.
fn large(uuid: &str) -> Value {
    let mut event = event(uuid, "user.lifecycle.create", "00u1", THEN);
    event["debugContext"] = json!({"debugData": {"padding": "x".repeat(10_000)}});
    event
}

/// Delivers events with these numbers, one by one; returns the uuids of those that were accepted.
fn deliver_each(sync: &Sync, numbers: impl Iterator<Item = usize>) -> BTreeSet<String> {
    let uuids = numbers.map(|number| format!("event-{number}"));
    uuids.filter(|uuid| accepted(sync.deliver(&[large(uuid)]))).collect()
}

fn accepted(status: u16) -> bool {
    assert!(status == 204 || status == 503, "{status}");
    status == 204
}

/// Delivers until nothing has been accepted for a while; returns what was.
fn deliver_until_full(sync: &Sync) -> BTreeSet<String> {
    let mut accepted = BTreeSet::new();
    for round in 0..100 {
        let some = deliver_each(sync, round * 10..round * 10 + 10);
        if some.is_empty() {
            return accepted;
        }
        accepted.extend(some);
    }
    panic!("the disk is never full");
}

/// Checks that the events are in the database, each once, and that it is whole.
#[track_caller]
fn assert_stored(database: &Path, uuids: &BTreeSet<String>) {
    assert_eq!(query::<String>(database, "PRAGMA integrity_check"), "ok");
    let all: String = query(database, "SELECT ifnull(group_concat(uuid, ' '), '') FROM events");
    let stored: Vec<_> = all.split_whitespace().collect();
    let once: BTreeSet<_> = stored.iter().copied().collect();
    assert_eq!(stored.len(), once.len());
    for uuid in uuids {
        assert!(once.contains(&**uuid), "{uuid} was accepted and is not there");
    }
}

#[track_caller]
fn end(sync: Sync) -> String {
    let (status, output) = sync.terminate();
    assert!(status.success(), "{output}");
    assert!(!output.contains(SECRET) && !output.contains("xxxx"), "no values in logs: {output}");
    output
}

fn run(command: &mut Command) {
    let status = command.status().expect("a command runs");
    assert!(status.success(), "{command:?}");
}

#[test]
fn a_file_that_may_not_grow_is_answered_with_503_until_it_may() {
    let directory = directory();
    // 400 or 800 KB, as the shell has it, of which a new database takes a good part; without the
    // signal that would end the process.
    let mut sync = Sync::start_after("trap '' XFSZ; ulimit -S -f 800", directory.path(), &[]);
    let mut stored = deliver_until_full(&sync);
    assert!(!stored.is_empty(), "some had room");
    sync.assert_logged(UNWRITTEN);
    sync.assert_runs();
    assert_eq!(sync.get("/getUsers").status, 200);
    run(Command::new("prlimit").args(["--pid", &sync.id().to_string(), "--fsize=unlimited:"]));
    let all = deliver_each(&sync, 0..100);
    assert_eq!(all.len(), 100);
    stored.extend(all);
    sync.assert_logged(AGAIN);
    assert_eq!(sync.count("events"), stored.len() as u64);
    end(sync);
    assert_stored(&database(directory.path()), &stored);
}

#[test]
fn a_full_disk_is_answered_with_503_until_there_is_room() {
    let directory = directory();
    let own_mounts = ["--map-root-user", "--mount"];
    let mount = "mount -t tmpfs -o size=2m tmpfs . && cd \"$PWD\"";
    let mut command = Command::new("unshare");
    command.args(own_mounts).args(["sh", "-c", mount]).current_dir(directory.path());
    let can = command.output().is_ok_and(|output| output.status.success());
    if !can {
        // Past the test harness, which would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "no file system may be mounted here: the file that may not grow stands in for a full disk"
        );
        return;
    }
    let mut command = Command::new("unshare");
    command.args(own_mounts).args(["sh", "-c", &format!("{mount} && exec \"$0\"")]);
    command.arg(PROGRAM);
    let mut sync = Sync::start_through(command, directory.path(), &[]);
    let disk = PathBuf::from(format!("/proc/{}/root{}", sync.id(), directory.path().display()));
    let mut stored = deliver_each(&sync, 1_000..1_010);
    assert_eq!(stored.len(), 10);
    let ballast = disk.join("ballast");
    fill(&ballast);
    stored.extend(deliver_until_full(&sync));
    sync.assert_logged("nothing was written error=database or disk is full");
    sync.assert_runs();
    assert_eq!(sync.get("/getUsers").status, 200);
    fs::remove_file(ballast).unwrap();
    let again = deliver_each(&sync, 0..20);
    assert_eq!(again.len(), 20);
    stored.extend(again);
    sync.assert_logged(AGAIN);
    // The disk goes with the process, and nobody writes at the moment.
    let copy = self::directory();
    for name in ["users.db", "users.db-wal"] {
        fs::copy(disk.join(name), copy.path().join(name)).unwrap();
    }
    end(sync);
    assert_stored(&database(copy.path()), &stored);
}

/// Writes until the disk is full.
fn fill(file: &Path) {
    let mut file = File::create(file).unwrap();
    for size in [64 * 1024, 4096, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

#[test]
fn a_database_that_another_process_has_locked_is_answered_with_503_until_it_is_free() {
    let directory = directory();
    let mut sync = Sync::start(directory.path(), &[]);
    assert_eq!(sync.deliver(&[large("before")]), 204);
    let other = Connection::open(database(directory.path())).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    for _ in 0..3 {
        assert_eq!(sync.deliver(&[large("refused")]), 503);
    }
    sync.assert_logged("nothing was written error=database is locked");
    sync.assert_runs();
    assert_eq!(sync.get("/getUsers").status, 200, "one can still look");
    assert_eq!(sync.count("events"), 1);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(sync.deliver(&[large("refused")]), 204);
    sync.assert_logged(AGAIN);
    end(sync);
    assert_stored(&database(directory.path()), &["before", "refused"].map(str::to_owned).into());
}

#[test]
fn a_short_lock_only_delays() {
    let directory = directory();
    let sync = Sync::start(directory.path(), &[]);
    let other = Connection::open(database(directory.path())).unwrap();
    for number in 0..5 {
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let request = delivery(&[large(&number.to_string())]).to_bytes();
        let mut sender = TcpStream::connect(sync.hook).unwrap();
        sender.write_all(&request).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(status(&mut sender), 204);
    }
    end(sync);
}

/// The status of the answer that comes on a connection, or 0 if none comes.
fn status(sender: &mut TcpStream) -> u16 {
    sender.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut line = [0; 12];
    match sender.read_exact(&mut line) {
        Ok(()) => String::from_utf8_lossy(&line[9..]).parse().unwrap_or(0),
        Err(_) => 0,
    }
}

#[test]
fn more_senders_than_the_queue_holds_are_all_answered_while_the_writer_is_stuck() {
    // They are all connected at once, here and there.
    run(Command::new("prlimit").args(["--pid", &process::id().to_string(), "--nofile=8192:"]));
    let directory = directory();
    let mut sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    let other = Connection::open(database(directory.path())).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let memory: Vec<_> = (0..3)
        .map(|round| {
            // The lock stays, so nobody waits for it to go.
            let statuses = send_at_once(&sync, round, 3_000);
            assert!(statuses.iter().all(|status| *status == 503), "{statuses:?}");
            resident(sync.id())
        })
        .collect();
    assert!(memory[2] < memory[0] + (32 << 10), "KiB after each round: {memory:?}");
    sync.assert_logged("the queue to the database is full");
    sync.assert_runs();
    other.execute_batch("ROLLBACK").unwrap();
    eventually("it takes deliveries again", || {
        (sync.deliver(&[large("after")]) == 204).then_some(())
    });
    sync.assert_count("queueLength", 0);
    end(sync);
    assert_stored(&database(directory.path()), &["after".to_owned()].into());
}

#[test]
fn the_queue_is_full_of_long_deliveries_long_before_it_is_full_of_short_ones() {
    let directory = directory();
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    let other = Connection::open(database(directory.path())).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    // What is no JSON is kept as it is.
    let request = delivery(&[]).body("x".repeat(1_000_000));
    let mut senders: Vec<_> = (0..200).map(|_| send(&sync, &request)).collect();
    assert!(senders.iter_mut().all(|sender| status(sender) == 503));
    sync.assert_logged("the queue to the database is full");
    other.execute_batch("ROLLBACK").unwrap();
    sync.assert_count("queueLength", 0);
    // The writer may still be at what it had taken out of the queue, for longer than a delivery waits.
    let recovers = (0..20).any(|_| request.send(sync.hook).unwrap().status == 400);
    assert!(recovers, "it takes deliveries again");
    assert_eq!(sync.count("deadLetters"), 1);
    end(sync);
}

fn send(sync: &Sync, request: &Request) -> TcpStream {
    let mut sender = TcpStream::connect(sync.hook).expect("it accepts");
    sender.write_all(&request.to_bytes()).expect("it reads");
    sender
}

/// Sends that many deliveries, each on a connection of its own, before it looks at any answer.
fn send_at_once(sync: &Sync, round: usize, count: usize) -> Vec<u16> {
    let event = |number| large(&format!("{round}-{number}"));
    let send = |number| send(sync, &delivery(&[event(number)]));
    let mut senders: Vec<_> = (0..count).map(send).collect();
    senders.iter_mut().map(status).collect()
}

/// The memory of a process, in KiB.
fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn garbage_in_the_file_is_answered_with_503_until_it_is_replaced() {
    let directory = directory();
    let file = database(directory.path());
    let sync = Sync::start(directory.path(), &[]);
    let mut stored = deliver_each(&sync, 0..20);
    end(sync);
    let mut sync = Sync::start(directory.path(), &[]);
    let good = fs::read(&file).unwrap();
    // The same file, with something else in it.
    OpenOptions::new()
        .write(true)
        .open(&file)
        .unwrap()
        .write_all_at(&vec![0xa5; good.len()], 0)
        .unwrap();
    for _ in 0..3 {
        assert_eq!(sync.deliver(&[large("refused")]), 503);
    }
    sync.assert_logged(UNWRITTEN);
    sync.assert_runs();
    assert_eq!(sync.get("/getUsers").status, 503);
    assert_eq!(Request::new("GET", "/health").send(sync.hook).unwrap().status, 503);
    fs::write(&file, good).unwrap();
    assert_eq!(sync.deliver(&[large("refused")]), 204);
    sync.assert_logged(AGAIN);
    assert_eq!(sync.count("events"), 21);
    end(sync);
    stored.insert("refused".to_owned());
    assert_stored(&file, &stored);
}

#[test]
fn what_is_delivered_after_the_file_was_deleted_is_in_a_new_one() {
    let directory = directory();
    let file = database(directory.path());
    let mut sync = Sync::start(directory.path(), &[]);
    assert_eq!(sync.deliver(&[large("before")]), 204);
    assert_eq!(sync.count("events"), 1);
    fs::remove_file(&file).unwrap();
    assert_eq!(sync.deliver(&[large("after")]), 204);
    sync.assert_logged("the database file was moved or replaced, and is opened anew");
    assert_eq!(sync.count("events"), 1);
    sync.assert_runs();
    sync.kill();
    assert_stored(&file, &["after".to_owned()].into());
}

#[test]
fn a_file_that_is_away_for_a_while_loses_nothing() {
    let directory = directory();
    let (file, away) = (database(directory.path()), directory.path().join("away.db"));
    let mut sync = Sync::start(directory.path(), &[]);
    assert_eq!(sync.deliver(&[large("before")]), 204);
    fs::rename(&file, &away).unwrap();
    fs::create_dir(&file).unwrap();
    for _ in 0..3 {
        assert_eq!(sync.deliver(&[large("refused")]), 503);
    }
    sync.assert_logged("nothing was written error=the file cannot be opened: Is a directory");
    sync.assert_runs();
    fs::remove_dir(&file).unwrap();
    fs::rename(&away, &file).unwrap();
    assert_eq!(sync.deliver(&[large("refused")]), 204);
    assert_eq!(sync.count("events"), 2);
    end(sync);
    assert_stored(&file, &["before", "refused"].map(str::to_owned).into());
}

#[test]
fn a_copy_that_may_not_be_written_is_answered_with_503_until_it_may() {
    let directory = directory();
    let file = database(directory.path());
    // Root may write everything, unless it gives up that right.
    let shell = "[ \"$(id -u)\" = 0 ] && exec setpriv --bounding-set -dac_override \"$0\"; true";
    let mut sync = Sync::start_after(shell, directory.path(), &[]);
    assert_eq!(sync.deliver(&[large("before")]), 204);
    // A backup is put in its place, as one does it: with nothing of the old one beside it.
    let copy = directory.path().join("copy.db");
    let sql = format!("VACUUM INTO '{}'", copy.display());
    Connection::open(&file).unwrap().execute_batch(&sql).unwrap();
    fs::set_permissions(&copy, Permissions::from_mode(0o444)).unwrap();
    for beside in ["users.db-wal", "users.db-shm"] {
        fs::remove_file(directory.path().join(beside)).unwrap();
    }
    fs::rename(&copy, &file).unwrap();
    for _ in 0..3 {
        assert_eq!(sync.deliver(&[large("refused")]), 503);
    }
    sync.assert_logged("nothing was written error=the file cannot be opened: Permission denied");
    sync.assert_runs();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(sync.deliver(&[large("refused")]), 204);
    assert_eq!(sync.count("events"), 2);
    end(sync);
    assert_stored(&file, &["before", "refused"].map(str::to_owned).into());
}

#[test]
fn a_file_that_is_made_read_only_while_it_is_open_loses_nothing() {
    let directory = directory();
    let file = database(directory.path());
    let shell = "[ \"$(id -u)\" = 0 ] && exec setpriv --bounding-set -dac_override \"$0\"; true";
    let mut sync = Sync::start_after(shell, directory.path(), &[]);
    fs::set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
    let stored = deliver_each(&sync, 0..20);
    sync.assert_runs();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    end(sync);
    assert_stored(&file, &stored);
}
