//! Many users, and many who change one at the same time.

use std::path::Path;

use futures_util::future::join_all;
use http::Method;
use okta_hooks_cli::emulator::Settings;
use serde_json::{Value, json};

use crate::org_client::{Client, id};

const USERS: usize = 10_000;

/// An org with so many users, all but the first of them written into its file: through the API it takes
/// minutes.
async fn crowded(data: &Path) -> Client {
    Client::of(Settings::new().with_data(data)).create("user00000@example.com").await;
    let mut file = rusqlite::Connection::open(data).unwrap();
    let find = "SELECT json FROM documents WHERE kind = 'user'";
    let first: String = file.query_row(find, [], |row| row.get(0)).unwrap();
    let mut user: Value = serde_json::from_str(&first).unwrap();
    let writing = file.transaction().unwrap();
    for n in 1..i64::try_from(USERS).unwrap() {
        let id = format!("00u{n:017}");
        user["id"] = json!(id);
        user["profile"]["login"] = json!(format!("user{n:05}@example.com"));
        user["profile"]["department"] = json!(if n % 10 == 0 { "Sales" } else { "Support" });
        let insert = "INSERT INTO documents VALUES ('user', ?1, ?2, ?3)";
        writing.execute(insert, (id, 1000 + n, user.to_string())).unwrap();
    }
    writing.commit().unwrap();
    drop(file);
    Client::of(Settings::new().with_data(data))
}

/// Everything behind a path, by its `next` links.
async fn all(org: &Client, path: &str, page: usize) -> Vec<Value> {
    let (mut items, mut next, mut pages) = (Vec::new(), Some(path.to_owned()), 0);
    while let Some(path) = next {
        pages += 1;
        assert!(pages <= USERS.div_ceil(page) + 1, "{path}: no end");
        let (found, after) = org.page(&path).await;
        assert!(found.len() <= page, "{path}");
        items.extend(found);
        next = after;
    }
    items
}

fn logins(users: &[Value]) -> Vec<&str> {
    users.iter().map(|user| user["profile"]["login"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn ten_thousand_users_come_in_pages_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let org = crowded(&folder.path().join("org.sqlite")).await;
    let groups = org.page("/api/v1/groups").await.0;
    let everyone = groups[0]["id"].as_str().unwrap();
    let sorted = "/api/v1/users?limit=200&search=status+pr&sortBy=profile.login&sortOrder=desc";
    for (path, page) in [
        ("/api/v1/users?limit=200".to_owned(), 200),
        (sorted.to_owned(), 200),
        (format!("/api/v1/groups/{everyone}/users"), 1000),
    ] {
        let users = all(&org, &path, page).await;
        let mut logins = logins(&users);
        assert_eq!(logins.len(), USERS, "{path}");
        if path == sorted {
            assert!(logins.is_sorted_by(|a, b| a > b));
        }
        logins.sort_unstable();
        logins.dedup();
        assert_eq!(logins.len(), USERS, "{path}");
    }
    let search = "/api/v1/users?limit=200&search=profile.department+eq+%22sales%22";
    assert_eq!(all(&org, search, 200).await.len(), USERS / 10 - 1);
}

#[tokio::test]
async fn users_that_come_and_go_between_pages_move_nobody_else() {
    let org = Client::new();
    for n in 0..12 {
        org.create(&format!("user{n:02}@example.com")).await;
    }
    let (first, next) = org.page("/api/v1/users?limit=4").await;
    org.create("user99@example.com").await;
    for login in ["user01@example.com", "user03@example.com", "user05@example.com"] {
        let path = format!("/api/v1/users/{login}");
        assert_eq!(org.send(Method::DELETE, &path, None).await.0, 204);
        assert_eq!(org.send(Method::DELETE, &path, None).await.0, 204, "the second one deletes");
    }
    let mut found = first;
    found.extend(all(&org, &next.unwrap(), 4).await);
    let mut expected: Vec<String> =
        (0..12).filter(|n| *n != 5).map(|n| format!("user{n:02}@example.com")).collect();
    expected.push("user99@example.com".to_owned());
    assert_eq!(logins(&found), expected);
}

#[tokio::test]
async fn the_groups_of_a_user_come_in_pages_that_end() {
    let org = Client::new();
    let user = org.create("nadia.osei@example.com").await;
    let user = user["id"].as_str().unwrap();
    for n in 0..5 {
        let profile = json!({ "profile": { "name": format!("Group {n}") } });
        let (_, group) = org.json(Method::POST, "/api/v1/groups", profile).await;
        let member = format!("/api/v1/groups/{}/users/{user}", group["id"].as_str().unwrap());
        assert_eq!(org.send(Method::PUT, &member, None).await.0, 204);
    }
    let groups = all(&org, &format!("/api/v1/users/{user}/groups?limit=2"), 2).await;
    let names: Vec<_> = groups.iter().map(|group| &group["profile"]["name"]).collect();
    assert_eq!(names, ["Everyone", "Group 0", "Group 1", "Group 2", "Group 3", "Group 4"]);
}

#[tokio::test]
async fn changes_of_one_user_at_the_same_time_all_count() {
    let org = Client::process();
    let user = org.create("nadia.osei@example.com").await;
    let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let changes = (0..50).map(|n| {
        let change = json!({ "profile": { format!("custom{n}"): n } });
        org.json(Method::POST, &path, change)
    });
    let statuses = join_all(changes).await;
    assert!(statuses.iter().all(|(status, _)| *status == 200));
    let (_, user) = org.send(Method::GET, &path, None).await;
    for n in 0..50 {
        assert_eq!(user["profile"][format!("custom{n}")], n);
    }
    assert_eq!(logged(&org, "eventType eq \"user.account.update_profile\"").await.len(), 50);
}

/// The events of a filter, oldest first.
async fn logged(org: &Client, filter: &str) -> Vec<Value> {
    let filter: String = form(filter);
    org.page(&format!("/api/v1/logs?limit=1000&filter={filter}")).await.0
}

fn form(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn of_steps_taken_at_the_same_time_each_is_possible_after_the_one_before() {
    let org = Client::process();
    let user = org.create("nadia.osei@example.com").await;
    let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let password = json!({ "credentials": { "password": { "value": "Abcd1234x" } } });
    assert_eq!(org.json(Method::POST, &path, password).await.0, 200);
    let (_, user) = org.send(Method::GET, &path, None).await;
    let steps = ["suspend", "unsuspend", "deactivate", "activate"];
    let taking = (0..200).map(|n| {
        let path = format!("{path}/lifecycle/{}?sendEmail=false", steps[n * 7 % 4]);
        let org = &org;
        async move { org.send(Method::POST, &path, None).await }
    });
    let answers = join_all(taking).await;
    for (status, answer) in &answers {
        let refused = [400, 403].contains(status) && answer["errorCode"].is_string();
        assert!(*status == 200 || refused, "{status} {answer}");
    }
    let taken = answers.iter().filter(|(status, _)| *status == 200).count();
    let mut now = user["status"].as_str().unwrap();
    let mut seen = 0;
    for event in logged(&org, "eventType sw \"user.lifecycle.\"").await.iter().skip(2) {
        let kind = event["eventType"].as_str().unwrap();
        now = match (now, kind.trim_start_matches("user.lifecycle.")) {
            ("ACTIVE", "suspend") => "SUSPENDED",
            ("SUSPENDED", "unsuspend") | ("DEPROVISIONED", "activate") => "ACTIVE",
            ("ACTIVE" | "SUSPENDED", "deactivate") => "DEPROVISIONED",
            (status, step) => panic!("{step} of a user who is {status}"),
        };
        seen += 1;
    }
    assert_eq!(seen, taken, "as many events as steps were answered with 200");
    assert!(taken > 0);
    let (_, user) = org.send(Method::GET, &path, None).await;
    assert_eq!(user["status"], now);
}

#[tokio::test]
async fn a_login_that_many_want_at_the_same_time_is_given_once() {
    let org = Client::process();
    let wanted = (0..40).map(|n| {
        let login = if n % 2 == 0 { "nadia.osei@example.com" } else { "NADIA.OSEI@example.com" };
        let profile =
            json!({ "login": login, "email": login, "firstName": "Nadia", "lastName": "Osei" });
        org.json(Method::POST, "/api/v1/users", json!({ "profile": profile }))
    });
    let answers = join_all(wanted).await;
    let created: Vec<_> = answers.iter().filter(|(status, _)| *status == 200).collect();
    assert_eq!(created.len(), 1);
    let refused = |answer: &&(u16, Value)| answer.0 == 400 && answer.1["errorCode"] == "E0000001";
    assert_eq!(answers.iter().filter(refused).count(), 39);
    assert_eq!(org.page("/api/v1/users").await.0.len(), 1);
    assert_eq!(logged(&org, "eventType eq \"user.lifecycle.create\"").await.len(), 1);
}

#[tokio::test]
async fn who_is_deleted_while_being_put_into_groups_is_in_none() {
    let org = Client::process();
    let (_, group) =
        org.json(Method::POST, "/api/v1/groups", json!({ "profile": { "name": "Sales" } })).await;
    let members = format!("/api/v1/groups/{}/users", group["id"].as_str().unwrap());
    let users = join_all((0..20).map(|n| {
        let (org, members) = (&org, &members);
        async move {
            let user = org.create(&format!("user{n}@example.com")).await;
            let id = id(&user);
            let (member, user) = (format!("{members}/{id}"), format!("/api/v1/users/{id}"));
            let joining = (0..4).map(|_| org.send(Method::PUT, &member, None));
            let deleting = (0..2).map(|_| org.send(Method::DELETE, &user, None));
            let (joined, deleted) = tokio::join!(join_all(joining), join_all(deleting));
            assert!(joined.iter().all(|(status, _)| [204, 404].contains(status)), "{joined:?}");
            assert!(deleted.iter().all(|(status, _)| *status == 204), "{deleted:?}");
            user
        }
    }))
    .await;
    for user in users {
        assert_eq!(org.send(Method::GET, &user, None).await.0, 404);
    }
    assert_eq!(org.page(&members).await.0, [json!(null); 0]);
}
