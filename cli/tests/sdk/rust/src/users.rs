//! Users: create, read, search, update, and every step of the lifecycle.

use okta::types::{ChangePasswordRequest, CreateUserRequest, User, UserProfile, UserStatus};
use serde_json::{Value, from_value, json};

use crate::checks::{Checks, code};
use crate::{Org, pages};

pub fn person(login: &str) -> CreateUserRequest {
    let profile = json!({
        "login": login, "email": login, "firstName": "Nadia", "lastName": "Osei", "department": "Sales",
    });
    let credentials = json!({ "password": { "value": "Abcd1234x" } });
    model(json!({ "profile": profile, "credentials": credentials }))
}

/// The crate's structs have no default and dozens of fields: JSON is the way to make one.
pub fn model<T: serde::de::DeserializeOwned>(json: Value) -> T {
    from_value(json).expect("what the crate has")
}

fn login(user: &User) -> &str {
    &profile(user).login
}

fn profile(user: &User) -> &UserProfile {
    user.profile.as_ref().expect("a profile")
}

pub async fn users(org: &Org, checks: &mut Checks) -> User {
    let api = org.okta.users();
    let mut unfinished = person("unfinished@example.com");
    unfinished.credentials = None;
    let unfinished = api.create(true, false, "", &unfinished).await.expect("a user").body;
    checks.check("without a password", unfinished.status, Some(UserStatus::Provisioned));
    for n in 0..4 {
        let user = api.create(true, false, "", &person(&format!("user{n}@example.com"))).await;
        checks.check("created", user.expect("a user").body.status, Some(UserStatus::Active));
    }
    let expired = person("expired@example.com");
    let expired = api.create(true, false, "changePassword", &expired).await.expect("a user").body;
    checks.check("nextLogin", expired.status, Some(UserStatus::PasswordExpired));

    let user = api.get("user1@example.com").await.expect("the user").body;
    checks.check("a time of it", user.created.is_some() && user.created <= user.last_updated, true);
    org.check_models(checks, "/api/v1/users/user1@example.com", &user).await;
    let me = api.get("me").await.expect("who owns the token").body;
    checks.check("me", login(&me), "admin@example.com");
    lists(org, checks).await;
    updates(org, checks, &user).await;
    lifecycle(org, checks, &user).await;
    let unlocked = api.unlock(&unfinished.id).await;
    checks.check("unlock of who is not locked", code(unlocked), (403, "E0000032".to_owned()));
    let token = api.reactivate(&unfinished.id, false).await.expect("a token").body;
    checks.check("a token", token.activation_token.is_empty(), false);
    user
}

async fn lists(org: &Org, checks: &mut Checks) {
    let api = &org.okta.users();
    let logins = ["unfinished", "user0", "user1", "user2", "user3", "expired"];
    let logins = logins.map(|name| format!("{name}@example.com"));
    let two = |after: String| async move { api.list("", &after, 2, "", "", "", "").await };
    let found = pages(two).await;
    checks.check("pages of two", found.iter().map(login).collect::<Vec<_>>(), logins.clone());
    let all = api.list_all("", "", "", "", "").await.expect("the users").body;
    checks.check("at once", all.len(), logins.len());
    org.check_models(checks, "/api/v1/users", &all).await;
    let search = "profile.department eq \"Sales\" and profile.login co \"user3\"";
    let found = api.list_all("", "", search, "", "").await.expect("the users").body;
    checks.check("search", found.iter().map(login).collect::<Vec<_>>(), ["user3@example.com"]);
    let search = "status eq \"ACTIVE\"";
    let sorted = api.list_all("", "", search, "profile.login", "desc").await.expect("users").body;
    checks.check("sorted", login(&sorted[0]), "user3@example.com");
    let filter = "status eq \"PROVISIONED\"";
    let found = api.list_all("", filter, "", "", "").await.expect("the users").body;
    checks.check("filter", found.iter().map(login).collect::<Vec<_>>(), [&logins[0]]);
    checks.check("q", api.list_all("nad", "", "", "", "").await.expect("users").body.len(), 6);
}

async fn updates(org: &Org, checks: &mut Checks, user: &User) {
    let api = org.okta.users();
    let change: User = model(json!({ "profile": { "title": "Clerk" } }));
    let changed = api.partial_update(&user.id, false, &change).await.expect("the user").body;
    let attributes = |user: &User| (profile(user).title.clone(), profile(user).department.clone());
    checks.check("updated", attributes(&changed), ("Clerk".to_owned(), "Sales".to_owned()));
    let again = api.update(&user.id, false, &changed).await.expect("the user").body;
    checks.check("replaced by itself", again.profile, changed.profile);
    let words: ChangePasswordRequest = model(json!({
        "oldPassword": { "value": "Abcd1234x" }, "newPassword": { "value": "Other9876x" },
    }));
    let kept = api.change_password(&user.id, false, &words).await.expect("the credentials").body;
    checks.check("password changed", kept.provider.expect("a provider").name, "OKTA");
    let again = api.change_password(&user.id, false, &words).await;
    checks.check("the old one is wrong now", code(again), (403, "E0000014".to_owned()));
    let question = json!({
        "password": { "value": "Other9876x" },
        "recovery_question": { "question": "Which street?", "answer": "The long one" },
    });
    let kept = api.change_recovery_question(&user.id, &model(question)).await.expect("them").body;
    let question = kept.recovery_question.expect("a question");
    checks.check("recovery question", question.question.as_str(), "Which street?");
    checks.check("its answer", question.answer.as_str(), "");
}

/// Runs a step, and checks the status that it leads to.
macro_rules! step {
    ($org:expr, $checks:expr, $user:expr, $step:expr, $status:ident) => {
        $checks.check(stringify!($step), $step.await.is_ok(), true);
        let user = $org.okta.users().get(&$user.id).await.expect("the user").body;
        $checks.check(
            concat!("after ", stringify!($step)),
            user.status.as_ref(),
            Some(&UserStatus::$status),
        );
        $org.check_models($checks, &format!("/api/v1/users/{}", $user.id), &user).await;
    };
}

async fn lifecycle(org: &Org, checks: &mut Checks, user: &User) {
    let api = org.okta.users();
    let id = &user.id;
    step!(org, checks, user, api.suspend(id), Suspended);
    step!(org, checks, user, api.unsuspend(id), Active);
    step!(org, checks, user, api.expire_password(id), PasswordExpired);
    // Both values of `sendEmail`: the crate leaves out a false, which Okta then takes for true.
    step!(org, checks, user, api.reset_password(id, true), Recovery);
    step!(org, checks, user, api.deactivate(id, true), Deprovisioned);
    step!(org, checks, user, api.activate(id, true), Active);
    step!(org, checks, user, api.reset_factors(id), Active);
    step!(org, checks, user, api.clear_sessions(id, true), Active);
    let temporary = api.expire_password_and_get_temporary(id).await.expect("a password").body;
    checks.check("a temporary password", temporary.temp_password.len() > 8, true);
    let deleted = api.get("user2@example.com").await.expect("the user").body;
    step!(org, checks, deleted, api.deactivate_or_delete(&deleted.id, false), Deprovisioned);
    checks.check("deleted", api.deactivate_or_delete(&deleted.id, false).await.is_ok(), true);
    checks.check("gone", code(api.get(&deleted.id).await), (404, "E0000007".to_owned()));
}
