//! How a receiver behaves, the same for every framework: each example runs as a real process and
//! answers the same requests over real sockets.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::http::{Request, Response};
use crate::process::Server;

const SECRET: &str = "Basic YWRtaW46c3VwZXJzZWNyZXQ=";
const PREVIOUS: &str = "previous s3cret";
const CHALLENGE: &str = "f7LkN2s0mE-challenge";
const LIMIT: usize = 1024 * 1024;

fn start(program: &Path) -> Server {
    let settings = [("OKTA_HOOK_SECRET", SECRET), ("OKTA_HOOK_SECRET_PREVIOUS", PREVIOUS)];
    Server::start(program, &settings)
}

fn get() -> Request {
    Request::new("GET", "/userCreated")
}

fn post(body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", "/userCreated").header("Authorization", SECRET).body(body)
}

/// A delivery with one created user.
fn created(event_id: &str, uuid: &str, login: &str) -> String {
    serde_json::json!({
        "eventType": "com.okta.event_hook",
        "source": "https://acme.okta.com/api/v1/eventHooks/who4m2xk81RvQeTzd5d7",
        "eventId": event_id,
        "data": {"events": [{
            "uuid": uuid,
            "eventType": "user.lifecycle.create",
            "target": [{"type": "UserGroup"}, {"type": "User", "alternateId": login}],
        }]},
    })
    .to_string()
}

fn greeting(login: &str) -> String {
    format!("The user {login} has been added to the Okta org!")
}

/// What is expected of an answer.
enum Expect {
    Verified,
    /// 204 and nothing in the body.
    Accepted,
    /// This status, and a message that has this in it.
    Refused(u16, &'static str),
}

#[track_caller]
fn assert_answer(what: &str, answer: &Response, expect: &Expect) {
    let told = format!("{what}: {}\n{}", answer.head, answer.text());
    match expect {
        Expect::Verified => {
            assert_eq!(answer.status, 200, "{told}");
            assert_eq!(answer.header("content-type"), Some("application/json"), "{told}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{told}");
            assert_eq!(answer.text(), format!("{{\"verification\":\"{CHALLENGE}\"}}"), "{told}");
        }
        Expect::Accepted => {
            assert_eq!(answer.status, 204, "{told}");
            assert!(answer.body.is_empty(), "{told}");
        }
        Expect::Refused(status, text) => {
            assert_eq!(answer.status, *status, "{told}");
            assert!(answer.text().contains(text), "{told}");
            assert_eq!(answer.header("allow").is_some(), *status == 405, "{told}");
            assert_eq!(answer.header("www-authenticate").is_some(), *status == 401, "{told}");
            for secret in [SECRET, "YWRtaW46", PREVIOUS, CHALLENGE, "hunter2"] {
                assert!(!told.to_lowercase().contains(&secret.to_lowercase()), "{told}");
            }
        }
    }
}

/// Everything that one request decides. The names appear when one fails.
fn table() -> Vec<(&'static str, Request, Expect)> {
    use Expect::{Accepted, Refused, Verified};
    let challenged = || get().header("X-Okta-Verification-Challenge", CHALLENGE);
    let with = |secret: &str| challenged().header("authorization", secret);
    let verb = |verb| Request::new(verb, "/userCreated").header("authorization", SECRET);
    let once = "exactly once";
    let mut table = vec![
        ("verification", with(SECRET), Verified),
        ("verification with the previous secret", with(PREVIOUS), Verified),
        ("no secret", challenged(), Refused(401, once)),
        ("an empty secret", with(""), Refused(401, "")),
        ("a wrong secret", with("Basic aHVudGVyMg=="), Refused(401, "wrong")),
        ("a longer secret", with(&format!("{SECRET}=")), Refused(401, "wrong")),
        ("a shorter secret", with(&SECRET[..SECRET.len() - 1]), Refused(401, "wrong")),
        ("another case", with(&SECRET.to_lowercase()), Refused(401, "wrong")),
        ("a doubled secret", with(SECRET).header("authorization", SECRET), Refused(401, once)),
        ("two secrets", with(SECRET).header("Authorization", "hunter2"), Refused(401, once)),
        (
            "a delivery without secret",
            Request::new("POST", "/userCreated").body(created("n1", "n1", "nobody@example.com")),
            Refused(401, once),
        ),
        ("no challenge", get().header("authorization", SECRET), Refused(400, once)),
        (
            "an empty challenge",
            get().header("authorization", SECRET).header("x-okta-verification-challenge", ""),
            Refused(400, once),
        ),
        (
            "two challenges",
            with(SECRET).header("x-okta-verification-challenge", CHALLENGE),
            Refused(400, once),
        ),
        ("PUT", verb("PUT"), Refused(405, "")),
        ("PUT without secret", Request::new("PUT", "/userCreated"), Refused(405, "")),
        ("DELETE", verb("DELETE"), Refused(405, "")),
        ("PATCH", verb("PATCH"), Refused(405, "")),
        ("OPTIONS", verb("OPTIONS"), Refused(405, "")),
        ("HEAD", verb("HEAD"), Refused(405, "")),
        ("an empty body", post(""), Refused(400, "line 1 column 0")),
        (
            "a truncated body",
            post("{\"data\":{\"events\":[\n{\"eventType\":\"hunter2"),
            Refused(400, "line 2 column 21"),
        ),
        ("no JSON", post("hunter2"), Refused(400, "line 1 column 1")),
        (
            "no UTF-8",
            post(b"{\"data\":\"hunter2\xff\"}".as_slice()),
            Refused(400, "not UTF-8 at line 1 column 17"),
        ),
        ("no object", post("[\"hunter2\"]"), Refused(400, "line 1 column 1")),
        ("a string", post("\"hunter2\""), Refused(400, "line 1 column 1")),
        ("no events", post("{\"data\":{\"password\":\"hunter2\"}}"), Refused(400, "data.events")),
        (
            "events that are no array",
            post("{\"data\":{\"events\":{\"0\":\"hunter2\"}}}"),
            Refused(400, "data.events"),
        ),
        ("100,000 brackets", post("[".repeat(100_000)), Refused(400, "line 1 column 100000")),
        ("one byte too many", post(padded(LIMIT + 1)), Refused(413, "")),
        ("one byte too many in chunks", post(padded(LIMIT + 1)).chunked(), Refused(413, "")),
        ("just not too long", post(padded(LIMIT)), Accepted),
        ("just not too long, in chunks", post(padded(LIMIT)).chunked(), Accepted),
        ("an empty batch", post("{\"data\":{\"events\":[]}}"), Accepted),
        ("a batch with malformed elements", post(MALFORMED_BATCH), Accepted),
        (
            "another type of content",
            post("{\"data\":{\"events\":[]}}").header("content-type", "text/plain"),
            Accepted,
        ),
        (
            "an unknown type of event",
            post("{\"data\":{\"events\":[{\"eventType\":\"user.future\"}]}}"),
            Accepted,
        ),
        (
            "the previous secret",
            Request::new("POST", "/userCreated").header("authorization", PREVIOUS).body(created(
                "p1",
                "p1",
                "pat@example.com",
            )),
            Accepted,
        ),
    ];
    let nested =
        format!("{{\"data\":{{\"events\":[{}{}]}}}}", "[".repeat(100_000), "]".repeat(100_000));
    table.push(("100,000 brackets as an event", post(nested), Accepted));
    table
}

/// A delivery of this length with no events.
fn padded(length: usize) -> String {
    let body = "{\"data\":{\"events\":[]}}";
    body.to_owned() + &" ".repeat(length - body.len())
}

const MALFORMED_BATCH: &str = r#"{"data":{"events":[
    null, 5, "hunter2", [], {"uuid":"no-type"},
    {"eventType":"user.lifecycle.create","target":null},
    {"eventType":"user.lifecycle.create","debugContext":"null","target":[{"alternateId":"john.doe@example.com"}]},
    {"eventType":"user.session.start","target":[{"type":"User","alternateId":"mallory@example.com"}]},
    {"eventType":"user.lifecycle.create","target":[5,{"type":"User","alternateId":"a\u001b[31m\nb"},{"type":"User","displayName":"Nadia Osei","alternateId":"unknown"}]}
]}}"#;

/// A test of a program.
type Test = fn(&Path);

/// Every test of this table by its name, for a program that greets created users at `/userCreated`.
pub const TABLE: &[(&str, Test)] = &[
    ("answers every request as the table says", answers_every_request_as_the_table_says),
    ("handles each event once", handles_each_event_once),
    (
        "answers 503 while the handler is too slow, and recovers",
        answers_503_while_the_handler_is_too_slow_and_recovers,
    ),
    ("answers 503 when the body does not arrive", answers_503_when_the_body_does_not_arrive),
    ("answers 503 when the handler fails", answers_503_when_the_handler_fails),
    #[cfg(target_os = "linux")]
    ("answers although its log cannot be written", answers_although_its_log_cannot_be_written),
    ("ends in time though a request is half sent", ends_in_time_though_a_request_is_half_sent),
    (
        "ends in time though nobody reads what the handler writes",
        ends_in_time_though_nobody_reads_what_the_handler_writes,
    ),
    ("ends at once at a second signal", ends_at_once_at_a_second_signal),
    ("makes a secret of its own when none is set", makes_a_secret_of_its_own_when_none_is_set),
];

pub fn answers_every_request_as_the_table_says(program: &Path) {
    let mut server = start(program);
    server.read_output();
    for (what, request, expect) in table() {
        let answer = request.send(server.address).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_answer(what, &answer, &expect);
    }
    let page = Request::new("GET", "/").send(server.address).unwrap();
    assert!(page.status == 200 && page.text().contains("It works"), "{page:?}");
    let elsewhere = Request::new("GET", "/elsewhere").send(server.address).unwrap();
    assert_eq!(elsewhere.status, 404);

    for user in ["john.doe@example.com", "a\u{fffd}[31m\u{fffd}b", "Nadia Osei", "pat@example.com"]
    {
        server.assert_printed(&greeting(user), 1);
    }
    for user in ["mallory@example.com", "nobody@example.com"] {
        server.assert_printed(&greeting(user), 0);
    }
    assert_survives_disconnects(&server);

    let (status, log) = server.terminate();
    assert!(status.success(), "{status}");
    assert!(log.contains("data.events[0]: expected an object"), "a dead letter is logged");
    for secret in [SECRET, PREVIOUS, CHALLENGE, "hunter2", "john.doe"] {
        assert!(!log.contains(secret), "{log}");
    }
}

/// A client that goes away, at any place of its request, harms nobody else.
fn assert_survives_disconnects(server: &Server) {
    let request = post(created("d1", "d1", "dana@example.com")).to_bytes();
    for cut in (1..request.len()).step_by(20) {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(&request[..cut]).unwrap();
        let _ = stream.shutdown(Shutdown::Both);
    }
    server.assert_printed(&greeting("dana@example.com"), 0);
    let answer = post(created("d1", "d1", "dana@example.com")).send(server.address).unwrap();
    assert_answer("after the disconnects", &answer, &Expect::Accepted);
    server.assert_printed(&greeting("dana@example.com"), 1);
}

pub fn handles_each_event_once(program: &Path) {
    let mut server = start(program);
    server.read_output();
    let address = server.address;
    let accepted = |what: &str, body: String| {
        assert_answer(what, &post(body).send(address).unwrap(), &Expect::Accepted);
    };
    accepted("the first time", created("e1", "u1", "ann@example.com"));
    accepted("the same delivery", created("e1", "u1", "ann@example.com"));
    accepted("the same event in another delivery", created("e2", "u1", "ann@example.com"));
    accepted("another event", created("e3", "u2", "bea@example.com"));

    let senders: Vec<_> = (0..20)
        .map(|_| {
            thread::spawn(move || {
                post(created("e4", "u4", "cat@example.com")).send(address).unwrap()
            })
        })
        .collect();
    for sender in senders {
        assert_answer("one of many at once", &sender.join().unwrap(), &Expect::Accepted);
    }
    accepted("the last", created("e5", "u5", "dee@example.com"));
    server.assert_printed(&greeting("dee@example.com"), 1);
    for user in ["ann@example.com", "bea@example.com", "cat@example.com"] {
        server.assert_printed(&greeting(user), 1);
    }
}

/// Nobody reads what the handler writes, so at some point it has to wait.
pub fn answers_503_while_the_handler_is_too_slow_and_recovers(program: &Path) {
    let mut server = start(program);
    let long = "x".repeat(30_000);
    let delivery =
        |n: usize| post(created(&format!("s{n}"), &format!("s{n}"), &format!("{n}{long}")));
    let mut n = 0;
    let stuck = loop {
        let answer = delivery(n).send(server.address).unwrap();
        if answer.status != 204 {
            break answer;
        }
        n += 1;
        assert!(n < 100, "a pipe does not hold that much");
    };
    assert_answer("while it is stuck", &stuck, &Expect::Refused(503, "not be handled now"));

    server.read_output();
    server.assert_printed(&greeting(&format!("{n}{long}")), 1);
    let answer = delivery(n).send(server.address).unwrap();
    assert_answer("Okta's second try", &answer, &Expect::Accepted);
    server.assert_printed(&greeting(&format!("{n}{long}")), 2);
}

/// One deadline spans the whole answer, the reading of the body included.
pub fn answers_503_when_the_body_does_not_arrive(program: &Path) {
    let mut server = start(program);
    server.read_output();
    let request = post(created("b1", "b1", "ben@example.com"));
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let bytes = request.to_bytes();
    stream.write_all(&bytes[..bytes.len() - 1]).unwrap();
    let mut status_line = String::new();
    BufReader::new(stream).read_line(&mut status_line).expect("an answer");
    assert!(status_line.starts_with("HTTP/1.1 503 "), "{status_line}");
    assert_answer("Okta's second try", &request.send(server.address).unwrap(), &Expect::Accepted);
    server.assert_printed(&greeting("ben@example.com"), 1);
}

/// What the handler writes to is gone.
pub fn answers_503_when_the_handler_fails(program: &Path) {
    let mut server = start(program);
    server.close_output();
    let delivery = |n: usize| post(created(&format!("f{n}"), "f", "fay@example.com"));
    let send = |n| delivery(n).send(server.address).unwrap();
    // A process that another test is just starting may hold our end of it for a moment longer.
    let mut tries = (0..1000).map(|n| (n, send(n)));
    let (n, first) = tries.find(|(_, answer)| answer.status != 204).expect("it is gone by now");
    for (attempt, answer) in [("the first time", first), ("Okta's second try", send(n))] {
        assert_answer(attempt, &answer, &Expect::Refused(503, "not be handled now"));
    }
    let answer = post("{\"data\":{\"events\":[]}}").send(server.address).unwrap();
    assert_answer("nothing to write", &answer, &Expect::Accepted);
    let (status, log) = server.terminate();
    assert!(status.success(), "{status}");
    assert!(log.contains("a delivery was not handled"), "{log}");
}

/// `/dev/full` is Linux's.
#[cfg(target_os = "linux")]
pub fn answers_although_its_log_cannot_be_written(program: &Path) {
    let settings = [("OKTA_HOOK_SECRET", SECRET)];
    let mut server = Server::start_after("exec 2>/dev/full", program, &[], &settings);
    server.read_output();
    let refused = post("{").send(server.address).unwrap();
    assert_answer("what is a line in the log", &refused, &Expect::Refused(400, "JSON"));
    let mixed = created("l1", "l1", "lea@example.com").replacen("[{", "[5,{", 1);
    let answer = post(mixed).send(server.address).unwrap();
    assert_answer("with an element that is none", &answer, &Expect::Accepted);
    let (status, _) = server.terminate();
    assert!(status.success(), "{status}");
}

/// How long an end may take: longer than the programs say, since the machine may be busy.
const END: Duration = Duration::from_secs(15);

/// Connects, and sends no more than the beginning of a request.
fn half_sent(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(b"POST /userCreated HTTP/1.1\r\nhost: localhost\r\n").unwrap();
    // What comes after it has been answered, so this was read.
    assert_answer(
        "another request",
        &post("{}").send(server.address).unwrap(),
        &Expect::Refused(400, ""),
    );
    stream
}

pub fn ends_in_time_though_a_request_is_half_sent(program: &Path) {
    let mut server = start(program);
    let _stream = half_sent(&server);
    server.signal("TERM");
    let status = server.wait(END).expect("it ends in time");
    assert!(status.success(), "{status}");
}

pub fn ends_in_time_though_nobody_reads_what_the_handler_writes(program: &Path) {
    let mut server = start(program);
    let long = "x".repeat(200_000);
    let delivery = post(created("w1", "w1", &long));
    assert_eq!(delivery.send(server.address).unwrap().status, 503);
    server.signal("TERM");
    let status = server.wait(END).expect("it ends in time");
    assert!(status.success(), "{status}");
}

/// Nobody reads what the handler writes, so it takes its time.
pub fn ends_at_once_at_a_second_signal(program: &Path) {
    let mut server = start(program);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(&post(created("t1", "t1", &"x".repeat(200_000))).to_bytes()).unwrap();
    thread::sleep(Duration::from_millis(500));
    server.signal("TERM");
    assert_eq!(server.wait(Duration::from_millis(500)), None, "it waits for the handler");
    server.signal("INT");
    let status = server.wait(Duration::from_secs(3)).expect("it ends at once");
    assert_eq!(status.code(), Some(1));
}

/// 40 connections are more than the files that are left to it.
#[cfg(target_os = "linux")]
pub fn waits_while_no_file_can_be_opened_and_goes_on(program: &Path) {
    let settings = [("OKTA_HOOK_SECRET", SECRET)];
    let server = Server::start_after("ulimit -n 40", program, &[], &settings);
    let silent: Vec<_> = (0..40).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    let before = server.processor_time();
    thread::sleep(Duration::from_secs(3));
    let spent = server.processor_time() - before;
    assert!(spent < Duration::from_millis(300), "{spent:?} of 3 s to accept nothing");
    drop(silent);
    let answer = post("{\"data\":{\"events\":[]}}").send(server.address).unwrap();
    assert_answer("when there are files again", &answer, &Expect::Accepted);
}

pub fn makes_a_secret_of_its_own_when_none_is_set(program: &Path) {
    use std::process::{Command, Stdio};
    let run = |settings: &[(&str, &str)]| {
        let mut child = Command::new(program)
            .env("LISTEN", "127.0.0.1:0")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut printed = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        while !printed.contains("Listening") {
            if stdout.read_line(&mut printed).unwrap() == 0 {
                break;
            }
        }
        let _ = child.kill();
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (printed, errors, child.wait().unwrap())
    };
    let secret = |printed: &str| {
        let line = printed.lines().find(|line| line.contains("Authentication secret")).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    };
    let (first, ..) = run(&[("OKTA_HOOK_HEADER", "x-hook")]);
    let (second, ..) = run(&[("OKTA_HOOK_HEADER", "x-hook")]);
    assert!(first.contains("Authentication field   x-hook"), "{first}");
    assert!(secret(&first).len() >= 43, "256 bits: {first}");
    assert_ne!(secret(&first), secret(&second));

    let (_, errors, status) = run(&[("OKTA_HOOK_SECRET", "")]);
    assert_eq!(status.code(), Some(2), "{errors}");
    assert!(errors.contains("OKTA_HOOK_SECRET is empty: set it to"), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
}
