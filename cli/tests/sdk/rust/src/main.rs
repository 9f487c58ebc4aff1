//! What an integrator does with the Rust crate `okta`, against the org of OKTA_URL. What the crate has
//! no way for is left out: a user who is not activated at once, headers of one's own, private_key_jwt; and
//! schemas, whose `scope`, a string at Okta, it takes for an object.

mod checks;
mod groups;
mod hooks_and_log;
mod models;
mod receiver;
mod users;

use std::env;
use std::process::ExitCode;

use okta::{Client, HeaderMap, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use checks::{Checks, code};

/// The org, by the crate and, to compare, without it.
pub struct Org {
    pub okta: Client,
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Org {
    fn of_environment() -> Self {
        let variable = |name| env::var(name).expect("the test sets it");
        let (url, token) = (variable("OKTA_URL"), variable("OKTA_TOKEN"));
        Self { okta: client(&url, &token), url, token, http: reqwest::Client::new() }
    }

    /// What the org answers before the crate reads it.
    pub async fn json(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("SSWS {}", self.token));
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// Checks that the crate's models have all of an answer that they have members for.
    pub async fn check_models<M: Serialize + JsonSchema>(
        &self,
        checks: &mut Checks,
        path: &str,
        model: &M,
    ) {
        let differences = models::differences(&self.json(path).await, model);
        checks.check(path, differences, Vec::<String>::new());
    }
}

/// The crate takes any URL in the place of its default one, plain `http` as well.
fn client(url: &str, token: &str) -> Client {
    let mut client = Client::new(token);
    client.with_host_override(url);
    client
}

/// The cursor of the next page. The crate's own `list_all` reads the first `link` header alone, which is
/// the page's own at Okta as here, and so returns one page.
pub fn next(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all("link").iter().filter_map(|link| link.to_str().ok());
    let link = links.filter(|link| link.ends_with("rel=\"next\"")).next_back()?;
    let url = reqwest::Url::parse(link[1..].split('>').next()?).ok()?;
    url.query_pairs().find(|(key, _)| key == "after").map(|(_, after)| after.into_owned())
}

/// All items, page by page.
pub async fn pages<T, F>(mut page: impl FnMut(String) -> F) -> Vec<T>
where
    F: Future<Output = Result<Response<Vec<T>>, okta::ClientError>>,
{
    let (mut items, mut after) = (Vec::new(), String::new());
    for _ in 0..20 {
        let response = page(after).await.expect("a page");
        let is_last = response.body.is_empty();
        items.extend(response.body);
        match next(&response.headers) {
            Some(next) if !is_last => after = next,
            _ => break,
        }
    }
    items
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let org = Org::of_environment();
    let mut checks = Checks::default();
    models::notices(&mut checks);
    let user = users::users(&org, &mut checks).await;
    groups::groups(&org, &mut checks, &user).await;
    hooks_and_log::hooks(&org, &mut checks).await;
    hooks_and_log::log(&org, &mut checks).await;
    org_wide(&org, &mut checks).await;
    errors(&org, &mut checks).await;
    checks.report()
}

async fn org_wide(org: &Org, checks: &mut Checks) {
    let types = org.okta.user_types().list_all().await.expect("the user types").body;
    checks.check("the user type", types[0].name.as_str(), "user");
    org.check_models(checks, "/api/v1/meta/types/user", &types).await;
}

async fn errors(org: &Org, checks: &mut Checks) {
    let wrong = client(&org.url, "wrong").users();
    checks.check("401", code(wrong.get("me").await), (401, "E0000011".to_owned()));
    let unknown = org.okta.users().get("00unobody").await;
    checks.check("404", code(unknown), (404, "E0000007".to_owned()));
    let taken = users::person("user0@example.com");
    let refused = org.okta.users().create(true, false, "", &taken).await;
    checks.check("validation", code(refused), (400, "E0000001".to_owned()));

    let fault = "x-emulator-fault: 429;reset=1;times=1;test=rust";
    let (url, statuses) = receiver::front(&org.url, fault);
    let user = client(&url, &org.token).users().get("user0@example.com").await;
    checks.check("429 and the crate's own retry", user.is_ok(), true);
    let statuses = statuses.lock().expect("nobody panics with it").clone();
    checks.check("its attempts", statuses, ["HTTP/1.1 429 Too Many Requests", "HTTP/1.1 200 OK"]);
}
