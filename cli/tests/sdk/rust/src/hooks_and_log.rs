//! Event hooks with a live receiver, and the System Log.

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use okta::types::{EventHook, LogSeverity, VerificationStatus};
use serde_json::json;

use crate::checks::{Checks, code};
use crate::users::{model, person};
use crate::{Org, next, pages, receiver};

pub async fn hooks(org: &Org, checks: &mut Checks) {
    let (url, received) = receiver::receiver();
    let api = org.okta.event_hooks();
    let hook: EventHook = model(json!({
        "name": "Sync", "events": { "type": "EVENT_TYPE", "items": ["user.lifecycle.create"] },
        "channel": { "type": "HTTP", "version": "1.0.0", "config": {
            "uri": url, "authScheme": { "type": "HEADER", "key": "Authorization", "value": "s3cret" } } },
    }));
    let hook = api.create(&hook).await.expect("a hook").body;
    checks.check("a new hook", hook.verification_status, Some(VerificationStatus::Unverified));
    let verified = api.verify(&hook.id).await.expect("the hook").body;
    checks.check(
        "verified",
        verified.verification_status.clone(),
        Some(VerificationStatus::Verified),
    );
    org.check_models(checks, &format!("/api/v1/eventHooks/{}", hook.id), &verified).await;

    let created = org.okta.users().create(true, false, "", &person("hooked@example.com")).await;
    checks.check("somebody new", created.is_ok(), true);
    let delivered = || received.lock().expect("nobody panics with it").clone();
    let deadline = Instant::now() + Duration::from_secs(10);
    while delivered().is_empty() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    checks.check("delivered", delivered(), ["\"hooked@example.com\""]);
    let hooks = api.list_all().await.expect("the hooks").body;
    checks.check("hooks", hooks.len(), 1);
    org.check_models(checks, "/api/v1/eventHooks", &hooks).await;
    let deleted = api.delete(&hook.id).await;
    checks.check("an active one stays", code(deleted), (400, "E0000001".to_owned()));
    checks.check("deactivated", api.deactivate(&hook.id).await.is_ok(), true);
    checks.check("deleted hook", api.delete(&hook.id).await.is_ok(), true);
}

pub async fn log(org: &Org, checks: &mut Checks) {
    let api = &org.okta.logs();
    let hour = Duration::from_secs(3600);
    let bound = |time: SystemTime| Some(DateTime::<Utc>::from(time));
    let (since, until) = (bound(SystemTime::now() - hour), bound(SystemTime::now() + hour));
    let filter = "eventType eq \"user.lifecycle.create\"";
    let two =
        |after: String| async move { api.get_page(since, until, filter, "", 2, "", &after).await };
    let bounded = pages(two).await;
    checks.check("the log in bounds", bounded.len(), 7);
    let first = &bounded[0];
    checks.check(
        "whom it is about",
        first.target[0].alternate_id.as_str(),
        "unfinished@example.com",
    );
    checks.check("its severity", first.severity.clone(), Some(LogSeverity::Info));
    checks.check("in order", bounded.is_sorted_by_key(|event| event.published), true);

    let page = api.get_page(None, None, "", "", 1000, "", "").await.expect("the log");
    org.check_models(checks, "/api/v1/logs?limit=1000", &page.body).await;
    let kinds: BTreeSet<&str> = page.body.iter().map(|event| event.event_type.as_str()).collect();
    for kind in ["group.profile.update", "user.account.update_password", "user.session.clear"] {
        checks.check(kind, kinds.contains(kind), true);
    }
    let after = next(&page.headers).expect("polling goes on");
    let later = api.get_page(None, None, "", "", 1000, "", &after).await.expect("the log");
    checks.check("nothing new", (later.body.len(), next(&later.headers).is_some()), (0, true));
    let newest = api.get_all(since, None, "", "", "DESCENDING").await.expect("the log").body;
    checks.check("descending", newest.is_sorted_by(|a, b| a.published >= b.published), true);
}
