//! The sync demo with an org: profiles and gap repair. Real processes, a real database, and a
//! stand-in for Okta that is a real server.

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::time::Instant;

use crate::support::okta_org::{
    API_TOKEN, App, CLIENT_ID, EC_KEY, LOGS, OktaOrg, RSA_KEY, Recorded, Reply, TOKENS, USERS,
    seconds,
};
use crate::support::process::PROGRAM;
use crate::support::sync::{SECRET, Sync, database, event, eventually, query};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use tempfile::TempDir;

const KEY_ID: &str = "key-2026";
pub(crate) const JANE: &str = "00u9kq3f7TzWmXb2a5d7";
pub(crate) const JOHN: &str = "00u1hn3f7TzWmXb2a5d7";
const JANES: &str = "/api/v1/users/00u9kq3f7TzWmXb2a5d7";
const JOHNS: &str = "/api/v1/users/00u1hn3f7TzWmXb2a5d7";
pub(crate) const CREATE: &str = "user.lifecycle.create";
pub(crate) const UPDATE: &str = "user.account.update_profile";
pub(crate) const THEN: &str = "2026-01-01T00:00:00.000Z";

/// What must be in no line that the process writes: tokens, keys, assertions, and the texts of
/// Okta's errors, which quote what was sent.
const SECRETS: [&str; 7] =
    [API_TOKEN, "granted-", SECRET, "PRIVATE KEY", "eyJ", "jane.secret", "Name in an event"];

/// An org, and a directory for the sync.
pub(crate) struct Stage {
    pub(crate) org: OktaOrg,
    pub(crate) directory: TempDir,
}

impl Stage {
    /// An org with Jane, John and an API token.
    pub(crate) fn new() -> Self {
        let org = OktaOrg::start();
        org.lock().api_token = Some(API_TOKEN.to_owned());
        org.lock().users.insert(JANE.to_owned(), user(JANE, "ACTIVE", "Jane"));
        org.lock().users.insert(JOHN.to_owned(), user(JOHN, "ACTIVE", "John"));
        Self { org, directory: tempfile::tempdir().expect("a directory can be made") }
    }

    pub(crate) fn start(&self) -> Sync {
        self.start_with(&[("okta_key", API_TOKEN)])
    }

    /// With gap repair only at the start, if the settings do not say otherwise.
    fn start_with(&self, settings: &[(&str, &str)]) -> Sync {
        let org = [("okta_url", &*self.org.url), ("GAP_REPAIR_SECONDS", "86400")];
        Sync::start(self.directory.path(), &[&org, settings].concat())
    }

    /// Gap repair every second.
    pub(crate) fn start_to_repair(&self) -> Sync {
        self.start_with(&[("okta_key", API_TOKEN), ("GAP_REPAIR_SECONDS", "1")])
    }

    /// As the app whose key this is.
    fn start_as_app(&self, key: &str, key_id: Option<&str>) -> Sync {
        fs::write(self.directory.path().join("key.pem"), key).expect("a file can be written");
        let app = [("OKTA_CLIENT_ID", CLIENT_ID), ("OKTA_PRIVATE_KEY", "key.pem")];
        let key_id = key_id.map(|id| ("OKTA_KEY_ID", id));
        self.start_with(&app.into_iter().chain(key_id).collect::<Vec<_>>())
    }

    /// Waits until this many requests have been made to a path.
    #[track_caller]
    pub(crate) fn wait_for_requests(&self, path: &str, count: usize) -> Vec<Recorded> {
        eventually(&format!("{count} requests to {path}"), || {
            Some(self.org.requests(path)).filter(|requests| requests.len() >= count)
        })
    }
}

pub(crate) fn user(id: &str, status: &str, name: &str) -> Value {
    let email = format!("{}@example.com", name.to_lowercase());
    json!({
        "id": id,
        "status": status,
        "profile": {"login": email, "email": email, "firstName": name, "lastName": "Doe"},
    })
}

/// `count` events in the System Log of the last minutes, with uuids from `log-0`.
fn logged(count: usize) -> Vec<Value> {
    let start = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(30);
    let event = |nth: usize| {
        let published = start + jiff::SignedDuration::from_millis(nth as i64);
        event(&format!("log-{nth}"), "user.session.start", JOHN, &published.to_string())
    };
    (0..count).map(event).collect()
}

/// Ends it in order; checks that nothing secret was written meanwhile.
#[track_caller]
pub(crate) fn end(sync: Sync) -> String {
    let (status, output) = sync.terminate();
    assert!(status.success(), "{output}");
    assert_no_secret(&output);
    output
}

#[track_caller]
fn assert_no_secret(output: &str) {
    for secret in SECRETS {
        assert!(!output.contains(secret), "{secret} is in: {output}");
    }
}

#[test]
fn a_created_users_profile_is_fetched_with_the_api_token() {
    let stage = Stage::new();
    let sync = stage.start();
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    sync.assert_user(JANE, "firstName", "Jane");
    let jane = sync.user(JANE).unwrap();
    let expected = [
        ("login", "jane@example.com"),
        ("email", "jane@example.com"),
        ("lastName", "Doe"),
        ("displayName", "Name in an event"),
        ("status", "ACTIVE"),
        ("lastEvent", CREATE),
    ];
    for (member, value) in expected {
        assert_eq!(jane[member], value, "{member}");
    }
    sync.assert_count("refreshBacklog", 0);
    let requests = stage.org.requests(USERS);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("authorization"), Some(&*format!("SSWS {API_TOKEN}")));
    assert_eq!(requests[0].path, format!("{USERS}{JANE}"));
    end(sync);
}

#[test]
fn a_created_users_profile_is_fetched_by_a_service_app_with_either_kind_of_key() {
    for (algorithm, key, key_id) in
        [(Algorithm::RS256, RSA_KEY, Some(KEY_ID)), (Algorithm::ES256, EC_KEY, None)]
    {
        let stage = Stage::new();
        stage.org.lock().api_token = None;
        stage.org.lock().app = Some(App { key_id, ..App::new(algorithm) });
        let sync = stage.start_as_app(key, key_id);
        assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
        sync.assert_user(JANE, "firstName", "Jane");
        assert_eq!(sync.deliver(&[event("2", CREATE, JOHN, THEN)]), 204);
        sync.assert_user(JOHN, "firstName", "John");
        assert_eq!(stage.org.requests(TOKENS).len(), 1, "the token is kept");
        for request in stage.org.requests("/api/v1/") {
            assert_eq!(request.header("authorization"), Some("Bearer granted-1"));
        }
        end(sync);
    }
}

#[test]
fn a_token_that_okta_no_longer_takes_is_replaced() {
    let stage = Stage::new();
    stage.org.lock().app = Some(App::new(Algorithm::ES256));
    let sync = stage.start_as_app(EC_KEY, None);
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    sync.assert_user(JANE, "firstName", "Jane");
    stage.org.revoke_tokens();
    assert_eq!(sync.deliver(&[event("2", CREATE, JOHN, THEN)]), 204);
    sync.assert_user(JOHN, "firstName", "John");
    assert_eq!(stage.org.requests(TOKENS).len(), 2);
    end(sync);
}

#[test]
fn a_token_that_is_about_to_end_is_replaced_before_okta_refuses_it() {
    let stage = Stage::new();
    let app = App { token_life: 2, ..App::new(Algorithm::ES256) };
    stage.org.lock().app = Some(app);
    let sync = stage.start_as_app(EC_KEY, None);
    // Half of such a token's life is a second.
    eventually("a token is replaced", || {
        let events = stage.org.requests(USERS).len();
        let uuid = format!("event-{events}");
        assert_eq!(sync.deliver(&[event(&uuid, CREATE, JANE, THEN)]), 204);
        stage.wait_for_requests(USERS, events + 1);
        (stage.org.requests(TOKENS).len() >= 3).then_some(())
    });
    end(sync);
}

#[test]
fn only_okta_says_that_a_user_is_deleted() {
    let stage = Stage::new();
    stage.org.lock().users.remove(JANE);
    // From a proxy, or for a path that the org does not have.
    stage.org.instead(JOHNS, Reply::error(404, "E0000008"));
    let sync = stage.start();
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    sync.assert_user(JANE, "status", "DELETED");
    assert_eq!(sync.deliver(&[event("2", CREATE, JOHN, THEN)]), 204);
    sync.assert_logged("status 404, code E0000008");
    assert_eq!(sync.user(JOHN).unwrap()["status"], "STAGED");
    sync.assert_count("refreshBacklog", 1);
    end(sync);
}

#[test]
fn a_deactivated_user_is_what_okta_says_even_if_the_event_that_said_so_got_lost() {
    let stage = Stage::new();
    let sync = stage.start();
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    sync.assert_user(JANE, "status", "ACTIVE");
    stage.org.lock().users.insert(JANE.to_owned(), user(JANE, "DEPROVISIONED", "Jane"));
    assert_eq!(sync.deliver(&[event("2", UPDATE, JANE, THEN)]), 204);
    sync.assert_user(JANE, "status", "DEPROVISIONED");
    end(sync);
}

#[test]
fn okta_has_the_last_word_whatever_the_clocks_say() {
    let stage = Stage::new();
    let sync = stage.start();
    // Okta's clock is ahead of this machine's, which must not make its own answer look old.
    let ahead = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1)).to_string();
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, &ahead)]), 204);
    sync.assert_user(JANE, "firstName", "Jane");
    sync.assert_user(JANE, "status", "ACTIVE");
    stage.org.lock().users.insert(JANE.to_owned(), user(JANE, "PROVISIONED", "Janet"));
    assert_eq!(sync.deliver(&[event("2", UPDATE, JANE, THEN)]), 204);
    sync.assert_user(JANE, "firstName", "Janet");
    sync.assert_user(JANE, "status", "PROVISIONED");
    // An event after the answer counts again.
    let later = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2)).to_string();
    stage.org.lock().hold = Some(USERS);
    assert_eq!(sync.deliver(&[event("3", "user.lifecycle.suspend", JANE, &later)]), 204);
    sync.assert_user(JANE, "status", "SUSPENDED");
    stage.org.lock().hold = None;
    end(sync);
}

#[test]
fn a_rate_limit_is_waited_for_until_it_is_reset() {
    let stage = Stage::new();
    let reset = seconds() + 3;
    let limited = Reply::error(429, "E0000047")
        .header("x-rate-limit-limit", "600")
        .header("x-rate-limit-remaining", "0")
        .header("x-rate-limit-reset", reset.to_string());
    stage.org.instead(USERS, limited);
    let sync = stage.start();
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    stage.wait_for_requests(USERS, 1);
    // Meanwhile the hook goes on, and nobody else is asked for.
    assert_eq!(sync.deliver(&[event("2", CREATE, JOHN, THEN)]), 204);
    sync.assert_user(JANE, "firstName", "Jane");
    sync.assert_user(JOHN, "firstName", "John");
    let requests = stage.org.requests(USERS);
    assert_eq!(requests.len(), 3);
    for request in &requests[1..] {
        assert!(request.at >= reset, "{} is before {reset}", request.at);
    }
    let output = end(sync);
    assert!(output.contains("status 429, code E0000047"), "{output}");
}

#[test]
fn too_many_requests_at_once_are_tried_again_without_regard_to_a_reset_time() {
    let stage = Stage::new();
    let limited = Reply::error(429, "E0000047")
        .header("x-rate-limit-limit", "0")
        .header("x-rate-limit-remaining", "0")
        .header("x-rate-limit-reset", (seconds() + 86_400).to_string());
    stage.org.instead(USERS, limited);
    let sync = stage.start();
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    sync.assert_user(JANE, "firstName", "Jane");
    assert_eq!(stage.org.requests(USERS).len(), 2);
    end(sync);
}

#[test]
fn a_server_error_is_tried_again_and_holds_up_nobody_else() {
    let stage = Stage::new();
    for _ in 0..2 {
        stage.org.instead(JANES, Reply::error(500, "E0000009"));
    }
    let sync = stage.start();
    let both = [event("1", CREATE, JANE, THEN), event("2", CREATE, JOHN, THEN)];
    assert_eq!(sync.deliver(&both), 204);
    sync.assert_user(JOHN, "firstName", "John");
    assert_eq!(sync.user(JANE).unwrap()["firstName"], Value::Null);
    sync.assert_user(JANE, "firstName", "Jane");
    assert_eq!(stage.org.requests(USERS).len(), 4);
    let output = end(sync);
    assert!(output.contains("status 500, code E0000009"), "{output}");
}

#[test]
fn while_okta_gives_no_profile_it_is_asked_less_and_less_often() {
    let stage = Stage::new();
    // 503 for one user after the other.
    for _ in 0..100 {
        stage.org.instead(USERS, Reply::error(503, "E0000009"));
    }
    let sync = stage.start();
    let events: Vec<_> = (10..60)
        .map(|n| event(&n.to_string(), CREATE, &format!("00u{n}n3f7TzWmXb2a5d7"), THEN))
        .collect();
    assert_eq!(sync.deliver(&events), 204);
    stage.wait_for_requests(USERS, 1);
    std::thread::sleep(std::time::Duration::from_secs(4));
    // After 0.2, 0.4, 0.8 and 1.6 seconds, and not five times in each.
    let asked = stage.org.requests(USERS).len();
    assert!((3..=6).contains(&asked), "{asked}");
    end(sync);
}

#[test]
fn an_org_that_cannot_be_reached_is_asked_again() {
    let stage = Stage::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = format!("http://{nobody}");
    let settings = [("okta_url", &*nowhere), ("okta_key", API_TOKEN)];
    let sync = stage.start_with(&settings);
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    sync.assert_logged("user request: no connection");
    sync.assert_logged("System Log request: no connection");
    end(sync);
    let sync = stage.start();
    sync.assert_user(JANE, "firstName", "Jane");
    end(sync);
}

#[test]
fn a_wrong_token_is_said_and_the_hook_goes_on() {
    let stage = Stage::new();
    stage.org.lock().api_token = Some("another".to_owned());
    let sync = stage.start();
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    sync.assert_logged("user request: status 401, code E0000011, the token is wrong");
    sync.assert_logged("System Log request: status 401, code E0000011, the token is wrong");
    assert_eq!(sync.deliver(&[event("2", CREATE, JOHN, THEN)]), 204);
    assert_eq!(sync.user(JOHN).unwrap()["status"], "STAGED");
    sync.assert_count("refreshBacklog", 2);
    assert_eq!(stage.org.requests(USERS).len(), 1, "nobody else is asked for with it");
    end(sync);
}

#[test]
fn a_user_whom_we_may_not_see_holds_up_nobody_else() {
    let stage = Stage::new();
    // As with an admin role for some groups only.
    stage.org.instead(JANES, Reply::error(403, "E0000006"));
    let sync = stage.start();
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    sync.assert_logged("status 403, code E0000006");
    assert_eq!(sync.deliver(&[event("2", CREATE, JOHN, THEN)]), 204);
    sync.assert_user(JOHN, "firstName", "John");
    sync.assert_count("refreshBacklog", 1);
    end(sync);
}

#[test]
fn after_users_whom_we_may_not_see_one_failure_is_still_the_first() {
    let stage = Stage::new();
    for _ in 0..6 {
        stage.org.instead(USERS, Reply::error(403, "E0000006"));
    }
    stage.org.instead(USERS, Reply::error(503, "E0000009"));
    let sync = stage.start();
    let events: Vec<_> = (10..18)
        .map(|n| event(&n.to_string(), CREATE, &format!("00u{n}n3f7TzWmXb2a5d7"), THEN))
        .collect();
    assert_eq!(sync.deliver(&events), 204);
    stage.wait_for_requests(USERS, 7);
    let failed = Instant::now();
    stage.wait_for_requests(USERS, 8);
    // After 0.2 seconds; it would be 12.8 if all seven counted.
    assert!(failed.elapsed().as_secs() < 6, "{:?}", failed.elapsed());
    end(sync);
}

#[test]
fn many_events_of_one_user_cause_few_requests_while_okta_is_slow() {
    let stage = Stage::new();
    stage.org.lock().hold = Some(USERS);
    let sync = stage.start();
    for nth in 0..100 {
        assert_eq!(sync.deliver(&[event(&nth.to_string(), UPDATE, JANE, THEN)]), 204);
        stage.wait_for_requests(USERS, 1);
    }
    sync.assert_count("refreshBacklog", 1);
    stage.org.lock().hold = None;
    sync.assert_user(JANE, "firstName", "Jane");
    sync.assert_count("refreshBacklog", 0);
    // The one that was under way, and one for all that came after.
    assert_eq!(stage.org.requests(USERS).len(), 2);
    end(sync);
}

#[test]
fn a_change_during_a_request_is_asked_for_again() {
    let stage = Stage::new();
    stage.org.lock().hold = Some(USERS);
    let sync = stage.start();
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    stage.wait_for_requests(USERS, 1);
    // The answer is made already, without this.
    stage.org.lock().users.insert(JANE.to_owned(), user(JANE, "ACTIVE", "Janet"));
    assert_eq!(sync.deliver(&[event("2", UPDATE, JANE, THEN)]), 204);
    stage.org.lock().hold = None;
    sync.assert_user(JANE, "firstName", "Janet");
    assert_eq!(stage.org.requests(USERS).len(), 2);
    end(sync);
}

#[test]
fn the_work_list_survives_a_kill_in_the_middle() {
    let stage = Stage::new();
    stage.org.lock().hold = Some(USERS);
    let sync = stage.start();
    let both = [event("1", CREATE, JANE, THEN), event("2", CREATE, JOHN, THEN)];
    assert_eq!(sync.deliver(&both), 204);
    stage.wait_for_requests(USERS, 1);
    assert_no_secret(&sync.kill());
    stage.org.lock().hold = None;
    let sync = stage.start();
    sync.assert_user(JANE, "firstName", "Jane");
    sync.assert_user(JOHN, "firstName", "John");
    sync.assert_count("refreshBacklog", 0);
    end(sync);
}

#[test]
fn what_the_hook_never_got_is_read_at_the_start() {
    let stage = Stage::new();
    let sync = stage.start();
    stage.wait_for_requests(LOGS, 1);
    let log = logged(3);
    assert_eq!(sync.deliver(&log[..1]), 204);
    end(sync);
    let suspended =
        event("s", "user.lifecycle.suspend", JANE, log[2]["published"].as_str().unwrap());
    stage.org.lock().hold = Some(USERS);
    stage.org.lock().log = [&log[..], &[suspended]].concat();
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 3);
    let expected =
        [("log-0", "hook"), ("log-1", "gap repair"), ("log-2", "gap repair"), ("s", "gap repair")];
    assert_eq!(sync.events(), expected.map(|(uuid, origin)| (uuid.to_owned(), origin.to_owned())));
    assert_eq!(sync.user(JANE).unwrap()["status"], "SUSPENDED", "it does what the hook would");
    assert_eq!(sync.count("duplicates"), 1);
    stage.org.lock().hold = None;
    sync.assert_user(JANE, "firstName", "Jane");
    let metrics = sync.get("/metrics").text();
    assert!(metrics.contains("\nokta_sync_from_system_log_total 3\n"), "{metrics}");
    end(sync);
}

#[test]
fn what_the_hook_never_got_is_read_while_it_runs() {
    let stage = Stage::new();
    let sync = stage.start_to_repair();
    stage.wait_for_requests(LOGS, 2);
    let log = logged(2);
    assert_eq!(sync.deliver(&log[..1]), 204);
    stage.org.lock().log = log.clone();
    sync.assert_count("fromSystemLog", 1);
    // Okta's second try, or a slow hook: late, and nothing new.
    assert_eq!(sync.deliver(&log), 204);
    assert_eq!(sync.count("events"), 2);
    assert_eq!(sync.count("fromSystemLog"), 1);
    let asked = stage.org.requests(LOGS).len();
    stage.wait_for_requests(LOGS, asked + 2);
    assert_eq!(sync.count("duplicates"), 3, "what was read is not read again");
    end(sync);
}

#[test]
fn the_system_log_does_not_hide_that_the_hook_is_silent() {
    let stage = Stage::new();
    let sync = stage.start_to_repair();
    let since_last = |sync: &Sync| {
        let metrics = sync.get("/metrics").text();
        let name = "okta_sync_seconds_since_last_event ";
        let line = metrics.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        line.and_then(|seconds| seconds.parse::<u64>().ok()).expect("a number from the start on")
    };
    eventually("it grows from the start on", || (since_last(&sync) >= 2).then_some(()));
    let log = logged(2);
    stage.org.lock().log = log.clone();
    sync.assert_count("fromSystemLog", 2);
    assert!(since_last(&sync) >= 2);
    assert_eq!(sync.json("/status")["secondsSinceLastEvent"], Value::Null);
    // The hook is late, and alive.
    let delivered = Instant::now();
    assert_eq!(sync.deliver(&log[..1]), 204);
    assert!(since_last(&sync) <= delivered.elapsed().as_secs());
    assert!(sync.count("secondsSinceLastEvent") <= delivered.elapsed().as_secs());
    end(sync);
}

#[test]
fn all_pages_are_read_at_once_and_none_twice() {
    let stage = Stage::new();
    stage.org.lock().log = logged(2_500);
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 2_500);
    assert_eq!(sync.count("duplicates"), 0);
    let paths = stage.org.requests(LOGS).into_iter().map(|request| request.path);
    let paths: Vec<_> = paths.collect();
    assert!(paths[0].contains("since=") && paths[0].contains("limit=1000"), "{}", paths[0]);
    let rest = ["/api/v1/logs?after=1000&limit=1000", "/api/v1/logs?after=2000&limit=1000"];
    assert_eq!(paths[1..], rest);
    end(sync);
}

#[test]
fn a_kill_between_two_pages_costs_nothing() {
    let stage = Stage::new();
    stage.org.lock().log = logged(2_500);
    stage.org.lock().hold = Some("after=1000");
    let sync = stage.start();
    stage.wait_for_requests("/api/v1/logs?after=1000", 1);
    sync.assert_count("events", 1_000);
    assert_no_secret(&sync.kill());
    let asked = stage.org.requests(LOGS).len();
    stage.org.lock().hold = None;
    let sync = stage.start();
    sync.assert_count("events", 2_500);
    assert_eq!(sync.count("fromSystemLog"), 1_500);
    assert_eq!(sync.count("duplicates"), 0);
    let requests = stage.org.requests(LOGS);
    assert_eq!(requests[asked].path, "/api/v1/logs?after=1000&limit=1000");
    end(sync);
    let file = database(stage.directory.path());
    assert_eq!(query::<String>(&file, "PRAGMA integrity_check"), "ok");
    assert_eq!(query::<i64>(&file, "SELECT count(DISTINCT uuid) FROM events"), 2_500);
}

#[test]
fn what_is_no_event_in_a_page_goes_to_the_dead_letters_once() {
    let stage = Stage::new();
    let [first, second] = &logged(2)[..] else { panic!("two events") };
    stage.org.lock().log = vec![first.clone(), json!("odd"), second.clone()];
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 2);
    let letters = sync.json("/dead-letters");
    assert_eq!(letters.as_array().unwrap().len(), 1, "{letters}");
    assert_eq!(letters[0]["reason"], "expected an object");
    assert_eq!(letters[0]["path"], "system log");
    assert_eq!(letters[0]["bytes"], 5);
    end(sync);
    let file = database(stage.directory.path());
    let raw: String = query(&file, "SELECT CAST(raw AS TEXT) FROM dead_letters");
    assert_eq!(raw, "\"odd\"");
}

#[test]
fn the_system_log_is_asked_again_after_an_error() {
    let stage = Stage::new();
    stage.org.lock().log = logged(2);
    let reset = seconds() + 2;
    let limited = Reply::error(429, "E0000047")
        .header("x-rate-limit-limit", "50")
        .header("x-rate-limit-remaining", "0")
        .header("x-rate-limit-reset", reset.to_string());
    stage.org.instead(LOGS, limited);
    stage.org.instead(LOGS, Reply::error(500, "E0000009"));
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 2);
    let requests = stage.org.requests(LOGS);
    assert_eq!(requests.len(), 3);
    assert!(requests[1].at >= reset, "{} is before {reset}", requests[1].at);
    let output = end(sync);
    assert!(output.contains("System Log request: status 500, code E0000009"), "{output}");
}

#[test]
fn a_cursor_that_okta_no_longer_takes_is_replaced() {
    let stage = Stage::new();
    stage.org.lock().log = logged(2);
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 2);
    end(sync);
    stage.org.lock().log = logged(3);
    stage.org.instead("/api/v1/logs?after=2", Reply::error(400, "E0000053"));
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 1);
    assert_eq!(sync.count("duplicates"), 2);
    let output = end(sync);
    assert!(output.contains("System Log request: status 400, code E0000053"), "{output}");
}

#[test]
fn a_full_page_without_a_next_one_is_not_read_over_and_over() {
    let stage = Stage::new();
    let log = Value::from(logged(1_000)).to_string();
    // Something on the way has dropped the links.
    stage.org.instead(LOGS, Reply::new(200, log));
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 1_000);
    sync.assert_logged("the System Log does not say where it goes on");
    assert_eq!(stage.org.requests(LOGS).len(), 1);
    end(sync);
}

#[test]
fn another_org_than_before_is_read_from_its_own_start() {
    let stage = Stage::new();
    stage.org.lock().log = logged(1);
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 1);
    end(sync);
    let other = OktaOrg::start();
    other.lock().api_token = Some(API_TOKEN.to_owned());
    other.lock().log = logged(2);
    let settings = [("okta_url", &*other.url), ("okta_key", API_TOKEN)];
    let sync = stage.start_with(&settings);
    sync.assert_count("fromSystemLog", 1);
    assert!(other.requests(LOGS)[0].path.contains("since="));
    end(sync);
}

#[test]
fn a_repair_without_a_pause_is_refused() {
    let stage = Stage::new();
    let output = Command::new("timeout")
        .arg("20")
        .arg(PROGRAM)
        .current_dir(stage.directory.path())
        .envs([("GAP_REPAIR_SECONDS", "0"), ("LISTEN", "127.0.0.1:0"), ("PAGES", "127.0.0.1:0")])
        .output()
        .expect("an example starts");
    assert_eq!(output.status.code(), Some(2));
    let line = "GAP_REPAIR_SECONDS: expected a number of seconds, 1 or more\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), line);
}
