//! What the emulator keeps to itself, whatever is asked of it.

use std::path::Path;
use std::time::Duration;

use okta_hooks_testing::hook::Hook;
use okta_hooks_testing::http::Request;
use okta_hooks_testing::process::Server;

use crate::PROGRAM;
use crate::recorder::Recorder;

fn forwarding(receiver: &str) -> Server {
    let arguments = ["emulator", "--console", "127.0.0.1:0", "--forward", receiver];
    Server::start_with(PROGRAM, &arguments, &[])
}

#[test]
fn a_path_never_leaves_the_forwarded_prefix() {
    let receiver = Recorder::start();
    let server = forwarding(&format!("http://{}/hooks", receiver.address));
    let tunnel = server.announced("Forwarding");
    for path in [
        "/../admin",
        "/%2e%2e/admin",
        "/.%2e/admin",
        "/%252e%252e/admin",
        "/..%2fadmin",
        "/..\\admin",
        "/..%5cadmin",
        "/..;/admin",
        "http://public.example/../admin",
        "*",
    ] {
        let method = if path == "*" { "OPTIONS" } else { "GET" };
        let refused = Request::new(method, path).send(tunnel).unwrap();
        assert_eq!(refused.status, 400, "{path}");
    }
    assert_eq!(Request::new("GET", "/a?b=../c").send(tunnel).unwrap().status, 204);
    let passed = receiver.next(Duration::from_secs(10)).unwrap();
    assert_eq!(passed.path, "/hooks/a?b=../c", "the first one to come through");
    let absolute = Request::new("GET", "http://public.example/b").send(tunnel).unwrap();
    assert_eq!(absolute.status, 204);
    assert_eq!(receiver.next(Duration::from_secs(10)).unwrap().path, "/hooks/b");
}

#[test]
fn the_record_of_calls_is_bounded_whatever_they_are_large_in() {
    let receiver = Recorder::start();
    let server = forwarding(&format!("http://{}", receiver.address));
    let tunnel = server.announced("Forwarding");
    let Some(before) = server.peak_memory() else { return };
    let value = "x".repeat(3_500);
    for _ in 0..400 {
        let request = Request::new("POST", "/hook").body("{}");
        let request =
            (0..95).fold(request, |request, n| request.header(&format!("x-header-{n}"), &value));
        assert_eq!(request.send(tunnel).unwrap().status, 204);
    }
    let grown = (server.peak_memory().unwrap() - before) / (1024 * 1024);
    assert!(grown < 96, "{grown} MiB of memory for 127 MiB of headers");
    let kept = Request::new("GET", "/admin/calls?limit=1000").host(&server.address.to_string());
    let kept: serde_json::Value =
        serde_json::from_slice(&kept.send(server.address).unwrap().body).unwrap();
    let kept = kept.as_array().unwrap().len();
    assert!((100..400).contains(&kept), "{kept} calls are kept");
}

#[cfg(unix)]
#[tokio::test]
async fn a_data_file_is_for_its_owner_alone_also_if_it_was_not_before() {
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.sqlite");
    let name = file.to_str().unwrap().to_owned();
    let start = || Server::start_with(PROGRAM, &["emulator", "--data", &name], &[]);
    let all = || ["", "-wal", "-shm"].map(|suffix| format!("{name}{suffix}"));
    let mode = |path: &String| metadata(path).unwrap().permissions().mode() & 0o777;
    let server = start();
    for path in all() {
        assert_eq!(mode(&path), 0o600, "{path}");
    }
    server.crash();
    for path in all() {
        set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    }
    let _server = start();
    for path in all() {
        assert_eq!(mode(&path), 0o600, "{path}, which was there before");
    }
}

/// Starts an emulator that cannot start, and returns what it says.
fn refused(data: &Path) -> String {
    let output = std::process::Command::new(PROGRAM)
        .args(["emulator", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[cfg(unix)]
#[test]
fn a_database_of_something_else_is_neither_changed_nor_restricted() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("other.sqlite");
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("CREATE TABLE users (id)").unwrap();
    drop(other);
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "a text of some length, and no database".repeat(100)).unwrap();
    for path in [&database, &text] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let before = std::fs::read(path).unwrap();
        let said = refused(path);
        assert!(said.contains("not a"), "{said}");
        assert!(std::fs::read(path).unwrap() == before);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    }
}

#[tokio::test]
async fn a_name_that_begins_like_a_loopback_address_gets_no_secret() {
    let hook = Hook::start().await;
    for (url, code) in [
        (format!("http://{}/hook", hook.address), Some(0)),
        (format!("http://localhost:{}/hook", hook.address.port()), Some(0)),
        ("http://127.evil.example/hook".to_owned(), Some(2)),
    ] {
        let output = tokio::process::Command::new(PROGRAM)
            .args(["verify", &url])
            .env("OKTA_HOOK_SECRET", okta_hooks_testing::hook::SECRET)
            .env_remove("OKTA_HOOK_HEADER")
            .output()
            .await
            .unwrap();
        assert_eq!(output.status.code(), code, "{url}: {output:?}");
    }
}
