//! The file given as `--data`: what is in it, whatever happens to it.

use std::path::Path;
use std::time::Duration;

use okta_hooks_cli::emulator::{Settings, start};
use okta_hooks_testing::hook::Hook;
use serde_json::json;

use crate::PROGRAM;
use crate::emulator::{CREATE, Org, person};

#[tokio::test]
async fn what_could_not_be_written_is_written_and_delivered_with_the_next_change() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.sqlite");
    let data = ["--data", file.to_str().unwrap()];
    let (org, hook) = (Org::start(&data), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;

    // Somebody else writes to the file, for longer than the emulator waits.
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let failed = org.post("/api/v1/users", person("first@example.com")).await;
    assert_eq!((failed.status, &failed.json["errorCode"]), (500, &json!("E0000009")));
    other.execute_batch("ROLLBACK").unwrap();

    org.create_user("second@example.com").await;
    let mut events = hook.events(2).await;
    events.sort_unstable();
    assert_eq!(
        events,
        [format!("{CREATE} first@example.com"), format!("{CREATE} second@example.com")]
    );
    let log = Org::ok(org.get("/api/v1/logs").await);
    org.server.crash();

    let org = Org::start(&data);
    for login in ["first@example.com", "second@example.com"] {
        Org::ok(org.get(&format!("/api/v1/users/{login}")).await);
    }
    assert_eq!(Org::ok(org.get("/api/v1/logs").await), log);
}

#[tokio::test]
async fn whoever_looks_into_the_file_meanwhile_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.sqlite");
    let data = ["--data", file.to_str().unwrap()];
    let org = Org::start(&data);
    org.create_user("first@example.com").await;
    drop(org);

    // The file is there already, which is when its permissions are set.
    let org = Org::start(&data);
    let look = || {
        let reader = rusqlite::Connection::open(&file).unwrap();
        let sql = "SELECT count(*) FROM documents WHERE kind = 'user'";
        reader.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(look(), 1);
    org.create_user("second@example.com").await;
    assert_eq!(look(), 2);
    org.server.crash();

    let org = Org::start(&data);
    Org::ok(org.get("/api/v1/users/second@example.com").await);
}

/// Starts an emulator that cannot have its file, and returns what it says.
async fn refused(data: &Path) -> String {
    let mut emulator = tokio::process::Command::new(PROGRAM);
    emulator.args(["emulator", "--listen", "127.0.0.1:0", "--data"]).arg(data).kill_on_drop(true);
    let ended = tokio::time::timeout(Duration::from_secs(20), emulator.output()).await;
    let output = ended.expect("it ends at once").unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_file_has_one_emulator_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.sqlite");
    let data = ["--data", file.to_str().unwrap()];
    let org = Org::start(&data);
    let in_use = |path: &Path| format!("{}: is in use by another emulator", path.display());
    assert_eq!(refused(&file).await.trim_end(), in_use(&file));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.sqlite");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(refused(&link).await.trim_end(), in_use(&link), "by another name");
    }
    org.create_user("first@example.com").await;
    org.server.crash();

    let org = Org::start(&data);
    Org::ok(org.get("/api/v1/users/first@example.com").await);
}

#[test]
fn a_file_has_one_org_of_a_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::new().with_data(folder.path().join("org.sqlite"));
    let org = start(settings.clone()).unwrap();
    let refused = start(settings.clone()).unwrap_err().to_string();
    assert!(refused.ends_with("org.sqlite: is in use by another emulator"), "{refused}");
    drop(org);
    drop(start(settings).unwrap());
}
