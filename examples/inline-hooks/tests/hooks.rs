//! The service as Okta meets it: a real process, asked over a real socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const SAMPLE_USERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/legacy-users.txt");

/// The request of a hook, as short as it can be.
fn request(hook_type: &str, data: Value) -> Value {
    json!({ "eventType": hook_type, "data": data })
}

fn token(login: Option<&str>) -> Value {
    let user = login.map(|login| json!({ "profile": { "login": login } }));
    let claims = json!({ "claims": { "sub": "ada" } });
    let data = json!({ "context": { "user": user }, "access": claims, "identity": claims });
    request("com.okta.oauth2.tokens.transform", data)
}

fn registration(email: &str) -> Value {
    request("com.okta.user.pre-registration", json!({ "userProfile": { "email": email } }))
}

fn password_import(username: &str, password: &str) -> Value {
    let credential = json!({ "username": username, "password": password });
    let data = json!({ "context": { "credential": credential } });
    request("com.okta.user.credential.password.import", data)
}

fn telephony(words: &str) -> Value {
    let message =
        json!({ "msgTemplate": words, "otpCode": "004217", "phoneNumber": "+15555550142" });
    request("com.okta.telephony.provider", json!({ "messageProfile": message }))
}

#[test]
fn each_token_that_is_asked_for_gets_the_domain_of_the_users_login() {
    let service = Service::start(&[]);
    let add = json!([{ "op": "add", "path": "/claims/org_domain", "value": "acme.example" }]);
    let answer = service.ask("/token", &token(Some("ada@acme.example")));
    let both = json!({ "commands": [
        { "type": "com.okta.access.patch", "value": add },
        { "type": "com.okta.identity.patch", "value": add },
    ]});
    assert_eq!(answer, (200, both));
    let mut access_alone = token(Some("ada@acme.example"));
    access_alone["data"]["identity"] = Value::Null;
    let access = json!({ "commands": [{ "type": "com.okta.access.patch", "value": add }] });
    assert_eq!(service.ask("/token", &access_alone), (200, access));
    for login in [None, Some("ada"), Some("ada@")] {
        assert_eq!(service.ask("/token", &token(login)), (204, Value::Null), "{login:?}");
    }
}

#[test]
fn an_assertion_gets_the_domain_of_the_users_login_in_the_place_of_one_that_is_there() {
    let service = Service::start(&[]);
    let assertion = |claims: Value| {
        let user = json!({ "profile": { "login": "ada@acme.example" } });
        let data = json!({ "context": { "user": user }, "assertion": { "claims": claims } });
        request("com.okta.saml.tokens.transform", data)
    };
    for (claims, op) in [
        (json!({}), "add"),
        (json!({ "org_domain": { "attributeValues": [{ "value": "a" }] } }), "replace"),
    ] {
        let (status, answer) = service.ask("/saml", &assertion(claims));
        let operation = &answer["commands"][0]["value"][0];
        assert_eq!((status, operation["op"].as_str()), (200, Some(op)), "{answer}");
        assert_eq!(operation["path"], "/claims/org_domain");
        assert_eq!(operation["value"]["attributeValues"][0]["value"], "acme.example");
    }
}

#[test]
fn people_of_the_allowed_domains_register_and_others_learn_which_input_is_wrong() {
    let service = Service::start(&[]);
    for email in ["ivo@example.com", "Ivo@EXAMPLE.com"] {
        assert_eq!(
            service.ask("/registration", &registration(email)),
            (204, Value::Null),
            "{email}"
        );
    }
    let denial = json!({
        "commands": [{ "type": "com.okta.action.update", "value": { "registration": "DENY" } }],
        "error": {
            "errorSummary": "Registration refused.",
            "errorCauses": [{
                "errorSummary": "Use your company address.",
                "reason": "EMAIL_DOMAIN",
                "locationType": "body",
                "location": "data.userProfile.email",
                "domain": "end-user",
            }],
        },
    });
    for email in [
        "ivo@other.example",
        "ivo@sub.example.com",
        "ivo@notexample.com",
        "ivo@example.com.other.example",
        "ivo@example.com@other.example",
        "example.com",
        "",
    ] {
        assert_eq!(
            service.ask("/registration", &registration(email)),
            (200, denial.clone()),
            "{email}"
        );
    }
    let mut without = registration("");
    without["data"]["userProfile"] = json!({});
    assert_eq!(service.ask("/registration", &without), (200, denial));
}

#[test]
fn a_profile_is_completed_unless_its_e_mail_address_moves_to_another_domain() {
    let service = Service::start(&[("ALLOWED_DOMAINS", "acme.example, acme.test")]);
    let completed = |update: Value| {
        let data = json!({ "userProfileUpdate": update });
        let mut request = request("com.okta.user.pre-registration", data);
        request["requestType"] = "progressive.profile".into();
        service.ask("/registration", &request)
    };
    assert_eq!(completed(json!({ "costCenter": "7" })).0, 204);
    assert_eq!(completed(json!({ "email": "ivo@acme.test" })).0, 204);
    for email in [json!("ivo@example.com"), Value::Null] {
        let (_, denial) = completed(json!({ "email": email }));
        let location = &denial["error"]["errorCauses"][0]["location"];
        assert_eq!(location, "data.userProfileUpdate.email", "{email}");
    }
}

#[test]
fn a_password_is_right_if_it_is_the_one_of_the_old_system() {
    let service = Service::start(&[("LEGACY_USERS", SAMPLE_USERS)]);
    for (username, password, credential) in [
        ("john.doe@example.com", "correct horse", "VERIFIED"),
        ("John.Doe@example.com", "correct horse", "VERIFIED"),
        ("john.doe@example.com", "Correct horse", "UNVERIFIED"),
        ("john.doe@example.com", "", "UNVERIFIED"),
        ("jane.doe@example.com", "correct horse", "UNVERIFIED"),
    ] {
        let answer = service.ask("/password-import", &password_import(username, password));
        let value = json!({ "credential": credential });
        let expected =
            json!({ "commands": [{ "type": "com.okta.action.update", "value": value }] });
        assert_eq!(answer, (200, expected), "{username} {password}");
    }
}

#[test]
fn a_check_that_takes_too_long_counts_as_wrong_before_okta_hangs_up() {
    let file = std::env::temp_dir().join(format!("inline-hooks-{}.txt", std::process::id()));
    let hash = "$argon2id$v=19$m=65536,t=1000,p=1$c90pDdAYLg3yVaLI3EBWgw$G9e6HIKs5lcBJfD78/8C0iCwmk76l1OVUXlvTDThzL0";
    std::fs::write(&file, format!("john:{hash}")).expect("a file can be written");
    let service = Service::start(&[("LEGACY_USERS", file.to_str().expect("a path in UTF-8"))]);
    let (status, answer) = service.ask("/password-import", &password_import("john", "s3cret"));
    let credential = &answer["commands"][0]["value"]["credential"];
    assert_eq!((status, credential.as_str()), (200, Some("UNVERIFIED")));
    let _ = std::fs::remove_file(file);
    let (_, log) = service.end();
    assert!(log.contains("refused") && !log.contains("s3cret"), "{log}");
}

#[test]
fn an_imported_user_gets_what_the_application_knows_best() {
    let service = Service::start(&[]);
    let data = json!({
        "appUser": { "profile": { "department": "Sales", "title": null, "employeeNumber": "7", "x": 1 } },
        "user": { "profile": { "login": "ada@example.com", "employeeNumber": "7" } },
    });
    let expected = json!({ "commands": [
        { "type": "com.okta.user.profile.update", "value": { "department": "Sales" } },
    ]});
    let import = request("com.okta.import.transform", data);
    assert_eq!(service.ask("/user-import", &import), (200, expected));
    let nothing = request("com.okta.import.transform", json!({ "appUser": { "profile": {} } }));
    assert_eq!(service.ask("/user-import", &nothing), (204, Value::Null));
}

#[test]
fn a_message_is_printed_without_its_code_in_whichever_spelling() {
    let service = Service::start(&[]);
    for words in ["Your code is 004217.", "0 0 4 2 1 7\u{1b}[2J", ""] {
        let (status, answer) = service.ask("/telephony", &telephony(words));
        let action = &answer["commands"][0]["value"][0];
        assert_eq!((status, action["status"].as_str()), (200, Some("SUCCESSFUL")), "{answer}");
    }
    let (printed, _) = service.end();
    let lines = [
        "A message to ••••••••••42: Your code is ••••••.",
        "A message to ••••••••••42: • • • • • •\u{fffd}[•J",
        "A message to ••••••••••42: ",
    ];
    assert_eq!(printed.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn only_who_has_the_secret_is_answered_and_only_requests_of_hooks() {
    let service = Service::start(&[]);
    let body = registration("ivo@example.com").to_string();
    for (method, secret, body, status) in [
        ("POST", "guess", body.as_str(), 401),
        ("POST", "", &body, 401),
        ("GET", "s3cret", "", 405),
        ("POST", "s3cret", "{", 400),
        ("POST", "s3cret", r#"{"data":{}}"#, 400),
        ("POST", "s3cret", r#"{"eventType":"com.okta.added.next.year"}"#, 503),
    ] {
        assert_eq!(
            service.send(method, "/registration", secret, body).0,
            status,
            "{method} {body}"
        );
    }
}

#[test]
fn no_password_code_claim_or_attribute_is_in_the_log() {
    let service = Service::start(&[("RUST_LOG", "debug"), ("LEGACY_USERS", SAMPLE_USERS)]);
    let marked = "mArKeD@other.example";
    service.ask("/token", &token(Some(marked)));
    service.ask("/registration", &registration(marked));
    service.ask("/password-import", &password_import(marked, "mArKeD"));
    service.ask("/telephony", &telephony(""));
    service.send("POST", "/token", "s3cret", r#"{"eventType":"mArKeD"}"#);
    service.send("POST", "/token", "s3cret", r#"{"eventType":"com.okta","data":"mArKeD"#);
    service.send("POST", "/token", "mArKeD", "{}");
    let (printed, log) = service.end();
    assert!(log.contains("refused"), "{log}");
    for told in [&printed, &log] {
        assert!(!told.contains("mArKeD") && !told.contains("s3cret"), "{told}");
        assert!(!told.contains("004217") && !told.contains("5555"), "{told}");
    }
}

#[test]
fn settings_that_make_no_sense_are_one_line_and_code_2() {
    for (name, value, says) in [
        ("ALLOWED_DOMAINS", "", "ALLOWED_DOMAINS: expected domains, such as"),
        ("ALLOWED_DOMAINS", "example.com,", "ALLOWED_DOMAINS: expected domains, such as"),
        ("ALLOWED_DOMAINS", "@example.com", "ALLOWED_DOMAINS: expected domains, such as"),
        ("LEGACY_USERS", "not/there.txt", "LEGACY_USERS: not/there.txt: "),
        ("LEGACY_USERS", "Cargo.toml", "LEGACY_USERS: Cargo.toml: line 1: expected name:hash"),
        ("OKTA_HOOK_SECRET", "", "OKTA_HOOK_SECRET is empty"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_inline-hooks"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .envs([("LISTEN", "127.0.0.1:0"), (name, value)])
            .output()
            .expect("it starts");
        let log = String::from_utf8(output.stderr).expect("logs are UTF-8");
        assert_eq!(output.status.code(), Some(2), "{name}: {log}");
        assert!(log.starts_with(says) && log.lines().count() == 1, "{name}: {log}");
    }
}

/// The service on a free port. It is killed when dropped.
struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_inline-hooks"))
            .env("LISTEN", "127.0.0.1:0")
            .env("OKTA_HOOK_SECRET", "s3cret")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        // Byte by byte: what comes after this line is for `end`.
        let stdout = child.stdout.as_mut().expect("stdout is piped");
        BufReader::with_capacity(1, stdout).read_line(&mut line).expect("output is UTF-8");
        let address = line.trim_end().strip_prefix("Listening on http://").expect(&line).to_owned();
        Self { child, address }
    }

    /// What is answered to a request with the secret: the status, and the JSON if there is a body.
    fn ask(&self, path: &str, request: &Value) -> (u16, Value) {
        let (status, body) = self.send("POST", path, "s3cret", &request.to_string());
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    fn send(&self, method: &str, path: &str, secret: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             authorization: {secret}\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .expect("it takes a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("it speaks HTTP");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("an HTTP status"), body.to_owned())
    }

    /// Ends it; what it printed, and what it logged.
    fn end(mut self) -> (String, String) {
        self.child.kill().expect("it runs");
        let (mut printed, mut log) = (String::new(), String::new());
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        stdout.expect("stdout is piped").read_to_string(&mut printed).expect("output is UTF-8");
        stderr.expect("stderr is piped").read_to_string(&mut log).expect("logs are UTF-8");
        (printed, log)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
