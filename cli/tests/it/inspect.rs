//! `okta-hooks inspect`, the way its users use it.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use serde_json::value::RawValue;

const EVENT: &str = r#"{"uuid":"u1","eventType":"user.session.start","actor":{"id":5,"b":0.00}}"#;
const DELIVERY: &str = r#"{"eventType":"com.okta.event_hook","data":{"events":[5,{"eventType":"user.session.end","target":["secret-text"]},{"uuid":"u2"},{"eventType":"user.session.end","debugContext":"null"}]}}"#;

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut tool = Command::new(crate::PROGRAM)
        .arg("inspect")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = tool.stdin.take().unwrap();
    let input = input.to_owned();
    // From another thread: the tool may write before it has read everything. It need not read.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = tool.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[track_caller]
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Standard output of a run that must go well and complain about nothing.
#[track_caller]
fn success(arguments: &[&str], input: &[u8]) -> String {
    let output = run(arguments, input);
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    text(&output.stdout).to_owned()
}

/// Standard output and the complaints of a run in which something could not be read.
#[track_caller]
fn failure(arguments: &[&str], input: &[u8]) -> (String, Vec<String>) {
    let output = run(arguments, input);
    assert_eq!(output.status.code(), Some(1));
    let complaints = text(&output.stderr).lines().map(str::to_owned).collect();
    (text(&output.stdout).to_owned(), complaints)
}

#[test]
fn the_table_counts_inputs_events_types_and_defects_over_all_files() {
    let first = file("table-1.jsonl", format!("{EVENT}\n{DELIVERY}\n\n{EVENT}\n"));
    let second = file("table-2.jsonl", EVENT);
    let table = "        4  inputs
        5  events
        3    user.session.start
        2    user.session.end
        7  defects
        3    actor.id: expected a string
        1    data.events[].eventType: expected a string
        1    data.events[]: expected an object
        1    debugContext: expected an object
        1    target[]: expected an object
";
    assert_eq!(success(&[&first, &second], b""), table);
}

#[test]
fn standard_input_is_read_without_a_file_and_for_a_dash() {
    let piped = success(&["--json"], EVENT.as_bytes());
    assert_eq!(success(&["--json", "-"], EVENT.as_bytes()), piped);
    let file = file("stdin.json", DELIVERY);
    let both = success(&["--json", &file, "-"], EVENT.as_bytes());
    assert_eq!(both.lines().count(), 2);
    assert!(both.lines().nth(1).unwrap().starts_with(r#"{"input":2,"kind":"log_event""#), "{both}");
}

#[test]
fn json_has_exactly_the_documented_form() {
    let input = format!("{EVENT}\n{DELIVERY}\n{{\"eventType\":\"x\"}}\n");
    let expected = r#"{"input":1,"kind":"log_event","events":1,"defects":[{"event":0,"path":"actor.id"}]}
{"input":2,"kind":"delivery","events":2,"defects":[{"event":0,"path":""},{"event":1,"path":"target[0]"},{"event":2,"path":"eventType"},{"event":3,"path":"debugContext"}]}
{"input":3,"kind":"log_event","events":1,"defects":[]}
"#;
    assert_eq!(success(&["--json"], input.as_bytes()), expected);
}

#[test]
fn json_reports_for_every_corpus_case_the_defects_it_lists() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    let mut cases = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let case = fs::read_to_string(entry.unwrap().path()).unwrap();
        let case: std::collections::BTreeMap<&str, &RawValue> =
            serde_json::from_str(&case).unwrap();
        let out = success(&["--json"], case["input"].get().as_bytes());
        let is_array = case["input"].get().starts_with('[');
        let mut found = Vec::new();
        for (nth, line) in out.lines().enumerate() {
            let report: Value = serde_json::from_str(line).unwrap();
            for defect in report["defects"].as_array().unwrap() {
                let mut defect = defect.clone();
                // Each element of an array is an input of its own.
                if is_array {
                    defect["event"] = nth.into();
                }
                found.push(defect);
            }
        }
        let expected: Value = serde_json::from_str(case["malformed"].get()).unwrap();
        assert_eq!(Value::from(found), expected, "{}", case["fact"]);
        cases += 1;
    }
    assert!(cases > 0);
}

#[test]
fn pretty_printed_values_one_after_another_are_inputs() {
    let pretty = |json: &str| {
        serde_json::to_string_pretty(&serde_json::from_str::<Value>(json).unwrap()).unwrap()
    };
    let input = format!("{}\r\n{}{}\n\n", pretty(EVENT), pretty(DELIVERY), pretty(EVENT));
    let kinds: Vec<String> = success(&["--json"], input.as_bytes())
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].to_string())
        .collect();
    assert_eq!(kinds, ["\"log_event\"", "\"delivery\"", "\"log_event\""]);
}

#[test]
fn each_element_of_a_system_log_array_is_an_input() {
    let input = format!(
        "[\n  {EVENT},\n  {{\"eventType\":\"x\"}},\n  {{\"uuid\":\"u3\"}},\n  {DELIVERY}\n]\n[]\n"
    );
    let (out, complaints) = failure(&["--json"], input.as_bytes());
    let numbers: Vec<&str> = out.lines().map(|line| &line[..10]).collect();
    assert_eq!(numbers, [r#"{"input":1"#, r#"{"input":2"#, r#"{"input":4"#]);
    assert_eq!(complaints, ["standard input: expected a string in `eventType` at line 4 column 3"]);
}

#[test]
fn echo_writes_every_input_on_one_line_and_loses_nothing() {
    let spread = "{ \"eventType\" : \"x y\",\r\n\t\"n\": [ 0.00,\n1e400 ],\n \"b\": \"two  spaces\\n\",\n \"a\": null, \"a\": \"\\ud800\" }";
    let one_line = r#"{ "eventType" : "x y","n": [ 0.00,1e400 ],"b": "two  spaces\n","a": null, "a": "\ud800" }"#;
    let input = format!("{spread}\n[{DELIVERY},\n{EVENT}]");
    assert_eq!(
        success(&["--echo"], input.as_bytes()),
        format!("{one_line}\n{DELIVERY}\n{EVENT}\n")
    );
}

#[test]
fn a_broken_line_is_named_and_the_others_are_processed() {
    let lines = [
        EVENT,
        r#"{"eventType":"user.session.start","password":"hunter2hunter2"#,
        EVENT,
        "",
        r#"{"eventType":hunter2hunter2}"#,
        r#"{"data":"hunter2hunter2","eventType":"x"}"#,
        r#"{"uuid":"hunter2hunter2"}"#,
        r#""hunter2hunter2""#,
        r#"{"eventType":"x"} {"eventType":"y"} hunter2hunter2"#,
        r#"{"eventType":"x"}, {"eventType":"y"}"#,
        EVENT,
    ];
    let file = file("broken.jsonl", lines.join("\n"));
    let (out, complaints) = failure(&["--json", &file], b"");
    let expected = [
        "unexpected end of JSON at line 2 column 60",
        "not valid JSON at line 5 column 14",
        "expected an array of events in `data.events` at line 6 column 1",
        "expected a string in `eventType` at line 7 column 1",
        "expected an object at line 8 column 1",
        "not valid JSON at line 9 column 37",
        "not valid JSON at line 10 column 18",
    ];
    let expected: Vec<String> =
        expected.iter().map(|message| format!("{file}: {message}")).collect();
    assert_eq!(complaints, expected);
    let numbers: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["input"].clone())
        .collect();
    assert_eq!(numbers, [1, 3, 8, 9, 11, 13]);
}

#[test]
fn a_broken_pretty_printed_value_is_one_error() {
    let broken = "{\n  \"eventType\": \"x\",\n  \"actor\": {\n    oops\n  },\n  \"a\": [\n  ]\n}\n";
    let (out, complaints) = failure(&["--json"], format!("{broken}{EVENT}\n{broken}").as_bytes());
    assert_eq!(
        complaints,
        [
            "standard input: not valid JSON at line 4 column 5",
            "standard input: not valid JSON at line 13 column 5"
        ]
    );
    assert!(out.starts_with(r#"{"input":2,"kind":"log_event""#), "{out}");
}

#[test]
fn a_line_that_is_not_utf_8_is_an_error_of_its_own() {
    let mut input = format!("{EVENT}\n").into_bytes();
    input.extend(b"{\"eventType\":\"x\",\"name\":\"J\xf6rg-hunter2\"}\n");
    input.extend(EVENT.as_bytes());
    let (out, complaints) = failure(&["--json"], &input);
    assert_eq!(complaints, ["standard input: not UTF-8 at line 2 column 27"]);
    assert_eq!(out.lines().count(), 2);
    assert!(out.contains(r#"{"input":3,"#), "{out}");
}

#[test]
fn unreadable_inputs_are_counted_in_the_table() {
    let (out, _) = failure(&[], format!("{EVENT}\noops\n").as_bytes());
    assert!(out.starts_with("        2  inputs\n        1  of them unreadable\n"), "{out}");
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let with_mark = format!("\u{feff}{EVENT}");
    assert_eq!(success(&["--echo"], with_mark.as_bytes()), format!("{EVENT}\n"));
}

#[test]
fn a_missing_file_is_named_and_the_others_are_processed() {
    let there = file("there.json", EVENT);
    let (out, complaints) = failure(&["--echo", "no-such-file.json", &there], b"");
    assert_eq!(out, format!("{EVENT}\n"));
    assert!(complaints[0].starts_with("no-such-file.json: "), "{complaints:?}");
    assert_eq!(complaints.len(), 1);
}

#[test]
fn nothing_but_white_space_has_no_inputs() {
    assert_eq!(
        success(&[], b" \n\t\r\n"),
        "        0  inputs\n        0  events\n        0  defects\n"
    );
    assert_eq!(success(&["--json"], b""), "");
}

#[test]
fn wrong_usage_is_explained_with_exit_code_2() {
    for (arguments, message) in [
        (&["--json", "--echo"][..], "cannot be used with"),
        (&["--echo", "--json", "x.json"], "cannot be used with"),
        (&["--jsno"], "unexpected argument '--jsno'"),
    ] {
        let output = run(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(message), "{output:?}");
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn help_tells_every_option_and_exit_code() {
    let help = success(&["--help"], b"");
    for word in ["Usage:", "--json", "--echo", "--help", "Exit codes: 0 "] {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn a_terminal_does_not_obey_an_event_type() {
    let out = success(&[], br#"{"eventType":"x\u001b[2Jy"}"#);
    assert!(!out.contains('\u{1b}') && out.contains(r"x\u{1b}[2Jy"), "{out:?}");
}

#[test]
fn deep_nesting_is_read_like_anything_else() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let input = format!(
        "{{\"eventType\":\"x\",\"actor\":{deep}}}\n[{{\"eventType\":\"y\"}},{deep}]\n{deep}"
    );
    let (out, complaints) = failure(&["--json"], input.as_bytes());
    assert_eq!(out.lines().count(), 2);
    assert!(out.contains(r#"[{"event":0,"path":"actor"}]"#), "{out}");
    // The last line is an array too: its one element is no object.
    assert_eq!(complaints.len(), 2, "{complaints:?}");
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    // More than any pipe holds.
    let many = file("many.jsonl", format!("{EVENT}\n").repeat(100_000));
    let mut tool = Command::new(crate::PROGRAM)
        .args(["inspect", "--echo", &many])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 16];
    tool.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = tool.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
