//! "Copy as curl": what is copied is pasted into a shell, and most of it comes from strangers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use okta_hooks_testing::console::{console, inspect};
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::process::Server;
use serde_json::{Value, json};

use crate::PROGRAM;
use crate::recorder::{Recorder, Request};

const SHELLS: [(&str, &[&str]); 3] =
    [("bash", &["--norc", "--noprofile", "-i"]), ("dash", &["-i"]), ("zsh", &["-f", "-i"])];

/// Pastes `command` into every shell that is there; `check` sees what the receiver got from each.
fn paste(command: &str, receiver: &Recorder, check: impl Fn(&str, Request)) {
    for (shell, arguments) in SHELLS {
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new(shell)
            .args(arguments)
            .current_dir(folder.path())
            .env("HOME", "/nonexistent")
            .env("HISTFILE", "/dev/null")
            .env("HEADER_AUTHORIZATION", "from the environment")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else {
            eprintln!("there is no {shell} here: nothing was pasted into it");
            continue;
        };
        child.stdin.take().unwrap().write_all(format!("{command}\n").as_bytes()).unwrap();
        child.wait().unwrap();
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 0, "{shell} ran something: {command}");
        let Some(request) = receiver.next(Duration::from_secs(10)) else {
            panic!("{shell} sent nothing: {command}");
        };
        check(shell, request);
        assert!(receiver.next(Duration::from_millis(50)).is_none(), "{shell}: once");
    }
}

fn emulator(receiver: SocketAddr) -> Server {
    let url = format!("http://{receiver}");
    let arguments = ["emulator", "--console", "127.0.0.1:0", "--forward", url.as_str()];
    Server::start_with(PROGRAM, &arguments, &[])
}

/// Sends these bytes, and waits for an answer.
fn send(to: SocketAddr, request: &[u8]) {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.write_all(request).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert!(stream.read(&mut [0; 16]).unwrap() > 0, "it answers");
}

fn copied(page: &mut Page) -> String {
    page.press("#call", "Copy as curl");
    page.wait_until("document.querySelector('#curl').textContent !== ''");
    page.eval("document.querySelector('#curl').textContent").as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forwarded_call_copied_as_curl_runs_nothing_of_what_the_caller_chose() {
    let receiver = Recorder::start();
    let server = emulator(receiver.address);
    let Some(mut page) = console(&server, 1400) else { return };
    let body = "{\"a\": \"it's $(touch PWNED)\",\n \"b\": \"\\u0000 `id` \\\\ !! %s\"}\n";
    let head = "X&touch$IFS'PWNED'& /hook'$(touch$IFS)PWNED'?a=$(touch%20PWNED)&b=`touch$IFS`PWNED;!! HTTP/1.1\r\n\
        host: public.example\r\nx-`touch$IFS'PWNED'`: 1\r\nx-quote: it's $(touch PWNED)\r\n\
        content-type: application/json\r\n";
    let request =
        format!("{head}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    send(server.announced("Forwarding"), request.as_bytes());
    let forwarded = receiver.next(Duration::from_secs(10)).expect("it is passed on");
    inspect(&mut page, &["forward"]);
    // The masked values are variables, which nobody has set: then nothing is sent at all.
    let masked = copied(&mut page);
    assert!(masked.contains("${HEADER_X_QUOTE:?}") && !masked.contains("it's $("), "{masked}");
    page.press("#call", "Reveal secrets");
    page.wait_for("#request-headers", "it's $(touch PWNED)");
    paste(&copied(&mut page), &receiver, |shell, request| {
        assert_eq!(
            (&request.method, &request.path, &request.body),
            (&forwarded.method, &forwarded.path, &forwarded.body),
            "{shell}"
        );
        for name in ["x-`touch$ifs'pwned'`", "x-quote", "content-type"] {
            assert_eq!(request.header(name), forwarded.header(name), "{shell}: {name}");
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_call_holds_curl_sends_the_same_bytes_from_every_shell() {
    let receiver = Recorder::start();
    let server = emulator(receiver.address);
    let Some(mut page) = console(&server, 1400) else { return };
    let control: String = (0..=0x9f).filter_map(char::from_u32).collect();
    let long = "{\"x\": \"y'\"}\n".repeat(20_000);
    for (method, value, body) in [
        ("POST", "plain", "{}"),
        ("POST", "", "@/etc/passwd"),
        ("-o", "-o PWNED", "-o PWNED"),
        ("!`touch$PWNED`|touch'PWNED'", "'$(touch PWNED)' \"!!\" \\", "''\\'' $(touch PWNED)"),
        ("PUT", "tab\there", "line\r\nbreak\n\n\ttab\n"),
        ("POST", "\u{9b}31mred \u{202e}desrever", "\u{1b}]0;title\u{7}\u{9b}31m\u{202e}x\u{2028}"),
        ("POST", "%s %d %%", &control),
        ("POST", "zoë 😀", "\0\0\n1\0\u{1b}1'%s\\033"),
        ("POST", "long", &long),
        ("DELETE", "no body", ""),
    ] {
        let name = format!("x-{method}").to_lowercase();
        let call = json!({ "request": {
            "method": method, "url": format!("http://{}/hook?{{a,b}}=[1-9]'$&;", receiver.address),
            "headers": [
                { "name": "host", "value": "other" },
                { "name": name, "value": value },
                { "name": "authorization", "value": "••••••••", "secret": true },
            ],
            "body": body,
        }});
        let command = page.eval(&format!("import('/curl.js').then(({{ curl }}) => curl({call}))"));
        let command = command.as_str().unwrap();
        let obeyed = |c: char| c.is_control() && c != '\n';
        assert!(!command.contains(obeyed), "a terminal obeys it: {command:?}");
        paste(command, &receiver, |shell, request| {
            assert_eq!(request.method, method, "{shell}");
            assert_eq!(request.path, "/hook?{a,b}=[1-9]'$&;", "{shell}");
            assert_eq!(request.header(&name), [value.as_bytes()], "{shell}");
            assert_eq!(request.header("authorization"), [b"from the environment"], "{shell}");
            assert!(request.header("content-type").is_empty(), "{shell}");
            assert!(request.body == body.as_bytes(), "{shell}: {:?}", request.body.len());
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masked_header_never_takes_a_variable_that_the_shell_has_already() {
    let receiver = Recorder::start();
    let server = emulator(receiver.address);
    let Some(mut page) = console(&server, 1400) else { return };
    for name in ["path", "aws-secret-access-key", "1", "home"] {
        let call: Value = json!({ "request": {
            "method": "GET", "url": format!("http://{}/", receiver.address), "body": "",
            "headers": [{ "name": name, "value": "••••••••", "secret": true }],
        }});
        let command = page.eval(&format!("import('/curl.js').then(({{ curl }}) => curl({call}))"));
        let variable = format!("${{HEADER_{}:?}}", name.to_uppercase().replace('-', "_"));
        assert!(command.as_str().unwrap().contains(&variable), "{command}");
    }
}
