//! Group rules put people into groups, and the System Log says so as Okta's does.

use http::Method;
use serde_json::{Value, json};

use crate::emulator::{Org, person};
use crate::org_client::id;

async fn create_group(org: &Org, name: &str) -> String {
    let group = json!({ "profile": { "name": name } });
    id(&Org::ok(org.post("/api/v1/groups", group).await))
}

async fn create_user(org: &Org, login: &str, department: &str) -> String {
    let mut user = person(login);
    user["profile"]["department"] = json!(department);
    id(&Org::ok(org.post("/api/v1/users", user).await))
}

/// A rule that puts the people of a department into groups, not active yet.
async fn create_rule(org: &Org, department: &str, groups: &[&str]) -> String {
    let rule = json!({
        "type": "group_rule",
        "name": department,
        "conditions": { "expression": {
            "value": format!("user.department==\"{department}\""),
            "type": "urn:okta:expression:1.0",
        }},
        "actions": { "assignUserToGroups": { "groupIds": groups } },
    });
    id(&Org::ok(org.post("/api/v1/groups/rules", rule).await))
}

async fn operate(org: &Org, rule: &str, operation: &str) {
    let path = format!("/api/v1/groups/rules/{rule}/lifecycle/{operation}");
    assert_eq!(org.send(Method::POST, &path, None).await.status, 204);
}

async fn members(org: &Org, group: &str) -> Vec<String> {
    let members = Org::ok(org.get(&format!("/api/v1/groups/{group}/users")).await);
    members.as_array().unwrap().iter().map(id).collect()
}

/// The events of groups so far: what each says, who did it, and by which rule.
async fn log(org: &Org) -> Vec<Value> {
    let filter = "filter=eventType%20sw%20%22group.user_membership%22";
    let log = Org::ok(org.get(&format!("/api/v1/logs?limit=1000&{filter}")).await);
    let row = |event: &Value| {
        let targets = event["target"].as_array().unwrap();
        json!([
            event["eventType"].as_str().unwrap().strip_prefix("group.user_membership."),
            event["actor"]["type"],
            targets.iter().map(|target| target["id"].clone()).collect::<Vec<_>>(),
            event["debugContext"]["debugData"]["triggeredByGroupRuleId"],
        ])
    };
    log.as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn a_rule_fills_its_groups_and_its_events_name_it() {
    let org = Org::start(&[]);
    let (sales, everywhere) =
        (create_group(&org, "Sales").await, create_group(&org, "All of Sales").await);
    let jo = create_user(&org, "jo@example.com", "Sales").await;
    let ann = create_user(&org, "ann@example.com", "Support").await;
    let rule = create_rule(&org, "Sales", &[&sales, &everywhere]).await;
    assert_eq!(members(&org, &sales).await, [""; 0], "it is not active");
    operate(&org, &rule, "activate").await;
    operate(&org, &rule, "activate").await;
    assert_eq!(members(&org, &sales).await, [jo.as_str()]);
    let system =
        |kind: &str, user: &str, group: &str| json!([kind, "SystemPrincipal", [user, group], rule]);
    let mut groups = [sales.as_str(), everywhere.as_str()];
    groups.sort_unstable();
    let mut expected = vec![json!(["rule.trigger", "User", [rule], null])];
    expected.extend(groups.map(|group| system("add", &jo, group)));
    assert_eq!(log(&org).await, expected, "once");

    let moved = json!({ "profile": { "department": "Sales" } });
    Org::ok(org.post(&format!("/api/v1/users/{ann}"), moved).await);
    expected.extend(groups.map(|group| system("add", &ann, group)));
    let moved = json!({ "profile": { "department": "Support" } });
    Org::ok(org.post(&format!("/api/v1/users/{jo}"), moved).await);
    expected.extend(groups.map(|group| system("remove", &jo, group)));
    assert_eq!(log(&org).await, expected);
    assert_eq!(members(&org, &sales).await, [ann.as_str()]);

    operate(&org, &rule, "deactivate").await;
    expected.push(json!(["rule.deactivated", "User", [rule], null]));
    assert_eq!(members(&org, &sales).await, [ann.as_str()], "who is there stays");
    let path = format!("/api/v1/groups/rules/{rule}?removeUsers=true");
    assert_eq!(org.send(Method::DELETE, &path, None).await.status, 202);
    expected.extend(groups.map(|group| system("remove", &ann, group)));
    assert_eq!(log(&org).await, expected);
}

#[tokio::test]
async fn whom_an_admin_takes_out_of_a_ruled_group_is_excluded_from_the_rule() {
    let org = Org::start(&[]);
    let sales = create_group(&org, "Sales").await;
    let rule = create_rule(&org, "Sales", &[&sales]).await;
    operate(&org, &rule, "activate").await;
    let jo = create_user(&org, "jo@example.com", "Sales").await;
    assert_eq!(members(&org, &sales).await, [jo.as_str()]);

    let path = format!("/api/v1/groups/{sales}/users/{jo}");
    assert_eq!(org.send(Method::DELETE, &path, None).await.status, 204);
    let log = log(&org).await;
    assert_eq!(
        log[log.len() - 2..],
        [
            json!(["remove", "User", [jo, sales], null]),
            json!(["rule.add_exclusion", "SystemPrincipal", [jo, rule], null]),
        ]
    );
    let kept = Org::ok(org.get(&format!("/api/v1/groups/rules/{rule}")).await);
    assert_eq!(kept["conditions"]["people"]["users"]["exclude"], json!([jo]));
    let title = json!({ "profile": { "title": "Head" } });
    Org::ok(org.post(&format!("/api/v1/users/{jo}"), title).await);
    assert_eq!(members(&org, &sales).await, [""; 0], "the rule does not put it back");

    // Whom an admin puts there is not the rule's.
    assert_eq!(org.send(Method::PUT, &path, None).await.status, 204);
    operate(&org, &rule, "deactivate").await;
    assert_eq!(members(&org, &sales).await, [jo]);
}

#[tokio::test]
async fn a_rule_without_its_group_is_invalid() {
    let org = Org::start(&[]);
    let sales = create_group(&org, "Sales").await;
    let rule = create_rule(&org, "Sales", &[&sales]).await;
    let deleted = org.send(Method::DELETE, &format!("/api/v1/groups/{sales}"), None).await;
    assert_eq!(deleted.status, 204);
    let path = format!("/api/v1/groups/rules/{rule}");
    assert_eq!(Org::ok(org.get(&path).await)["status"], "INVALID");
    assert_eq!(log(&org).await, [json!(["rule.invalidate", "SystemPrincipal", [rule], null])]);
    let refused = org.send(Method::POST, &format!("{path}/lifecycle/activate"), None).await;
    assert_eq!((refused.status, &refused.json["errorCode"]), (400, &json!("E0000001")));
}

/// Each joins by a change of its own; what is kept of the group is written once.
#[tokio::test]
async fn a_rule_for_thousands_of_people_takes_no_more_memory_than_they_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("org.sqlite");
    let org = Org::start(&["--data", data.to_str().unwrap(), "--rate-limit", "1000000"]);
    let sales = create_group(&org, "Sales").await;
    let rule = create_rule(&org, "Sales", &[&sales]).await;
    for n in 0..2_000 {
        create_user(&org, &format!("user{n}@example.com"), "Sales").await;
    }
    let Some(before) = org.server.peak_memory() else { return };
    operate(&org, &rule, "activate").await;
    let grown = org.server.peak_memory().unwrap() - before;
    // Two thousand events of some 3 KB, as they are and as they are written to the file.
    assert!(grown < 40 * 1024 * 1024, "{grown} bytes");
    let group = Org::ok(org.get(&format!("/api/v1/groups/{sales}/users?limit=1000")).await);
    assert_eq!(group.as_array().unwrap().len(), 1000);
}
