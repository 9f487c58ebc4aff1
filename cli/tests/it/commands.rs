//! The commands of the Okta emulator as real processes: what they find, print, and end with.

use std::net::SocketAddr;
use std::process::Output;

use crate::receiver::{Fault, SECRET};
use serde_json::Value;

use crate::PROGRAM;

/// Runs a command to its end, with the secret in the environment as a user would have it.
async fn run(arguments: &[&str]) -> Output {
    run_with(arguments, &[]).await
}

async fn run_with(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    tokio::process::Command::new(PROGRAM)
        .args(arguments)
        .env("OKTA_HOOK_SECRET", SECRET)
        .env_remove("OKTA_HOOK_HEADER")
        .envs(environment.iter().copied())
        .output()
        .await
        .expect("it runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("output is UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output:?}"))
}

fn hook(address: SocketAddr) -> String {
    format!("http://{address}/hook")
}

/// The ids of the findings with a verdict, in the order of the checks.
fn found(report: &Value, verdict: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let with = findings.iter().filter(|finding| finding["verdict"] == verdict);
    with.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}

async fn check(fault: Fault) -> (Output, Value) {
    let address = crate::receiver::start(fault).await;
    let page = format!("http://{address}/users");
    let observe = ["--observe", &page, "--observe-seconds", "1"];
    let output = run(&[&["check", &hook(address), "--json"], &observe[..]].concat()).await;
    assert!(!stdout(&output).contains(SECRET), "{fault:?}: the secret is not printed");
    let report = json(&output);
    (output, report)
}

macro_rules! names {
    ($($test:ident: $fault:ident => $faults:expr,)*) => {$(
        #[tokio::test]
        async fn $test() {
            let (output, report) = check(Fault::$fault).await;
            assert_eq!(found(&report, "fault"), $faults, "{report:#}");
            let expected = if $faults.is_empty() { 0 } else { 1 };
            assert_eq!(output.status.code(), Some(expected));
            assert_eq!(report["ok"], expected == 0);
        }
    )*};
}

const NO_FAULT: [&str; 0] = [];

names! {
    check_finds_nothing_in_a_receiver_that_does_everything_right: None => NO_FAULT,
    check_names_a_receiver_that_accepts_any_secret:
        AcceptsAnySecret => ["auth-missing", "auth-wrong", "auth-almost"],
    check_names_a_comparison_that_ignores_case: IgnoresCase => ["auth-almost"],
    check_names_a_challenge_echoed_in_a_header: EchoesInHeader => ["verification"],
    check_names_a_verification_with_wrong_json: WrongJson => ["verification"],
    check_names_a_login_page: LoginPage => ["verification"],
    check_names_a_challenge_that_is_remembered: RemembersTheChallenge => ["verification-again"],
    check_names_a_400_when_busy: Busy400 => ["busy"],
    check_names_the_use_of_the_first_event_only:
        FirstEventOnly => ["lost-batch", "lost-isolation"],
    check_names_an_index_into_an_empty_batch: IndexesFirst => ["empty-batch"],
    check_names_a_death_on_a_null_target: DiesOnNullTarget => ["target"],
    check_names_a_body_without_limit: NoBodyLimit => ["body-limit"],
    check_names_an_answer_after_four_seconds: FourSeconds => ["too-slow"],
    check_names_a_redirect: Redirects => ["redirect"],
    check_names_a_mark_made_before_success: MarksSeenFirst => ["lost-retry"],
    check_names_the_refusal_of_unknown_types: RefusesUnknownTypes => ["unknown-type"],
    check_names_the_refusal_of_duplicates: RefusesDuplicates => ["duplicate"],
    check_names_a_duplicate_counted_twice: CountsTwice => ["twice"],
    check_names_a_batch_refused_for_one_malformed_event: AllOrNothing => ["isolation"],
    check_names_a_content_type_compared_as_a_whole: ExactContentType => ["content-type"],
    check_reads_all_of_a_long_page: ShowsALongPage => NO_FAULT,
    check_names_a_receiver_that_keeps_nothing:
        KeepsNothing => ["lost-batch", "lost-isolation", "lost"],
}

#[tokio::test]
async fn check_says_that_a_page_is_too_long_and_calls_nobody_on_it_lost() {
    let (output, report) = check(Fault::ShowsAnEndlessPage).await;
    assert_eq!((found(&report, "fault"), output.status.code()), (Vec::new(), Some(0)));
    let findings = report["findings"].as_array().unwrap().iter();
    let lost: Vec<_> = findings.filter(|finding| finding["id"] == "lost").collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(
        (&lost[0]["verdict"], &lost[0]["what"]),
        (&"skipped".into(), &"the page to observe is longer than 32 MiB".into())
    );
}

#[tokio::test]
async fn check_says_that_a_page_did_not_come_in_time() {
    let (output, report) = check(Fault::ShowsHalfAPage).await;
    assert_eq!((found(&report, "fault"), output.status.code()), (vec!["lost".into()], Some(1)));
    let what = "the page to observe is not complete within 5 s";
    assert!(stdout(&output).contains(what), "{report:#}");
}

#[tokio::test]
async fn check_calls_a_url_as_a_browser_would_understand_it() {
    let address = crate::receiver::start(Fault::None).await;
    for (url, verdict) in
        [(format!("http:/{address}/hook"), "held"), (format!("http://{address}/a b"), "fault")]
    {
        let report = json(&run(&["check", &url, "--json"]).await);
        let found = found(&report, verdict);
        assert!(
            ["verification", "delivery"].iter().all(|id| found.iter().any(|f| f == id)),
            "{report:#}"
        );
    }
    let nothing = format!("http:/{address}/a b");
    let inline = run(&["check", "--inline", "token", &nothing, "--json"]).await;
    assert_eq!((inline.status.code(), &json(&inline)["ok"]), (Some(1), &false.into()));
}

#[tokio::test]
async fn check_explains_what_it_finds_and_what_it_could_not_look_at() {
    let address = crate::receiver::start(Fault::AllOrNothing).await;
    let output = run(&["check", &hook(address)]).await;
    let text = stdout(&output);
    let fault = "FAULT    one malformed event does not fail the others [isolation]: null between two \
        events: answered with status 400";
    assert!(text.contains(fault), "{text}");
    assert!(text.contains("why: ") && text.contains("fix: Skip"), "{text}");
    assert!(text.contains("skipped  counts a duplicate once [twice]\n"), "{text}");
    assert_eq!(text.matches("give --observe").count(), 1, "a hint is given once: {text}");
    assert!(text.contains(" 1 fault, "), "{text}");
    assert!(text.contains("it falls short: "), "{text}");
    assert!(!text.contains('\x1b'), "no colours in a pipe");
}

#[tokio::test]
async fn verify_says_what_is_wrong_and_how_to_put_it_right() {
    for (fault, expected) in [
        (Fault::None, "verified"),
        (Fault::EchoesInHeader, "the challenge came back in a header instead of the body"),
        (Fault::WrongJson, "has no member \"verification\""),
        (Fault::LoginPage, "the body is a web page"),
    ] {
        let address = crate::receiver::start(fault).await;
        let output = run(&["verify", &hook(address)]).await;
        let text = stdout(&output);
        assert!(text.contains(expected), "{text}");
        let code = if fault == Fault::None { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(code), "{fault:?}");
        let quoted = usize::from(text.contains("\n  its answer: "));
        let lines = 1 + code as usize + quoted;
        assert_eq!(text.lines().count(), lines, "a fault comes with advice: {text}");
        assert_eq!(quoted == 1, matches!(fault, Fault::WrongJson | Fault::LoginPage), "{text}");
    }
    let address = crate::receiver::start(Fault::None).await;
    let output = run(&["verify", &hook(address), "--secret", "other", "--json"]).await;
    assert_eq!(json(&output)["attempts"][0]["fault"], "refused with status 401");
    let output = run(&["verify", "http://127.0.0.1:1/hook"]).await;
    assert!(stdout(&output).contains("not verified: no answer"), "{output:?}");
    assert!(!stdout(&output).contains("os error"), "{output:?}");
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn a_wrong_command_line_ends_with_2_and_prints_no_secret() {
    for arguments in [
        &["verify"][..],
        &["verify", "not a url"],
        &["verify", "http://localhost/", "--secret", "bad\nhunter2"],
        &["verify", "http://localhost/", "--header", "no name"],
        &["verify", "http://localhost/", "--header", "Basic hunter2"],
        &["verify", "http://127.evil.example/hook"],
        &["send", "http://hooks.example.com/hook"],
        &["check", "http://localhost.evil.example/hook"],
        &["send", "http://localhost/", "--batch", "18446744073709551615"],
        &[
            "check",
            "http://localhost/",
            "--observe",
            "http://localhost/",
            "--observe-seconds",
            "18446744073709551615",
        ],
        &["emulator", "--reset-seconds", "18446744073709551615"],
        &["emulator", "--delay-ms", "18446744073709551615"],
        &["emulator", "--forward", "http://127.evil.example/hook"],
        &["send", "http://localhost/", "--count", "0"],
        &["send", "http://localhost/", "--edit", "--count", "2"],
        &["emulator", "--api-errors", "2"],
        &["unknown"],
    ] {
        let output = run(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {output:?}");
        let told = format!("{output:?}");
        assert!(!told.contains("hunter2") && !told.contains(SECRET), "{told}");
    }
    let help = run(&["check", "--help"]).await;
    assert!(stdout(&help).contains("any language") && help.status.success());
    let help = stdout(&run(&["send", "--help"]).await);
    assert!(help.contains("'user{number}@example.com' --batch 10"), "{help}");
    assert!(help.contains("{number} in it becomes one"), "{help}");
}

#[tokio::test]
async fn send_delivers_and_shows_the_body_where_it_is_asked_to() {
    let address = crate::receiver::start(Fault::None).await;
    let target = ["--type", "user.lifecycle.create", "--target", "jane.doe@example.com"];
    let output = run(&[&["send", &hook(address)], &target[..]].concat()).await;
    let text = stdout(&output);
    assert!(text.starts_with("accepted (204; ") && text.lines().count() == 1, "{text}");
    assert_eq!(shown(address).await, ["jane.doe@example.com"]);
    let output = run(&[&["send", &hook(address), "--show"], &target[..]].concat()).await;
    let text = stdout(&output);
    assert!(text.contains("\"alternateId\": \"jane.doe@example.com\""), "{text}");
    assert!(!text.contains(SECRET), "{text}");

    let refused = stdout(&run(&["send", &hook(address), "--secret", "other"]).await);
    assert!(refused.starts_with("lost: answered with status 401 (401; "), "{refused}");
    assert_eq!(refused.lines().count(), 2, "{refused}");
    assert!(refused.contains("compare --secret and --header"), "{refused}");
    let refused = run(&["send", &hook(address), "--secret", "other", "--json"]).await;
    assert_eq!((json(&refused)["lost"].as_u64(), refused.status.code()), (Some(1), Some(1)));
}

#[tokio::test]
async fn send_makes_many_deliveries_and_sums_them_up() {
    let address = crate::receiver::start(Fault::None).await;
    let many =
        ["--target", "user{number}@example.com", "--batch", "5", "--count", "20", "--shuffle"];
    let twice = ["--rate", "1000", "--duplicate", "--json"];
    let url = hook(address);
    let output = run(&[&["send", &url], &many[..], &twice[..]].concat()).await;
    let summary = json(&output);
    assert_eq!((&summary["accepted"], &summary["statuses"]["204"]), (&40.into(), &40.into()));
    assert!(summary["latencyMs"]["p50"].as_f64() <= summary["latencyMs"]["max"].as_f64());
    let mut users = shown(address).await;
    users.sort();
    users.dedup();
    assert_eq!(users.len(), 100);

    let address = crate::receiver::start(Fault::MarksSeenFirst).await;
    let output = run(&["send", &hook(address), "--count", "3", "--json"]).await;
    let summary = json(&output);
    assert_eq!((&summary["accepted"], &summary["retries"]), (&3.into(), &3.into()));
}

#[cfg(unix)]
#[tokio::test]
async fn send_lets_the_body_be_edited_or_taken_from_a_file() {
    let address = crate::receiver::start(Fault::None).await;
    let url = hook(address);
    // `sed -i …` is an editor with arguments.
    let editor =
        [("EDITOR", "sed -i s/john.doe/edited/g"), ("VISUAL", "sed -i s/john.doe/edited/g")];
    let output = run_with(&["send", &url, "--edit"], &editor).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(shown(address).await, ["edited@example.com"]);
    let failed = run_with(&["send", &url, "--edit"], &[("VISUAL", "false")]).await;
    assert_eq!(failed.status.code(), Some(1));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body.json");
    let body = r#"{"eventId":"f1","data":{"events":[{"uuid":"f1","eventType":"user.lifecycle.create",
        "target":[{"alternateId":"file@example.com"}]}]}}"#;
    std::fs::write(&file, body).unwrap();
    let output = run(&["send", &url, "--file", file.to_str().unwrap()]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(shown(address).await[1..], ["file@example.com"]);
}

#[tokio::test]
async fn replay_makes_recorded_calls_again_as_they_were_or_changed() {
    let address = crate::receiver::start(Fault::None).await;
    let call = |value: &str, uuid: &str| {
        let body = serde_json::json!({ "eventId": uuid, "data": { "events": [{
            "uuid": uuid, "eventType": "user.lifecycle.create",
            "target": [{ "alternateId": "john.doe@example.com" }],
        }]}});
        serde_json::json!({ "id": 7, "request": {
            "method": "POST", "url": hook(address), "body": body.to_string(),
            "headers": [{ "name": "authorization", "value": value, "secret": true }],
        }})
    };
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, json: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, json).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let array = file("array.json", &Value::from(vec![call(SECRET, "u1")]).to_string());
    let masked = file("lines.json", &format!("{}\n{}\n", call("••••", "u2"), call("••••", "u3")));
    let plain = run_with(&["replay", &array], &[]).await;
    assert!(plain.status.success(), "{plain:?}");
    let text = stdout(&plain);
    let line = "204 call 7, user.lifecycle.create john.doe@example.com: POST http://";
    assert!(text.starts_with(line) && text.contains("With --new-ids they are new"), "{text}");
    let changed = ["replay", &masked, "--replace", "john.doe=jane.doe", "--json"];
    assert_eq!(json(&run(&changed).await)["accepted"], 2);
    let jane = "jane.doe@example.com";
    assert_eq!(shown(address).await, ["john.doe@example.com", jane, jane]);

    // The receiver has seen these ids: only with others it is something new.
    let again = |more: &'static [&'static str]| {
        let array = array.clone();
        async move { run(&[&["replay", &array][..], more].concat()).await }
    };
    again(&[]).await;
    again(&["--replace", "john.doe=jim.doe", "--same-ids"]).await;
    assert_eq!(shown(address).await.len(), 3);
    again(&["--new-ids"]).await;
    again(&["--replace", "john.doe=jim.doe"]).await;
    assert_eq!(shown(address).await[3..], ["john.doe@example.com", "jim.doe@example.com"]);

    let without = tokio::process::Command::new(PROGRAM)
        .args(["replay", &masked])
        .env_remove("OKTA_HOOK_SECRET")
        .output()
        .await
        .unwrap();
    assert_eq!(without.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&without.stderr)
            .contains("call 1: the header authorization is masked")
    );
    let evil = run(&["replay", &array, "--to", "http://127.evil.example/"]).await;
    assert!(
        String::from_utf8_lossy(&evil.stderr).contains("call 1: the secret would go unencrypted")
    );
    let elsewhere = run(&["replay", &array, "--to", "http://127.0.0.1:1/"]).await;
    assert_eq!(elsewhere.status.code(), Some(1));
    assert_eq!(run(&["replay", &file("empty.json", "")]).await.status.code(), Some(1));
}

/// What the receiver shows on its page.
async fn shown(address: SocketAddr) -> Vec<String> {
    let answer = tokio::task::spawn_blocking(move || {
        okta_hooks_testing::http::Request::new("GET", "/users")
            .send(address)
            .expect("it answers")
            .text()
    });
    answer.await.unwrap().lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[tokio::test]
async fn send_that_is_interrupted_prints_what_became_of_the_rest() {
    let address = crate::receiver::start(Fault::None).await;
    let child = tokio::process::Command::new(PROGRAM)
        .args(["send", &hook(address), "--count", "1000000"])
        .env("OKTA_HOOK_SECRET", SECRET)
        .env_remove("OKTA_HOOK_HEADER")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(15);
    while shown(address).await.is_empty() && std::time::Instant::now() < deadline {}
    let process = child.id().unwrap().to_string();
    std::process::Command::new("kill").args(["-INT", &process]).status().unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("accepted"), "{output:?}");
}

#[tokio::test]
async fn an_empty_setting_is_said_to_be_empty_in_one_line_with_what_to_do() {
    let url = "http://127.0.0.1:1/hook";
    for arguments in
        [&["verify", url][..], &["send", url], &["check", url], &["replay", "none.json"]]
    {
        for (name, told) in [
            ("OKTA_HOOK_SECRET", "OKTA_HOOK_SECRET or --secret is empty: set it to the secret"),
            ("OKTA_HOOK_HEADER", "OKTA_HOOK_HEADER or --header is empty: set it to the name"),
        ] {
            let output = run_with(arguments, &[(name, "")]).await;
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(error.starts_with(told) && error.lines().count() == 1, "{arguments:?} {error}");
            assert_eq!(output.status.code(), Some(2));
        }
    }
}
