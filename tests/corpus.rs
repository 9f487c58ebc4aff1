//! Reads every case of `tests/corpus`, and of the directory that `OKTA_CORPUS` names.
//!
//! A case is a file: `fact` is what is known about Okta that it stands for, `input` a LogEvent, a
//! delivery or an array of LogEvents, `malformed` the elements that are not events and the members
//! of another shape than documented, and `reads` what members must read as: of the event with that place, or of the envelope where no event is named.
//! `OKTA_CORPUS` may hold `*.jsonl` files with one LogEvent or delivery per line.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use okta_hooks::event::{
    ChangeDetails, FreeForm, GeographicalContext, IpAddress, IpDetails, TargetType,
};
use okta_hooks::{Delivery, EventType, LogEvent, ParseErrorKind};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

const MEMBERS: [&str; 18] = [
    "uuid",
    "published",
    "eventType",
    "version",
    "severity",
    "displayMessage",
    "legacyEventType",
    "actor",
    "client",
    "device",
    "outcome",
    "target",
    "transaction",
    "debugContext",
    "authenticationContext",
    "securityContext",
    "request",
    "insertionTimestamp",
];

#[test]
fn every_case_reads_as_its_file_says_and_loses_nothing() {
    let cases = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus")), "json");
    let texts = cases.iter().map(|path| (path.display().to_string(), text(path)));
    for_all(texts, |file| {
        let case: BTreeMap<&str, &RawValue> = serde_json::from_str(file).unwrap();
        let keys: Vec<&str> = case.keys().copied().collect();
        assert_eq!(keys, ["fact", "input", "malformed", "reads"]);
        assert!(serde_json::from_str::<String>(case["fact"].get()).unwrap().ends_with('.'));
        let input = Input::read(case["input"].get());
        input.check();
        let expected: Value = serde_json::from_str(case["malformed"].get()).unwrap();
        assert_eq!(input.malformed(), expected, "malformed");
        for expected in serde_json::from_str::<Vec<Value>>(case["reads"].get()).unwrap() {
            let member = expected["member"].as_str().unwrap();
            assert_eq!(input.reads(&expected["event"], member), expected["reads"], "{member}");
        }
    });
}

#[test]
fn every_line_of_the_corpus_from_outside_is_read_and_loses_nothing() {
    let Some(directory) = std::env::var_os("OKTA_CORPUS") else { return };
    for path in files(Path::new(&directory), "jsonl") {
        let all = text(&path);
        let lines = all.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let name = |nth: usize| format!("{}:{}", path.display(), nth + 1);
        for_all(lines.map(|(nth, line)| (name(nth), line.to_owned())), |line| {
            Input::read(line).check();
        });
    }
}

/// The files of a directory, of which there must be some.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let is_wanted = |path: &PathBuf| path.extension().is_some_and(|found| found == extension);
    let mut files: Vec<PathBuf> = entries.filter(is_wanted).collect();
    assert!(!files.is_empty(), "no .{extension} file in {}", directory.display());
    files.sort();
    files
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Checks all of them, whichever fails, and names those that do.
fn for_all(cases: impl Iterator<Item = (String, String)>, check: impl Fn(&str)) {
    let fails = |case: &String| catch_unwind(AssertUnwindSafe(|| check(case))).is_err();
    let failed: Vec<String> = cases.filter(|(_, case)| fails(case)).map(|(name, _)| name).collect();
    assert!(failed.is_empty(), "failed, each for the reason above: {failed:#?}");
}

/// One input, and its events with their places in it.
struct Input<'a> {
    json: &'a str,
    delivery: Option<Delivery>,
    events: Vec<(usize, LogEvent)>,
}

impl<'a> Input<'a> {
    fn read(json: &'a str) -> Self {
        if json.starts_with('[') {
            let events: Vec<LogEvent> = serde_json::from_str(json).unwrap();
            return Self { json, delivery: None, events: events.into_iter().enumerate().collect() };
        }
        match Delivery::from_slice(json.as_bytes()) {
            Ok(delivery) => {
                let events =
                    delivery.events().iter().map(|event| (event.position(), event.clone()));
                Self { json, events: events.collect(), delivery: Some(delivery) }
            }
            Err(error) => {
                assert_eq!(error.kind(), ParseErrorKind::NoEvents);
                let event = LogEvent::from_slice(json.as_bytes()).unwrap();
                Self { json, delivery: None, events: vec![(0, event)] }
            }
        }
    }

    fn check(&self) {
        for (_, event) in &self.events {
            loses_nothing(event);
            is_the_same_alone(event);
            let touched = touch_everything(event);
            assert_eq!(touch_everything(&event.detach()).parts, touched.parts);
            shows_no_text_of(event.raw(), &touched.debug);
            touched.reads_the_same_again();
        }
        match &self.delivery {
            Some(delivery) => delivery_loses_nothing(delivery, self.json),
            None if self.json.starts_with('[') => {
                let sent: Vec<&RawValue> = serde_json::from_str(self.json).unwrap();
                let sent: Vec<&str> = sent.into_iter().map(RawValue::get).collect();
                let kept: Vec<&str> = self.events.iter().map(|(_, event)| event.raw()).collect();
                assert_eq!(sent, kept);
            }
            None => assert_eq!(self.events[0].1.raw(), self.json),
        }
    }

    /// In the form of a case's `malformed`, by the event's place.
    fn malformed(&self) -> Value {
        let mut found = Vec::new();
        for element in self.delivery.iter().flat_map(Delivery::invalid_events) {
            let root = format!("data.events[{}]", element.position());
            let path = element.path();
            let path = path.strip_prefix(&root).unwrap().trim_start_matches('.').to_owned();
            assert_eq!(
                element.to_string(),
                format!("{}: expected {}", element.path(), element.reason().expected())
            );
            found.push((element.position(), path));
        }
        for (place, event) in &self.events {
            found.extend(
                event.schema_mismatches().iter().map(|member| (*place, member.path().to_owned())),
            );
        }
        found.sort_by_key(|&(place, _)| place);
        found
            .into_iter()
            .map(|(event, path)| serde_json::json!({"event": event, "path": path}))
            .collect()
    }

    /// What a member of an event or of the envelope reads as.
    fn reads(&self, place: &Value, member: &str) -> Value {
        let Some(place) = place.as_u64() else { return self.envelope_reads(member) };
        let (_, event) = self.events.iter().find(|(at, _)| *at as u64 == place).unwrap();
        match member {
            "eventType" => event.event_type().as_str().into(),
            "uuid" => event.uuid().into(),
            "published" => event.published().into(),
            "ip_chain" => serde_json::to_value(event.ip_chain()).unwrap(),
            _ => {
                assert!(MEMBERS.contains(&member), "no such member: {member}");
                let touched = touch_everything(event);
                let part = touched.parts.iter().find(|(name, _)| *name == member);
                part.map_or(Value::Null, |(_, json)| serde_json::from_str(json).unwrap())
            }
        }
    }

    fn envelope_reads(&self, member: &str) -> Value {
        let delivery = self.delivery.as_ref().unwrap();
        let read = match member {
            "event_type" => delivery.event_type(),
            "event_type_version" => delivery.event_type_version(),
            "cloud_events_version" => delivery.cloud_events_version(),
            "content_type" => delivery.content_type(),
            "source" => delivery.source(),
            "org" => delivery.org(),
            "hook_id" => delivery.hook_id(),
            "event_id" => delivery.event_id(),
            "event_time" => delivery.event_time(),
            _ => panic!("no such accessor: {member}"),
        };
        read.into()
    }
}

/// `None` where serde_json's values cannot hold it: 1e400, half a surrogate pair, deep nesting.
fn value(json: &str) -> Option<Value> {
    serde_json::from_str(json).ok()
}

fn loses_nothing(event: &LogEvent) {
    let json = serde_json::to_string(event).unwrap();
    assert_eq!(json, event.raw());
    assert_eq!(serde_json::from_str::<LogEvent>(&json).unwrap().raw(), event.raw());
    // Inside of something else too, as in a list that is stored.
    assert_eq!(serde_json::to_string(&[event]).unwrap(), format!("[{}]", event.raw()));
    for (name, sent) in members(event.raw()) {
        assert_eq!(event.get(&name).map(RawValue::get), Some(sent.get()), "{name}");
    }
}

/// The members by another reading than ours; none where a key is not a string.
fn members(json: &str) -> BTreeMap<String, Box<RawValue>> {
    serde_json::from_str(json).unwrap_or_default()
}

fn delivery_loses_nothing(delivery: &Delivery, json: &str) {
    assert_eq!(delivery.raw(), json);
    let written = serde_json::to_string(delivery).unwrap();
    assert_eq!(written, json.trim());
    assert_eq!(value(&written), value(json));
    assert_eq!(serde_json::from_str::<Delivery>(json).unwrap().raw(), json.trim());
    for (name, sent) in members(json) {
        assert_eq!(delivery.get(&name).map(RawValue::get), Some(sent.get()), "{name}");
    }
    let data = members(delivery.get("data").unwrap().get());
    let sent: Vec<&RawValue> = serde_json::from_str(data["events"].get()).unwrap();
    let events = delivery.into_iter().map(|event| (event.position(), event.raw()));
    let invalid =
        delivery.invalid_events().iter().map(|element| (element.position(), element.raw()));
    let mut kept: Vec<(usize, &str)> = events.chain(invalid).collect();
    kept.sort_by_key(|&(place, _)| place);
    let sent: Vec<(usize, &str)> = sent.into_iter().map(RawValue::get).enumerate().collect();
    assert_eq!(kept, sent);
    shows_no_text_of(json, &format!("{delivery:?} {:?}", delivery.invalid_events()));
}

fn is_the_same_alone(event: &LogEvent) {
    let alone = event.detach();
    assert_eq!(alone.raw(), event.raw());
    assert_eq!(alone.position(), event.position());
    assert_eq!(alone.event_type(), event.event_type());
    assert_eq!(alone.uuid(), event.uuid());
    assert_eq!(alone.published(), event.published());
    assert_eq!(alone.schema_mismatches(), event.schema_mismatches());
    let unknown = members(event.raw()).into_keys();
    for name in MEMBERS.map(str::to_owned).into_iter().chain(unknown) {
        let get = |event: &LogEvent| event.get(&name).map(|json| json.get().to_owned());
        assert_eq!(get(&alone), get(event), "{name}");
    }
}

/// What the accessors of one event gave: the parts by the member they were read from, written as
/// JSON, and everything's `Debug`.
#[derive(Default)]
struct Touched {
    parts: Vec<(&'static str, String)>,
    debug: String,
}

impl Touched {
    fn show(&mut self, part: &(impl Debug + Serialize)) -> String {
        self.debug += &format!("{part:?} {part:#?}\n");
        serde_json::to_string(part).unwrap()
    }

    fn part<T: Debug + Serialize>(&mut self, member: &'static str, part: Option<&T>) {
        if let Some(part) = part {
            let json = self.show(part);
            self.parts.push((member, json));
        }
    }

    /// Text has no `Debug` of ours.
    fn text(&mut self, member: &'static str, text: Option<impl Serialize>) {
        if let Some(text) = text {
            self.parts.push((member, serde_json::to_string(&text).unwrap()));
        }
    }

    fn free_form(&mut self, object: Option<FreeForm<'_>>) {
        let Some(object) = object else { return };
        assert_eq!(self.show(&object), object.raw());
        for (key, json) in object.iter() {
            // The last of doubled ones is what `get` gives.
            let last = object.iter().filter(|(other, _)| *other == key).last();
            assert_eq!(object.get(&key).map(RawValue::get), last.map(|(_, json)| json.get()));
            assert!(object.string(&key).is_some() || object.get(&key).unwrap().get() == "null");
            assert!(object.raw().contains(json.get()));
        }
    }

    fn geography(&mut self, place: Option<&GeographicalContext<'_>>) {
        self.show(&place);
        self.show(&place.and_then(|place| place.geolocation.clone()));
    }

    fn ip_details(&mut self, details: Option<&IpDetails<'_>>) {
        self.show(&details);
        self.show(&details.map(|details| &details.ip_service_categories));
    }

    fn chain(&mut self, chain: &[IpAddress<'_>]) {
        self.show(&chain);
        for address in chain {
            self.show(&address.version);
            self.geography(address.geographical_context.as_ref());
            self.ip_details(address.ip_details.as_ref());
        }
    }

    /// What was written must read as what was read: keys, shapes and order.
    fn reads_the_same_again(&self) {
        let parts = self.parts.iter().map(|(member, json)| format!(r#","{member}":{json}"#));
        let event = format!(r#"{{"eventType":"again"{}}}"#, parts.collect::<String>());
        let event = LogEvent::from_slice(event.as_bytes()).unwrap();
        assert_eq!(touch_everything(&event).parts, self.parts);
        assert_eq!(event.schema_mismatches(), []);
    }
}

/// Calls every accessor of an event and of its parts.
fn touch_everything(event: &LogEvent) -> Touched {
    let mut touched = Touched::default();
    touched.show(event);
    touched.text("version", event.version());
    touched.part("severity", event.severity().as_ref());
    touched.text("displayMessage", event.display_message());
    touched.text("legacyEventType", event.legacy_event_type());
    touched.text("insertionTimestamp", event.insertion_timestamp());
    touch_people(event, &mut touched);
    touch_origin(event, &mut touched);
    touch_circumstances(event, &mut touched);
    touched
}

fn touch_people(event: &LogEvent, touched: &mut Touched) {
    let actor = event.actor();
    touched.part("actor", actor.as_ref());
    touched.free_form(actor.as_ref().and_then(|actor| actor.detail_entry.clone()));
    if let Some(known) = actor.as_ref().and_then(|actor| actor.known_alternate_id()) {
        assert_eq!(actor.as_ref().unwrap().alternate_id.as_deref(), Some(known));
    }
    let targets = event.targets();
    if !targets.is_empty() {
        touched.part("target", Some(&targets));
    }
    for target in &targets {
        touched.free_form(target.detail_entry.clone());
        touched.show(&target.change_details);
        let ChangeDetails { from, to, .. } = target.change_details.clone().unwrap_or_default();
        touched.free_form(from);
        touched.free_form(to);
        let kind = target.kind.clone().unwrap_or_else(|| TargetType::from(""));
        assert_eq!(event.targets_of(kind).count() > 0, target.kind.is_some());
        assert!(target.known_alternate_id().is_none() || target.alternate_id.is_some());
    }
    let users = targets.iter().filter(|target| target.is_user()).count();
    assert_eq!(event.user_targets().count(), users);
}

fn touch_origin(event: &LogEvent, touched: &mut Touched) {
    let client = event.client();
    touched.part("client", client.as_ref());
    if let Some(client) = &client {
        assert!(client.known_zone().is_none() || client.zone.is_some());
        touched.show(&client.user_agent);
        touched.geography(client.geographical_context.as_ref());
        touched.chain(&client.ip_chain);
    }
    let request = event.request();
    touched.part("request", request.as_ref());
    touched.chain(&request.unwrap_or_default().ip_chain);
    touched.chain(&event.ip_chain());
    let device = event.device();
    touched.part("device", device.as_ref());
    if let Some(device) = &device {
        touched.show(&device.disk_encryption_type);
        touched.show(&device.screen_lock_type);
        touched.free_form(device.device_integrator.clone());
    }
}

fn touch_circumstances(event: &LogEvent, touched: &mut Touched) {
    let outcome = event.outcome();
    touched.part("outcome", outcome.as_ref());
    touched.show(&outcome.and_then(|outcome| outcome.result));
    let transaction = event.transaction();
    touched.part("transaction", transaction.as_ref());
    let transaction = transaction.unwrap_or_default();
    touched.show(&transaction.kind);
    touched.free_form(transaction.detail);
    let debug_context = event.debug_context();
    touched.part("debugContext", debug_context.as_ref());
    let debug_data = debug_context.and_then(|context| context.debug_data);
    touched.free_form(debug_data.clone());
    for (key, _) in debug_data.clone().unwrap_or_default().iter() {
        assert_eq!(event.debug_data(&key), debug_data.as_ref().unwrap().string(&key));
    }
    let authentication = event.authentication_context();
    touched.part("authenticationContext", authentication.as_ref());
    let authentication = authentication.unwrap_or_default();
    touched.show(&authentication.authentication_provider);
    touched.show(&authentication.credential_provider);
    touched.show(&authentication.credential_type);
    touched.show(&authentication.issuer);
    let security = event.security_context();
    touched.part("securityContext", security.as_ref());
    let security = security.unwrap_or_default();
    touched.ip_details(security.ip_details.as_ref());
    touched.show(&security.user_behaviors);
    touched.show(&security.bot_protection.and_then(|protection| protection.level));
    touched.show(&security.risk);
    touched.show(&security.risk.as_ref().and_then(|risk| risk.level.clone()));
    for behavior in &security.user_behaviors {
        touched.show(&behavior.result);
    }
}

/// The named values of seven and more letters, which `Debug` does show.
const SHOWN: [&str; 42] = [
    "SUCCESS",
    "FAILURE",
    "SKIPPED",
    "CHALLENGE",
    "UNKNOWN",
    "RATE_LIMIT",
    "DEFERRED",
    "SCHEDULED",
    "ABANDONED",
    "UNANSWERED",
    "SystemPrincipal",
    "PublicClientApp",
    "PublicClientAppEntity",
    "IP address",
    "UserGroup",
    "AppInstance",
    "AppUser",
    "Authenticator",
    "AuthenticatorEnrollment",
    "PolicyEntity",
    "PolicyRule",
    "Factor Type",
    "URL Pattern",
    "Bucket Uuid",
    "MobilePhone",
    "OKTA_AUTHENTICATION_PROVIDER",
    "ACTIVE_DIRECTORY",
    "FEDERATION",
    "FACTOR_PROVIDER",
    "OKTA_CREDENTIAL_PROVIDER",
    "PASSWORD",
    "ASSERTION",
    "OAuth 2.0",
    "CERTIFICATE",
    "Computer",
    "Unknown",
    "Residential Proxy",
    "ALL_INTERNAL_VOLUMES",
    "BIOMETRIC",
    "PASSCODE",
    "POSITIVE",
    "NEGATIVE",
];

/// Whether Okta, and not a person, has chosen the text: `Debug` may show it.
fn is_named(text: &str) -> bool {
    let is_event_type = text.parse::<EventType>().is_ok_and(|known| known.info().is_some());
    SHOWN.contains(&text) || is_event_type
}

/// `Debug` is for logs, and a value can be a password.
fn shows_no_text_of(json: &str, debug: &str) {
    for text in long_texts(json) {
        let unescaped: String = serde_json::from_str(&format!("\"{text}\"")).unwrap_or_default();
        if is_named(&unescaped) {
            continue;
        }
        assert!(!debug.contains(text), "Debug shows a text of the payload");
        assert!(
            unescaped.len() < 7 || !debug.contains(&unescaped),
            "Debug shows an unescaped text"
        );
    }
}

/// The texts in a JSON text, as written, without the keys and what may be in a name by chance.
fn long_texts(json: &str) -> Vec<&str> {
    let mut texts = Vec::new();
    let mut rest = json;
    while let Some((_, after)) = rest.split_once('"') {
        let mut escaped = false;
        let is_end = |byte: u8| {
            let is_end = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            is_end
        };
        let length = after.bytes().position(is_end).unwrap();
        rest = &after[length + 1..];
        if length > 6 && !rest.trim_start().starts_with(':') {
            texts.push(&after[..length]);
        }
    }
    texts
}

#[test]
fn the_search_for_leaks_knows_texts_from_keys() {
    let json = r#"{"long key" : "a \"quoted\" text", "k":["short","s\\", "another text"], "n":1}"#;
    assert_eq!(long_texts(json), [r#"a \"quoted\" text"#, "another text"]);
}

#[test]
#[should_panic(expected = "Debug shows a text")]
fn the_search_for_leaks_finds_one() {
    shows_no_text_of(r#"{"password":"correct horse"}"#, "Actor { id: correct horse }");
}

const DEPTH: usize = 100_000;

fn deep_array() -> String {
    "[".repeat(DEPTH) + &"]".repeat(DEPTH)
}

fn deep_object() -> String {
    r#"{"a":"#.repeat(DEPTH) + "1" + &"}".repeat(DEPTH)
}

#[test]
fn a_deep_element_is_quarantined_and_the_others_go_on() {
    for (deep, path) in [(deep_array(), ""), (deep_object(), "eventType")] {
        let body = format!(r#"{{"data":{{"events":[{deep},{{"eventType":"x","actor":{{}}}}]}}}}"#);
        let input = Input::read(&body);
        input.check();
        assert_eq!(input.malformed(), serde_json::json!([{"event": 0, "path": path}]));
        assert_eq!(input.events.len(), 1);
        assert_eq!(input.delivery.unwrap().invalid_events()[0].raw(), deep);
    }
}

#[test]
fn a_deep_member_is_kept_and_reads_as_its_shape_allows() {
    for name in MEMBERS.into_iter().filter(|&name| name != "eventType").chain(["unknown"]) {
        for deep in [deep_array(), deep_object()] {
            let json = format!(r#"{{"eventType":"x","{name}":{deep}}}"#);
            let event = LogEvent::from_slice(json.as_bytes()).unwrap();
            assert_eq!(event.raw(), json);
            assert_eq!(event.get(name).map(RawValue::get), Some(&*deep));
            assert_eq!(serde_json::to_string(&event).unwrap(), json);
            assert_eq!(event.detach().get(name).map(RawValue::get), Some(&*deep));
            touch_everything(&event);
            let is_part = MEMBERS[7..17].contains(&name) && name != "target";
            let path = match (name, deep.starts_with('[')) {
                ("unknown" | "insertionTimestamp", _) => None,
                ("target", true) => Some("target[0]"),
                (_, false) if is_part => None,
                _ => Some(name),
            };
            let mismatches = event.schema_mismatches();
            assert_eq!(mismatches.first().map(|mismatch| mismatch.path()), path, "{name}");
            assert!(mismatches.len() < 2);
        }
    }
}

#[test]
fn deep_values_in_free_form_objects_are_kept() {
    let deep = deep_array();
    let json = format!(
        r#"{{"eventType":"x","debugContext":{{"debugData":{{"k":{deep}}}}},"target":[{{"changeDetails":{{"from":{}}}}}]}}"#,
        deep_object()
    );
    let event = LogEvent::from_slice(json.as_bytes()).unwrap();
    assert_eq!(event.debug_data("k").as_deref(), Some(&*deep));
    assert_eq!(event.schema_mismatches(), []);
    touch_everything(&event).reads_the_same_again();
}

#[test]
fn a_deep_body_is_refused_for_its_shape() {
    use ParseErrorKind::{Eof, NoEventType, NoEvents, NotAnObject};
    let (array, object) = (deep_array(), deep_object());
    let (open_array, open_object) = (&array[..DEPTH], &object[..DEPTH * 5]);
    let cases = [
        (array.clone(), NotAnObject, NotAnObject),
        (object.clone(), NoEvents, NoEventType),
        (open_array.to_owned(), Eof, Eof),
        (open_object.to_owned(), Eof, Eof),
        (format!(r#"{{"data":{array}}}"#), NoEvents, NoEventType),
        (format!(r#"{{"data":{object}}}"#), NoEvents, NoEventType),
        (format!(r#"{{"data":{open_array}"#), Eof, Eof),
        (format!(r#"{{"data":{{"events":{object}}}}}"#), NoEvents, NoEventType),
    ];
    for (nth, (body, as_delivery, as_event)) in cases.iter().enumerate() {
        let delivery = Delivery::from_slice(body.as_bytes()).unwrap_err();
        assert_eq!(delivery.kind(), *as_delivery, "case {nth}");
        let event = LogEvent::from_slice(body.as_bytes()).unwrap_err();
        assert_eq!(event.kind(), *as_event, "case {nth}");
    }
}

#[test]
fn as_many_mismatches_as_fit_a_body_are_all_found() {
    // If each mismatch were compared with all others, nobody would wait for the end.
    let json = format!(r#"{{"eventType":"x","target":[5{}]}}"#, ",5".repeat(150_000));
    let event = LogEvent::from_slice(json.as_bytes()).unwrap();
    assert_eq!(event.schema_mismatches().len(), 150_001);
}
