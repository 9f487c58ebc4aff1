//! What the environment and `.env` say, as the process takes it.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::http::Request;
use crate::support::process::PROGRAM;
use crate::support::sync::Sync;

#[test]
fn a_secret_with_a_dollar_in_the_env_file_is_accepted_whole_and_not_without_it() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(".env"), "OKTA_HOOK_SECRET=ab$ecret99\n").unwrap();
    let sync = Sync::start_after("unset OKTA_HOOK_SECRET", directory.path(), &[]);
    let status = |secret: &str| {
        let request = Request::new("POST", "/userTransfer").header("authorization", secret);
        request.body("{\"data\":{\"events\":[]}}").send(sync.hook).expect("an answer").status
    };
    assert_eq!(status("ab"), 401);
    assert_eq!(status("ab$ecret99"), 204);
}

fn run(directory: &Path, settings: &[(&str, &str)]) -> Output {
    let listen = [("LISTEN", "127.0.0.1:0"), ("PAGES", "127.0.0.1:0")];
    let mut command = Command::new(PROGRAM);
    command.current_dir(directory).envs(listen).envs(settings.iter().copied());
    command.output().expect("it starts")
}

#[test]
fn an_empty_secret_is_refused_in_one_line_that_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["OKTA_HOOK_SECRET", "OKTA_HOOK_SECRET_PREVIOUS", "okta_key"] {
        let output = run(directory.path(), &[("OKTA_HOOK_SECRET", "s3cret"), (name, "")]);
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(error, format!("{name} is empty: set it to the secret, or unset it\n"));
    }
}

#[test]
fn a_database_of_another_kind_is_refused_in_one_line_without_its_password() {
    let directory = tempfile::tempdir().unwrap();
    for url in ["postgresql+psycopg://ann:pa55word@127.0.0.1:9/x", "sqlite://ann:pa55word@h/x"] {
        let output = run(directory.path(), &[("OKTA_HOOK_SECRET", "s3cret"), ("DATABASE", url)]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.starts_with("DATABASE: expected a file's name"), "{error}");
        assert!(error.lines().count() == 1 && !error.contains("pa55word"), "{error}");
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "no file was made");
}

/// A key of the tests, as a file, as the PEM itself, and on one line in both ways.
#[test]
fn a_private_key_can_be_given_itself_or_by_its_file() {
    let pem = include_str!("keys/test_only_ec_pkcs8.pem");
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("key.pem"), pem).unwrap();
    let one_line = |separator| pem.trim().replace('\n', separator);
    for key in ["key.pem", pem, &one_line("\\n"), &one_line(" ")] {
        let org = [
            ("okta_url", "http://127.0.0.1:9"),
            ("OKTA_CLIENT_ID", "0oa1"),
            ("OKTA_PRIVATE_KEY", key),
        ];
        let sync = Sync::start(directory.path(), &org);
        assert_not_shown(pem, &sync.terminate().1);
    }
}

#[test]
fn a_private_key_that_cannot_be_used_is_not_shown() {
    let pem = include_str!("keys/test_only_ec_pkcs8.pem");
    let directory = tempfile::tempdir().unwrap();
    let body = pem.lines().nth(1).unwrap();
    // Cut off, without its first and last line, or misspelt: ways to paste it wrongly.
    for key in [&pem[..pem.len() / 2], body, &pem.replace("BEGIN", "BEGlN")] {
        let output = run(
            directory.path(),
            &[
                ("okta_url", "http://127.0.0.1:9"),
                ("OKTA_HOOK_SECRET", "s3cret"),
                ("OKTA_CLIENT_ID", "0oa1"),
                ("OKTA_PRIVATE_KEY", key),
            ],
        );
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("OKTA_PRIVATE_KEY"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert_not_shown(pem, &error);
    }
}

#[track_caller]
fn assert_not_shown(pem: &str, output: &str) {
    for line in pem.lines().filter(|line| !line.starts_with("-----")) {
        assert!(!output.contains(&line[..line.len().min(16)]), "{output}");
    }
}
