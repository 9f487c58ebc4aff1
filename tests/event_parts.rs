//! What can be done with the parts of an event beside reading them.

use okta_hooks::LogEvent;
use okta_hooks::event::{
    ActorType, Client, Outcome, OutcomeResult, Severity, Target, TargetType, TransactionType,
};

const EVENT: &str = r#"{
    "eventType": "user.session.start", "severity": "WARN", "displayMessage": "private message",
    "actor": {"id": "00u-private", "type": "User", "displayName": "Private Person"},
    "client": {"ipAddress": "203.0.113.24", "device": "Computer",
        "ipChain": [{"ip": "203.0.113.24", "version": "V4", "source": "private"}]},
    "outcome": {"result": "FAILURE", "reason": "private reason"},
    "target": [{"type": "UserGroup", "displayName": "Private Group",
        "changeDetails": {"from": {"title": "private"}, "to": {"title": "secret"}}}],
    "transaction": {"type": "JOB", "id": "private-id", "detail": {"requestApiTokenId": "00T5"}},
    "debugContext": {"debugData": {"requestUri": "/private", "n": 1.50}},
    "authenticationContext": {"credentialType": "PASSWORD", "authenticatorContext": {"a": [1]}}
}"#;

fn event() -> LogEvent {
    LogEvent::from_slice(EVENT.as_bytes()).expect("an event")
}

#[test]
fn debug_shows_types_and_named_values_and_nothing_about_people() {
    let event = event();
    let debug = format!(
        "{event:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        event.actor(),
        event.client(),
        event.outcome(),
        event.targets(),
        event.transaction(),
        event.debug_context(),
        event.authentication_context(),
    );
    for shown in [
        "EventType(user.session.start)",
        "Actor { id: _, kind: ActorType(User), display_name: _, .. }",
        "device: DeviceClass(Computer)",
        "ip_chain: [IpAddress { ip: _, version: IpVersion(V4), source: _, .. }]",
        "Outcome { result: OutcomeResult(FAILURE), reason: _, .. }",
        "Target { kind: TargetType(UserGroup), display_name: _, change_details: ChangeDetails { from: _, to: _, .. }, .. }",
        "kind: TransactionType(JOB)",
        "credential_type: CredentialType(PASSWORD)",
    ] {
        assert!(debug.contains(shown), "{shown} is not in {debug}");
    }
    for hidden in ["rivate", "secret", "203.0", "00T5"] {
        assert!(!debug.contains(hidden), "{hidden} is in {debug}");
    }
}

#[test]
fn a_value_without_a_name_is_hidden_by_debug_since_it_may_be_anything() {
    let json = br#"{"eventType":"hunter2","outcome":{"result":"hunter2"},"severity":"hunter2"}"#;
    let event = LogEvent::from_slice(json).expect("an event");
    let debug = format!("{event:?} {:?} {:?}", event.outcome(), event.severity());
    assert!(!debug.contains("hunter2"), "{debug}");
}

#[test]
fn an_owned_part_outlives_its_event_and_is_the_same() {
    let (target, context, chain) = {
        let event = event();
        let target = event.targets().remove(0).into_owned();
        let context = event.authentication_context().expect("it is there").into_owned();
        (target, context, event.ip_chain().remove(0).into_owned())
    };
    fn is_static<T: Send + Sync + 'static>(_: &T) {}
    is_static(&target);
    assert_eq!(target.kind, Some(TargetType::USER_GROUP));
    let change = target.change_details.as_ref().and_then(|change| change.to.as_ref());
    assert_eq!(change.and_then(|to| to.string("title")).as_deref(), Some("secret"));
    let event = event();
    let same = |part: &dyn erased::Json, other: &dyn erased::Json| part.json() == other.json();
    assert!(same(&target, &event.targets()[0]));
    assert!(same(&context, &event.authentication_context()));
    assert!(same(&chain, &event.ip_chain()[0]));
}

/// `Serialize` as an object.
mod erased {
    pub trait Json {
        fn json(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn json(&self) -> String {
            serde_json::to_string(self).expect("a part")
        }
    }
}

#[test]
fn parts_whose_members_have_one_meaning_are_equal_member_by_member() {
    let (one, other) = (event(), event());
    assert_eq!(one.outcome(), other.outcome());
    assert_eq!(one.client(), other.client());
    assert_eq!(one.ip_chain(), other.ip_chain());
    assert_ne!(one.outcome(), Some(Outcome::default()));
    assert_ne!(one.client(), Some(Client::default()));
}

#[test]
fn constants_stand_for_what_used_to_be_typed_as_strings() {
    let event = event();
    assert_eq!(event.severity(), Some(Severity::WARN));
    assert_eq!(event.actor().and_then(|actor| actor.kind), Some(ActorType::USER));
    assert_eq!(event.outcome().and_then(|it| it.result), Some(OutcomeResult::FAILURE));
    assert_eq!(event.transaction().and_then(|it| it.kind), Some(TransactionType::JOB));
    let name = |target: Target<'_>| target.display_name.map(String::from);
    let groups: Vec<_> = event.targets_of(TargetType::USER_GROUP).filter_map(name).collect();
    assert_eq!(groups, ["Private Group"]);
    assert_eq!(event.targets_of("UserGroup").count(), 1);
}
