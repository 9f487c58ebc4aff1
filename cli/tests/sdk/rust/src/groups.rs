//! Groups, members, and rules.

use okta::types::{Group, GroupRule, GroupRuleStatus, GroupType, User};
use serde_json::json;

use crate::checks::{Checks, code};
use crate::users::model;
use crate::{Org, pages};

fn name(group: &Group) -> &str {
    &group.profile.as_ref().expect("a profile").name
}

fn named(name: &str) -> Group {
    model(json!({ "profile": { "name": name, "description": "Of a test" } }))
}

pub async fn groups(org: &Org, checks: &mut Checks, user: &User) {
    let api = &org.okta.groups();
    let mut made = Vec::new();
    for name in ["Sales", "Support", "Engineering"] {
        made.push(api.create(&named(name)).await.expect("a group").body);
    }
    checks.check("the class", made[0].object_class.clone(), ["okta:user_group"]);
    let expected = ["Everyone", "Sales", "Support", "Engineering"];
    let two = |after: String| async move { api.list("", "", &after, 2, "").await };
    let found = pages(two).await;
    checks.check("groups in pages", found.iter().map(name).collect::<Vec<_>>(), expected);
    let all = api.list_all("", "", "").await.expect("the groups").body;
    checks.check("built in", all[0].type_.clone(), Some(GroupType::BuiltIn));
    org.check_models(checks, "/api/v1/groups", &all).await;
    let found = api.list_all("Sup", "", "").await.expect("groups").body;
    checks.check("q", found.iter().map(name).collect::<Vec<_>>(), ["Support"]);
    let found = api.list_all("", "profile.name eq \"Support\"", "").await.expect("groups").body;
    checks.check("search", found.iter().map(name).collect::<Vec<_>>(), ["Support"]);

    let sales = api.update(&made[0].id, &named("Sales EU")).await.expect("the group").body;
    checks.check("replaced", name(&sales), "Sales EU");
    org.check_models(checks, &format!("/api/v1/groups/{}", sales.id), &sales).await;
    checks.check("joined", api.add_user(&sales.id, &user.id).await.is_ok(), true);
    let members = api.list_users(&sales.id, "", 2).await.expect("the members").body;
    checks.check("members", members.iter().map(|one| &one.id).collect::<Vec<_>>(), [&user.id]);
    let of_user = org.okta.users().list_all_groups(&user.id).await.expect("the groups").body;
    checks.check(
        "of a user",
        of_user.iter().map(name).collect::<Vec<_>>(),
        ["Everyone", "Sales EU"],
    );
    checks.check("left", api.remove_user_from(&sales.id, &user.id).await.is_ok(), true);
    let members = api.list_all_users(&sales.id).await.expect("the members").body;
    checks.check("nobody", members.len(), 0);
    rules(org, checks, &made[1]).await;
    checks.check("deleted", api.delete(&made[2].id).await.is_ok(), true);
    checks.check("gone", code(api.get(&made[2].id).await), (404, "E0000007".to_owned()));
}

async fn rules(org: &Org, checks: &mut Checks, group: &Group) {
    let api = org.okta.groups();
    let expression =
        json!({ "value": "user.department==\"Sales\"", "type": "urn:okta:expression:1.0" });
    let rule: GroupRule = model(json!({
        "type": "group_rule", "name": "Sales people", "conditions": { "expression": expression },
        "actions": { "assignUserToGroups": { "groupIds": [group.id] } },
    }));
    let rule = api.create_rule(&rule).await.expect("a rule").body;
    checks.check("a new rule", rule.status.clone(), Some(GroupRuleStatus::Inactive));
    checks.check("activated", api.activate_rule(&rule.id).await.is_ok(), true);
    let active = api.get_rule(&rule.id, "").await.expect("the rule").body;
    checks.check("an active rule", active.status.clone(), Some(GroupRuleStatus::Active));
    org.check_models(checks, &format!("/api/v1/groups/rules/{}", rule.id), &active).await;
    let members = api.list_all_users(&group.id).await.expect("the members").body;
    checks.check("members by rule", members.len(), 5);
    let rules = api.list_all_rules("", "").await.expect("the rules").body;
    checks.check(
        "listed",
        rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(),
        ["Sales people"],
    );
    checks.check("deactivated", api.deactivate_rule(&rule.id).await.is_ok(), true);
    checks.check("deleted rule", api.delete_rule(&rule.id, false).await.is_ok(), true);
}
