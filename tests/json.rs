//! serde_json reads and writes the models.

use okta_hooks::LogEvent;

#[test]
fn serde_json_reads_a_system_log_answer_and_writes_it_back() {
    let page = r#"[{"uuid":"u1","eventType":"a","n":0.00},{"eventType":"b"}]"#;
    let events: Vec<LogEvent> = serde_json::from_str(page).unwrap();
    assert_eq!(serde_json::to_string(&events).unwrap(), page);
    assert_eq!(events[0].uuid(), Some("u1"));
    let error = serde_json::from_str::<Vec<LogEvent>>(r#"[{"eventType":5}]"#).unwrap_err();
    assert!(error.to_string().contains("expected a string in `eventType`"), "{error}");
}
