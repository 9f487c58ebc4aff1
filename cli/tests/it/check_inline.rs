//! `check --inline` as a real process, against real receivers.

use std::net::SocketAddr;
use std::process::Output;

use okta_hooks::inline::HookType;
use serde_json::Value;

use crate::PROGRAM;
use crate::inline_receiver::{Fault, start, start_with_hook_type};
use crate::receiver::SECRET;

async fn run(kind: &str, fault: Fault, more: &[&str]) -> Output {
    let output = check(kind, start(fault).await, more).await;
    assert!(!format!("{output:?}").contains("xxxx"), "{fault:?}: what was answered is not printed");
    output
}

async fn check(kind: &str, receiver: SocketAddr, more: &[&str]) -> Output {
    let url = format!("http://{receiver}/hook");
    let output = tokio::process::Command::new(PROGRAM)
        .args(["check", "--inline", kind, &url])
        .args(more)
        .env("OKTA_HOOK_SECRET", SECRET)
        .env_remove("OKTA_HOOK_HEADER")
        .output()
        .await
        .expect("it runs");
    assert!(!format!("{output:?}").contains(SECRET), "{receiver}: the secret is not printed");
    output
}

/// The ids of what fell short, in the order of the checks; a busy machine may be slow.
fn fell_short(output: &Output) -> (Vec<String>, Value) {
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output:?}"));
    let findings = report["findings"].as_array().expect("findings");
    let is_one = |finding: &&Value| {
        matches!(finding["verdict"].as_str(), Some("fault" | "advice")) && finding["id"] != "slow"
    };
    let ids = findings.iter().filter(is_one).map(|finding| finding["id"].as_str().unwrap());
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    let has_fault = findings.iter().any(|finding| finding["verdict"] == "fault");
    assert_eq!(report["ok"], !has_fault, "{report:#}");
    assert_eq!(output.status.code(), Some(i32::from(has_fault)));
    (ids, report)
}

macro_rules! names {
    ($($test:ident: $kind:literal $fault:ident => $faults:expr,)*) => {$(
        #[tokio::test]
        async fn $test() {
            let (found, report) = fell_short(&run($kind, Fault::$fault, &["--json"]).await);
            assert_eq!(found, $faults, "{report:#}");
        }
    )*};
}

const NO_FAULT: [&str; 0] = [];

names! {
    check_finds_nothing_in_right_answers_about_tokens: "token" None => NO_FAULT,
    check_finds_nothing_in_right_answers_about_assertions: "saml" None => NO_FAULT,
    check_finds_nothing_in_right_answers_about_registrations: "registration" None => NO_FAULT,
    check_finds_nothing_in_right_answers_about_passwords: "password-import" None => NO_FAULT,
    check_finds_nothing_in_right_answers_about_imports: "user-import" None => NO_FAULT,
    check_finds_nothing_in_right_answers_about_messages: "telephony" None => NO_FAULT,
    check_names_a_receiver_of_inline_hooks_that_accepts_any_secret:
        "registration" AcceptsAnySecret =>
            ["auth-missing", "auth-wrong", "auth-almost", "auth-doubled"],
    check_names_another_secret: "saml" ExpectsAnotherSecret => ["secret"],
    check_names_requests_without_limit: "saml" NoBodyLimit => ["body-limit"],
    check_names_a_content_type_of_a_request_compared_as_a_whole:
        "saml" ExactContentType => ["content-type"],
    check_names_an_answer_that_comes_after_four_seconds: "token" FourSeconds => ["too-slow"],
    check_names_a_redirect_of_an_inline_hook: "token" Redirects => ["redirect"],
    check_names_a_web_page_with_status_200: "token" Html => ["answer"],
    check_names_an_answer_of_more_than_256_kb: "token" TooLong => ["answer"],
    check_names_an_error_that_is_null: "token" NullError => ["null"],
    check_names_null_within_a_claim: "token" NullClaim => ["null"],
    check_names_a_command_of_another_name: "registration" WrongCommand => ["command"],
    check_names_an_array_where_an_object_belongs: "registration" ArrayForObject => ["shape"],
    check_names_an_object_where_an_array_belongs: "token" ObjectForArray => ["shape"],
    check_names_a_reserved_claim: "token" ReservedClaim => ["reserved-claim"],
    check_names_a_lifetime_below_five_minutes: "token" ShortLifetime => ["lifetime"],
    check_names_the_replacement_of_what_is_not_there:
        "token" ReplacesWhatIsNotThere => ["operation"],
    check_names_a_patch_of_a_token_that_is_not_asked_for:
        "token" PatchesWhatIsNotAskedFor => ["operation"],
    check_names_a_command_beside_an_error: "token" CommandBesideError => ["error"],
    check_names_a_link_without_a_user: "user-import" LinksWithoutUser => ["command"],
    check_names_a_receiver_that_verifies_everybody:
        "password-import" VerifiesEverybody => ["any-password"],
    check_names_204_where_only_200_counts: "telephony" NothingForTelephony => ["answer"],
    check_names_a_status_that_okta_does_not_know: "telephony" UnknownStatus => ["shape"],
}

#[tokio::test]
async fn check_takes_a_fallback_for_an_answer_to_what_was_not_read() {
    for (kind, hook_type) in [
        ("token", HookType::TOKEN),
        ("saml", HookType::SAML),
        ("registration", HookType::REGISTRATION),
        ("password-import", HookType::PASSWORD_IMPORT),
        ("user-import", HookType::USER_IMPORT),
        ("telephony", HookType::TELEPHONY),
    ] {
        let receiver = start_with_hook_type(hook_type).await;
        // Small enough to be sent whole: hanging up within a body can lose the answer.
        let output = check(kind, receiver, &["--json", "--large", "5000"]).await;
        let (found, report) = fell_short(&output);
        assert_eq!((found, output.status.code()), (vec!["body-limit".to_owned()], Some(0)));
        let findings = report["findings"].as_array().unwrap().iter();
        let limit: Vec<_> = findings.filter(|finding| finding["id"] == "body-limit").collect();
        let what = "a body of 0.0 MiB: answered 2xx: it either read it all, or sent its fallback";
        assert_eq!((limit.len(), &limit[0]["what"]), (1, &what.into()), "{kind}");
    }
}

#[tokio::test]
async fn check_names_commands_in_answer_to_what_is_not_a_request() {
    let fault = run("registration", Fault::AllowsWhatItCannotRead, &["--json"]).await;
    let (found, report) = fell_short(&fault);
    assert_eq!((found, &report["ok"]), (vec!["bad-json".to_owned()], &true.into()));
}

#[tokio::test]
async fn check_says_where_an_answer_is_wrong_what_okta_does_then_and_how_to_mend_it() {
    let output = run("registration", Fault::ArrayForObject, &[]).await;
    let text = String::from_utf8(output.stdout).expect("output is UTF-8");
    let fault = "FAULT    sends values of the shape that Okta expects [shape]: as usual: \
        /commands/0/value: expected an object, so it goes on unchanged; and 6 more like it\n";
    assert!(text.contains(fault), "{text}");
    assert!(text.contains("why: The value of a patch") && text.contains("fix: Build"), "{text}");
    assert!(text.contains("it falls short: 19 held, 1 fault, "), "{text}");
}

#[tokio::test]
async fn check_of_an_unknown_type_of_inline_hook_ends_with_2() {
    for arguments in [
        &["check", "--inline", "tokens", "http://127.0.0.1:1/hook"][..],
        &[
            "check",
            "--inline",
            "saml",
            "http://127.0.0.1:1/hook",
            "--observe",
            "http://127.0.0.1:1/",
        ],
        &["check", "--inline", "saml", "http://hooks.example.com/hook", "--secret", "s3cret"],
    ] {
        let mut command = tokio::process::Command::new(PROGRAM);
        let output = command.args(arguments).output().await.expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {output:?}");
    }
    let unreachable = ["check", "--inline", "saml", "http://127.0.0.1:1/hook"];
    let output = tokio::process::Command::new(PROGRAM).args(unreachable).output().await;
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("output is UTF-8");
    assert!(text.contains("[answer]: as usual: the connection failed"), "{text}");
}
