//! The emulator's own endpoints, as the console uses them.

use std::time::{Duration, Instant};

use http::Method;
use okta_hooks_testing::hook::{Answer, Hook};
use serde_json::{Value, json};

use crate::emulator::{CREATE, DEACTIVATE, Org, wanted};

impl Org {
    async fn summary(&self, query: &str) -> Value {
        Self::ok(self.get(&format!("/admin/calls/summary?{query}")).await)
    }

    /// The newest call, once its delivery has come to an end.
    async fn settled(&self, calls: usize) -> Value {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let summary = self.summary("").await;
            let newest = &summary["calls"][0];
            let over = newest["open"] == false && summary["kept"].as_u64() >= Some(calls as u64);
            if over || Instant::now() > deadline {
                return newest.clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn ids(calls: &Value) -> Vec<u64> {
    calls.as_array().unwrap().iter().map(|call| call["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn the_attempts_of_a_delivery_belong_together_and_say_how_it_went() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;
    hook.answer_next(&[Answer::Status(503)]);
    org.create_user("john.doe@example.com").await;
    let second = org.settled(3).await;
    assert_eq!(second["outcome"], "503 → retried → 204");
    assert_eq!((&second["attempt"], &second["delivery"]), (&json!(2), &json!(2)));
    assert_eq!((&second["attempts"], &second["retries"]), (&json!([2, 3]), &json!("emulator")));
    assert_eq!((&second["events"], &second["types"]), (&json!(1), &json!([CREATE])));
    assert_eq!(second["targets"], json!(["john.doe@example.com"]));
    assert_eq!(second["hookName"], "User sync");
    let all = org.summary("").await;
    assert_eq!(ids(&all["calls"]), [3, 2, 1], "the newest first");
    assert_eq!(all["calls"][1]["outcome"], second["outcome"], "each attempt knows of all");
    assert!(all["calls"][0].get("request").is_none(), "without bodies");

    assert_eq!(ids(&org.summary("limit=2&before=3").await["calls"]), [2, 1]);
    let before = org.get("/admin/calls?before=3&limit=1").await;
    assert_eq!(ids(&Org::ok(before)), [2]);
    let change = all["change"].as_u64().unwrap();
    assert_eq!(org.summary(&format!("since={change}")).await["calls"], json!([]));

    hook.answer_next(&[Answer::Status(401)]);
    org.create_user("jane.doe@example.com").await;
    assert_eq!(org.settled(4).await["outcome"], "401 → dropped");
    let since = org.summary(&format!("since={change}")).await;
    assert_eq!(ids(&since["calls"]), [4]);
    assert_eq!(since["run"], Org::ok(org.get("/admin/health").await)["run"]);

    assert_eq!(org.send(Method::DELETE, "/admin/calls", None).await.status, 204);
    let none = org.summary(&format!("since={}&wait=5", since["change"])).await;
    assert_eq!((&none["kept"], &none["oldest"]), (&json!(0), &json!(5)));
}

#[tokio::test]
async fn a_call_is_there_while_it_is_open() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;
    let change = org.summary("").await["change"].clone();
    hook.answer_next(&[Answer::Late]);
    org.create_user("john.doe@example.com").await;
    let open = org.summary(&format!("since={change}&wait=10")).await;
    let call = &open["calls"][0];
    assert_eq!((&call["open"], &call["end"]), (&json!(true), &json!("open")));
    assert_eq!((&call["next"], &call["durationMs"]), (&Value::Null, &Value::Null));
    assert_eq!(ids(&Org::ok(org.get("/admin/calls").await)), [1], "that one is over");
    let end = org.settled(3).await;
    assert_eq!(end["outcome"], "timeout → retried → 204");
}

#[tokio::test]
async fn a_replay_as_new_is_news_and_one_as_it_was_says_who_has_seen_it() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;
    org.create_user("john.doe@example.com").await;
    let first = org.settled(2).await["id"].clone();
    let replay =
        async |changes: Value| Org::ok(org.post(&format!("/admin/replay/{first}"), changes).await);
    let again = replay(json!({})).await;
    assert_eq!((&again["replayOf"], &again["seen"]), (&first, &first));

    let call = Org::ok(org.get(&format!("/admin/calls/{first}")).await);
    let body = call["request"]["body"].as_str().unwrap().replace("john.doe", "jane.doe");
    let new = replay(json!({ "body": body, "newIds": true })).await;
    assert_eq!((&new["seen"], &new["answer"]["status"]), (&Value::Null, &json!(204)));
    let deliveries = hook.deliveries();
    assert_eq!(deliveries[0].raw(), deliveries[1].raw());
    assert_ne!(deliveries[0].event_id(), deliveries[2].event_id());
    assert_ne!(deliveries[0].events()[0].uuid(), deliveries[2].events()[0].uuid());
    let targets = deliveries[2].events()[0].targets();
    assert_eq!(targets[0].alternate_id.as_deref(), Some("jane.doe@example.com"));

    let url = format!("http://{}/other?x=1", hook.address);
    let elsewhere = replay(json!({ "url": url, "method": "PUT" })).await;
    assert_eq!((&elsewhere["url"], &elsewhere["method"]), (&json!(url), &json!("PUT")));
    assert_eq!(elsewhere["seen"], Value::Null, "nothing was sent there before");
    for refused in [
        json!({ "url": "http://evil.example/" }),
        json!({ "url": 7 }),
        json!({ "method": "no method" }),
        json!({ "newIds": 1 }),
        json!({ "newIds": true, "body": "[" }),
    ] {
        let reply = org.post(&format!("/admin/replay/{first}"), refused.clone()).await;
        assert_eq!(reply.status, 400, "{refused}");
    }
}

#[tokio::test]
async fn a_hook_is_created_and_verified_edited_deleted_and_put_back() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    let created = org.post("/admin/hooks?verify=1", wanted(&hook.url(), &[CREATE])).await;
    let created = Org::ok(created);
    assert_eq!(created["verification"]["verified"], true);
    assert_eq!(created["hook"]["verificationStatus"], "VERIFIED");
    let path = format!("/admin/hooks/{}", created["hook"]["id"].as_str().unwrap());

    // Another name, and no secret: the one that is there is kept, and still accepted.
    let mut edited = wanted(&hook.url(), &[CREATE, DEACTIVATE]);
    edited["name"] = "Renamed".into();
    edited["channel"]["config"]["authScheme"].as_object_mut().unwrap().remove("value");
    let edited = Org::ok(org.send(Method::PUT, &path, Some(edited)).await);
    assert_eq!(edited["hook"]["name"], "Renamed");
    assert_eq!(edited["hook"]["verificationStatus"], "VERIFIED", "its channel is the same");
    let verified = Org::ok(org.post(&format!("{path}/verify"), json!({})).await);
    assert_eq!(verified["verification"]["verified"], true);

    assert_eq!(org.send(Method::DELETE, &path, None).await.status, 200);
    assert_eq!(Org::ok(org.get("/api/v1/eventHooks").await), json!([]));
    let restored = Org::ok(org.post(&format!("{path}/restore"), json!({})).await);
    assert_eq!((&restored["name"], &restored["status"]), (&json!("Renamed"), &json!("ACTIVE")));
    assert_eq!(org.post(&format!("{path}/restore"), json!({})).await.status, 404);
    org.create_user("john.doe@example.com").await;
    assert_eq!(hook.events(1).await, [format!("{CREATE} john.doe@example.com")]);
}

#[tokio::test]
async fn a_verification_that_fails_quotes_the_receiver_and_says_what_to_do() {
    let org = Org::start(&[]);
    let receiver = axum::Router::new().fallback(|| async {
        (http::StatusCode::UNAUTHORIZED, "the header  \x1b[31m\n authorization is missing")
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, receiver).await });
    let mut body = wanted(&url, &[CREATE]);
    body["channel"]["config"]["authScheme"] = Value::Null;
    let created = Org::ok(org.post("/admin/hooks?verify=1", body).await);
    let verification = &created["verification"];
    assert_eq!(verification["verified"], false);
    assert_eq!(verification["what"], "refused with status 401");
    let fix = verification["fix"].as_str().unwrap();
    assert!(fix.contains("the hook has none") && fix.contains("edit the hook"), "{fix}");
    let answer = verification["answer"].as_str().unwrap();
    assert!(answer.ends_with("authorization is missing") && !answer.contains('\x1b'), "{answer}");
    let call = org.settled(1).await;
    assert_eq!(
        (&call["id"], &call["outcome"]),
        (&verification["call"], &json!("401 → not verified"))
    );
}

#[tokio::test]
async fn a_preview_is_the_newest_event_of_the_log_that_the_hook_is_subscribed_to() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    let id = org.verified_hook(&hook, &[CREATE, DEACTIVATE]).await;
    let preview = async |query: &str| org.get(&format!("/admin/hooks/{id}/preview?{query}")).await;
    let sample = Org::ok(preview("").await);
    assert_eq!((&sample["sample"], &sample["event"]), (&json!(true), &Value::Null));
    assert_eq!(sample["body"]["data"]["events"][0]["target"], Value::Null, "as Okta's has none");

    let john = org.create_user("john.doe@example.com").await;
    org.create_user("jane.doe@example.com").await;
    let found = Org::ok(preview("").await);
    let targets = found["candidates"].as_array().unwrap();
    let targets: Vec<_> = targets.iter().map(|event| event["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["jane.doe@example.com", "john.doe@example.com"], "no activation");
    let older = found["candidates"][1]["uuid"].as_str().unwrap();
    let older = Org::ok(preview(&format!("event={older}")).await);
    let event = &older["body"]["data"]["events"][0];
    assert_eq!((&event["target"][0]["id"], &event["eventType"]), (&john["id"], &json!(CREATE)));
    assert_eq!(older["sample"], false);

    // Of this type there is nothing yet: a sample, about somebody who is there.
    let sample = Org::ok(preview(&format!("type={DEACTIVATE}&target=john.doe@example.com")).await);
    let event = &sample["body"]["data"]["events"][0];
    assert_eq!((&event["target"][0]["id"], &sample["sample"]), (&john["id"], &json!(true)));
    assert_eq!(preview("type=group.lifecycle.create").await.status, 400);
    assert_eq!(preview("event=x").await.status, 404);

    hook.events(2).await;
    org.settled(2).await;
    let deliver = async |query: &str, body: &Value| {
        let reply = org.post(&format!("/admin/deliver/{id}?{query}"), body.clone()).await;
        Org::ok(reply)["seen"].clone()
    };
    assert_ne!(deliver("", &older["body"]).await, Value::Null, "it was delivered before");
    assert_eq!(deliver("newIds=1", &older["body"]).await, Value::Null);
}

#[tokio::test]
async fn event_types_have_names_and_groups() {
    let org = Org::start(&[]);
    let types = Org::ok(org.get("/admin/event-types").await);
    let create = types.as_array().unwrap().iter().find(|info| info["type"] == CREATE).unwrap();
    assert_eq!((&create["name"], &create["group"]), (&json!("User created"), &json!("Users")));
}

#[tokio::test]
async fn no_two_events_of_an_org_were_published_in_the_same_millisecond() {
    let org = Org::start(&[]);
    for n in 0..50 {
        org.create_user(&format!("user{n}@example.com")).await;
    }
    let log = Org::ok(org.get("/api/v1/logs?limit=1000").await);
    let times: Vec<_> = log.as_array().unwrap().iter().map(|event| &event["published"]).collect();
    assert_eq!(times.len(), 100, "each was created and activated");
    assert!(times.windows(2).all(|pair| pair[0].as_str() < pair[1].as_str()), "{times:?}");
}

#[tokio::test]
async fn the_own_link_of_a_page_after_a_cursor_has_no_since() {
    let org = Org::start(&[]);
    let user = org.create_user("john.doe@example.com").await;
    let since = user["created"].as_str().unwrap();
    let first = org.get(&format!("/api/v1/logs?since={since}&limit=10")).await;
    let next = crate::emulator::next(&first).unwrap();
    assert!(next.contains("after=") && !next.contains("since="), "{next}");
    let polled = org.get(&format!("{next}&since={since}")).await;
    let own = polled.headers.get_all("link").iter().next().unwrap().to_str().unwrap();
    assert!(own.contains("rel=\"self\"") && own.contains("after="), "{own}");
    assert!(!own.contains("since="), "{own}");
    let next = crate::emulator::next(&polled).unwrap();
    assert_eq!(own, format!("<{next}>; rel=\"self\""), "there was nothing new");
}

#[tokio::test]
async fn a_put_obeys_the_status_and_another_url_has_to_be_verified_anew() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    let id = org.verified_hook(&hook, &[CREATE]).await;
    let path = format!("/api/v1/eventHooks/{id}");
    let put = async |url: &str, status: Value| {
        let mut body = wanted(url, &[CREATE]);
        body["status"] = status;
        Org::ok(org.send(Method::PUT, &path, Some(body)).await)
    };
    let links = |hook: &Value| {
        hook["_links"].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    let inactive = put(&hook.url(), "INACTIVE".into()).await;
    assert_eq!(
        (&inactive["status"], links(&inactive)),
        (&json!("INACTIVE"), "activate delete self".into())
    );
    assert_eq!(inactive["verificationStatus"], "VERIFIED");
    assert_eq!(inactive["channel"]["config"]["authScheme"]["key"], "Authorization");
    let active = put(&hook.url(), "ACTIVE".into()).await;
    assert_eq!(
        (&active["status"], links(&active)),
        (&json!("ACTIVE"), "deactivate self verify".into())
    );

    tokio::time::sleep(Duration::from_millis(5)).await;
    let moved = put(&format!("{}/elsewhere", hook.url()), Value::Null).await;
    assert_eq!(
        (&moved["status"], &moved["verificationStatus"]),
        (&json!("ACTIVE"), &json!("UNVERIFIED"))
    );
    assert_eq!(moved["lastUpdated"], active["lastUpdated"], "that of the change before");
    assert!(Org::ok(org.get(&path).await)["lastUpdated"].as_str() > active["lastUpdated"].as_str());
    let log = Org::ok(org.get("/api/v1/logs?filter=eventType%20sw%20%22event_hook.%22").await);
    let types: Vec<_> =
        log.as_array().unwrap().iter().map(|event| event["eventType"].as_str().unwrap()).collect();
    let updated = "event_hook.updated";
    assert_eq!(
        types[2..],
        [updated, "event_hook.deactivated", updated, "event_hook.activated", updated]
    );
}

#[tokio::test]
async fn a_filter_decides_what_is_delivered_and_not_what_is_previewed() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    let filtered = |expression: &str| {
        let mut body = wanted(&hook.url(), &[CREATE, DEACTIVATE]);
        let condition = json!({ "version": null, "expression": expression });
        body["events"]["filter"] = json!({
            "type": "EXPRESSION_LANGUAGE",
            "eventFilterMap": [{ "event": CREATE, "condition": condition }],
        });
        body
    };
    let refused = org.post("/api/v1/eventHooks", filtered("event.target.?[type eq 'User'")).await;
    assert_eq!((refused.status, &refused.json["errorCode"]), (400, &json!("E0000001")));
    let cause = refused.json["errorCauses"][0]["errorSummary"].as_str().unwrap();
    let place =
        "events.filter.eventFilterMap[0].condition.expression: ] is expected at character 30";
    assert_eq!(cause, place);

    let jane = "event.target.?[type eq 'User' && alternateId eq 'jane.doe@example.com'].size()>0";
    let created = Org::ok(org.post("/admin/hooks?verify=1", filtered(jane)).await);
    let id = created["hook"]["id"].as_str().unwrap();
    let filter = &created["hook"]["events"]["filter"];
    assert_eq!(filter["eventFilterMap"][0]["condition"]["expression"], jane);
    for login in ["john.doe@example.com", "jane.doe@example.com"] {
        let user = org.create_user(login).await;
        let path = format!("/api/v1/users/{}/lifecycle/deactivate", user["id"].as_str().unwrap());
        assert_eq!(org.post(&path, json!({})).await.status, 200);
    }
    // Deactivations have no filter.
    let mut delivered = hook.events(3).await;
    delivered.sort();
    let expected = [(CREATE, "jane"), (DEACTIVATE, "jane"), (DEACTIVATE, "john")];
    let expected = expected.map(|(kind, who)| format!("{kind} {who}.doe@example.com"));
    assert_eq!(delivered, expected);
    let log =
        Org::ok(org.get("/api/v1/logs?filter=eventType%20eq%20%22user.lifecycle.create%22").await);
    let targets = log.as_array().unwrap().iter();
    let hooks = targets.map(|event| event["debugContext"]["debugData"].get("targetEventHookIds"));
    assert_eq!(hooks.collect::<Vec<_>>(), [None, Some(&json!(id))]);

    let preview = Org::ok(org.get(&format!("/admin/hooks/{id}/preview?type={CREATE}")).await);
    assert_eq!(preview["candidates"].as_array().unwrap().len(), 2, "John is among them");
}
