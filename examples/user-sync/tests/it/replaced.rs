//! The sync demo when somebody moves, removes or replaces the files of its database while it runs:
//! what was answered 204 is never lost, and the file that was put there never spoilt.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::process::PROGRAM;
use crate::support::sync::{SECRET, Sync, database, event, eventually, query};
use rusqlite::Connection;
use tempfile::TempDir;

const THEN: &str = "2026-01-01T00:00:00.000Z";

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory can be made")
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Delivers events with these numbers, one by one; returns the uuids of those that were accepted.
fn deliver_each(sync: &Sync, numbers: std::ops::Range<usize>) -> BTreeSet<String> {
    let uuids = numbers.map(|number| format!("event-{number}"));
    let is_accepted = |uuid: &String| {
        let status = sync.deliver(&[event(uuid, "user.lifecycle.create", uuid, THEN)]);
        assert!(status == 204 || status == 503, "{status}");
        status == 204
    };
    uuids.filter(is_accepted).collect()
}

/// A whole copy of the database, as a backup is made.
fn back_up(file: &Path, to: &Path) {
    let sql = format!("VACUUM INTO '{}'", to.display());
    Connection::open(file).unwrap().execute_batch(&sql).unwrap();
}

#[track_caller]
fn uuids(file: &Path) -> BTreeSet<String> {
    assert_eq!(query::<String>(file, "PRAGMA integrity_check"), "ok", "{}", file.display());
    let all: String = query(file, "SELECT ifnull(group_concat(uuid, ' '), '') FROM events");
    all.split_whitespace().map(str::to_owned).collect()
}

/// The copies that the sync has made of files that were taken away from it.
fn saved(directory: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.to_string_lossy().contains("users.db.saved-")).collect()
}

#[track_caller]
fn end(sync: Sync) -> String {
    let (status, output) = sync.terminate();
    assert!(status.success(), "{output}");
    assert!(!output.contains(SECRET), "{output}");
    output
}

/// A start that is refused; returns the line that says why.
#[track_caller]
fn refused(directory: &Path) -> String {
    let output = Command::new("timeout")
        .args(["20", PROGRAM])
        .current_dir(directory)
        .envs([("LISTEN", "127.0.0.1:0"), ("PAGES", "127.0.0.1:0"), ("OKTA_HOOK_SECRET", SECRET)])
        .output()
        .expect("it starts");
    let error = String::from_utf8(output.stderr).expect("a line is UTF-8");
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

#[test]
fn a_backup_put_in_place_of_the_database_stays_whole_and_nothing_acknowledged_is_lost() {
    let directory = directory();
    let (file, backup) = (database(directory.path()), directory.path().join("backup.db"));
    let sync = Sync::start(directory.path(), &[]);
    let before = deliver_each(&sync, 0..300);
    back_up(&file, &backup);
    let between = deliver_each(&sync, 300..600);
    assert_eq!((before.len(), between.len()), (300, 300));
    fs::rename(&backup, &file).unwrap();
    let after = deliver_each(&sync, 600..640);
    assert_eq!(sync.get("/getUsers").status, 200, "it is read, too");
    let output = end(sync);
    let stored = uuids(&file);
    assert!(stored.is_superset(&before) && stored.is_superset(&after), "{output}");
    assert!(stored.is_disjoint(&between), "nothing of the other file is in it");
    let copies = saved(directory.path());
    assert_eq!(copies.len(), 1, "{output}");
    assert!(uuids(&copies[0]).is_superset(&between));
    let said = "the database file was moved or replaced, and is opened anew";
    assert_eq!(output.matches(said).count(), 1, "{output}");
    assert!(output.contains("users.db.saved-"), "it is said where the rest is: {output}");
}

#[test]
fn a_backup_put_in_place_right_before_the_end_stays_whole_and_nothing_acknowledged_is_lost() {
    let directory = directory();
    let (file, backup) = (database(directory.path()), directory.path().join("backup.db"));
    let sync = Sync::start(directory.path(), &[]);
    let before = deliver_each(&sync, 0..20);
    back_up(&file, &backup);
    let between = deliver_each(&sync, 20..40);
    fs::rename(&backup, &file).unwrap();
    let output = end(sync);
    assert_eq!(uuids(&file), before, "{output}");
    assert_eq!(uuids(&saved(directory.path())[0]), &before | &between);
    let sync = Sync::start(directory.path(), &[]);
    assert_eq!(deliver_each(&sync, 40..41).len(), 1);
    end(sync);
}

#[test]
fn another_file_in_place_of_one_that_was_moved_away_is_answered_with_503_until_it_is_back() {
    let directory = directory();
    let (file, away) = (database(directory.path()), directory.path().join("away.db"));
    let backup = directory.path().join("backup.db");
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "warn")]);
    let mut stored = deliver_each(&sync, 0..20);
    back_up(&file, &backup);
    stored.extend(deliver_each(&sync, 20..40));
    let content = fs::read(&backup).unwrap();
    fs::rename(&file, &away).unwrap();
    fs::rename(&backup, &file).unwrap();
    assert!(deliver_each(&sync, 40..80).is_empty());
    assert_eq!(sync.get("/getUsers").status, 503);
    assert!(fs::read(&file).unwrap() == content, "nothing was written to it");
    let said = |output: &str| output.matches("users.db-wal").count();
    assert_eq!(said(&sync.output()), 1, "once: {}", sync.output());
    // The library has its own line for each failure where a build turns its feature `tracing` on.
    let output = sync.output();
    let own = output.lines().filter(|line| !line.contains("okta_hooks: ")).count();
    assert!(own < 10, "no line for each delivery: {output}");
    fs::rename(&file, &backup).unwrap();
    fs::rename(&away, &file).unwrap();
    let after = deliver_each(&sync, 80..100);
    assert_eq!(after.len(), 20);
    stored.extend(after);
    sync.assert_logged("the database takes changes again");
    end(sync);
    assert_eq!(uuids(&file), stored);
    assert!(saved(directory.path()).is_empty());
}

#[test]
fn a_kill_with_another_file_in_place_of_the_database_spoils_neither() {
    let directory = directory();
    let (file, away) = (database(directory.path()), directory.path().join("away.db"));
    let backup = directory.path().join("backup.db");
    let sync = Sync::start(directory.path(), &[]);
    let before = deliver_each(&sync, 0..20);
    back_up(&file, &backup);
    let all = &before | &deliver_each(&sync, 20..40);
    sync.kill();
    fs::rename(&file, &away).unwrap();
    let line = refused(directory.path());
    assert!(line.contains("users.db-wal"), "without a file: {line}");
    fs::rename(&backup, &file).unwrap();
    let line = refused(directory.path());
    assert!(line.contains("users.db-wal"), "with another one: {line}");
    // The operator decides: here for the file that was there before.
    fs::rename(&file, &backup).unwrap();
    fs::rename(&away, &file).unwrap();
    let sync = Sync::start(directory.path(), &[]);
    sync.assert_count("events", 40);
    end(sync);
    assert_eq!(uuids(&file), all);
    assert_eq!(uuids(&backup), before);
}

#[test]
fn what_is_delivered_after_the_write_ahead_log_was_removed_survives_a_crash() {
    for suffixes in [&["-wal"][..], &["-wal", "-shm"], &["-shm"]] {
        let directory = directory();
        let file = database(directory.path());
        let sync = Sync::start(directory.path(), &[]);
        let before = deliver_each(&sync, 0..20);
        for suffix in suffixes {
            fs::remove_file(beside(&file, suffix)).unwrap();
        }
        let after = deliver_each(&sync, 20..40);
        assert_eq!(after.len(), 20, "{suffixes:?}: {}", sync.output());
        sync.kill();
        assert_eq!(uuids(&file), &before | &after, "{suffixes:?}");
    }
}

#[test]
fn a_write_ahead_log_of_another_file_is_answered_with_503_until_it_is_gone() {
    let (directory, elsewhere) = (directory(), directory());
    let (file, other) = (database(directory.path()), database(elsewhere.path()));
    let another = Sync::start(elsewhere.path(), &[]);
    deliver_each(&another, 100..120);
    another.kill();
    let sync = Sync::start(directory.path(), &[]);
    let before = deliver_each(&sync, 0..20);
    fs::rename(beside(&other, "-wal"), beside(&file, "-wal")).unwrap();
    assert!(deliver_each(&sync, 20..40).is_empty());
    assert!(sync.output().contains("users.db-wal"), "{}", sync.output());
    fs::remove_file(beside(&file, "-wal")).unwrap();
    let after = deliver_each(&sync, 40..60);
    assert_eq!(after.len(), 20);
    sync.kill();
    assert_eq!(uuids(&file), &before | &after);
}

#[test]
fn a_database_moved_with_all_its_files_is_complete_where_it_is_now() {
    let (directory, elsewhere) = (directory(), directory());
    let (file, moved) = (database(directory.path()), database(elsewhere.path()));
    let sync = Sync::start(directory.path(), &[]);
    let before = deliver_each(&sync, 0..20);
    for suffix in ["-shm", "-wal", ""] {
        fs::rename(beside(&file, suffix), beside(&moved, suffix)).unwrap();
    }
    let after = eventually("a new file is begun", || {
        Some(deliver_each(&sync, 20..40)).filter(|accepted| accepted.len() == 20)
    });
    end(sync);
    assert_eq!(uuids(&file), after);
    assert_eq!(uuids(&moved), before);
}

#[test]
fn another_process_that_looks_in_while_writes_fail_does_not_take_the_write_ahead_log_away() {
    let directory = directory();
    let file = database(directory.path());
    // Some room, then none, then room again.
    let sync = Sync::start_after("trap '' XFSZ; ulimit -S -f 800", directory.path(), &[]);
    sync.count("events");
    let mut stored = BTreeSet::new();
    for round in 0.. {
        let some = deliver_each(&sync, round * 10..round * 10 + 10);
        if some.is_empty() {
            break;
        }
        stored.extend(some);
    }
    let limit = ["--pid", &sync.id().to_string(), "--fsize=unlimited:"];
    assert!(Command::new("prlimit").args(limit).status().unwrap().success());
    stored.extend(deliver_each(&sync, 10_000..10_010));
    // Its connection is closed at once, and is not the last one.
    assert_eq!(query::<i64>(&file, "SELECT count(*) FROM events"), stored.len() as i64);
    let after = deliver_each(&sync, 10_010..10_030);
    assert_eq!(after.len(), 20);
    stored.extend(after);
    sync.kill();
    assert_eq!(uuids(&file), stored);
}

#[test]
fn what_was_in_a_file_that_is_deleted_is_saved_beside_a_new_one() {
    let directory = directory();
    let file = database(directory.path());
    let sync = Sync::start(directory.path(), &[]);
    let before = deliver_each(&sync, 0..20);
    fs::remove_file(&file).unwrap();
    let after = deliver_each(&sync, 20..40);
    assert_eq!(after.len(), 20);
    end(sync);
    assert_eq!(uuids(&file), after);
    assert_eq!(uuids(&saved(directory.path())[0]), before);
}
