//! `GET /api/v1/users`: which users, and page by page.

use serde_json::Value;

use super::errors::OktaError;
use super::filter::{Filter, Operator};
use super::org::Org;
use super::query_params::Params;
use super::user::{Status, User};

/// What `filter` knows; `search` takes any property.
const FILTERED: [&str; 7] = [
    "status",
    "lastUpdated",
    "id",
    "profile.login",
    "profile.email",
    "profile.firstName",
    "profile.lastName",
];

pub struct UserList {
    chosen: Chosen,
    limit: usize,
    after: u64,
}

enum Chosen {
    /// All but the deactivated.
    All,
    /// Those with a name or e-mail that begins so, but the deactivated. Has one page only.
    Beginning(String),
    /// The deactivated as well.
    Matching(Filter),
}

impl UserList {
    pub fn read(params: &Params) -> Result<Self, OktaError> {
        let chosen = match (params.get("search"), params.get("filter"), params.get("q")) {
            (Some(search), ..) => Chosen::Matching(searched(search)?),
            (_, Some(filter), _) => Chosen::Matching(filtered(filter)?),
            (_, _, Some(q)) => Chosen::Beginning(q.to_lowercase()),
            _ => Chosen::All,
        };
        let default = if matches!(chosen, Chosen::Beginning(_)) { 10 } else { 200 };
        let after = match params.get("after") {
            None => 0,
            // "200u" so that nobody takes it for a number to count with.
            Some(text) => text
                .strip_prefix("200u")
                .and_then(|place| place.parse().ok())
                .ok_or_else(|| OktaError::parameter("after"))?,
        };
        Ok(Self { chosen, limit: params.limit(default, 200)?.max(1), after })
    }

    /// The users of the page, and the `after` of the next one if there is one.
    pub fn page(&self, org: &Org) -> (Vec<Value>, Option<String>) {
        let (mut page, mut last) = (Vec::new(), self.after);
        for (place, user) in org.users.after(self.after) {
            let json = user.to_json(&org.base);
            if !self.has(user, &json) {
                continue;
            }
            if page.len() == self.limit {
                let pages = !matches!(self.chosen, Chosen::Beginning(_));
                return (page, pages.then(|| format!("200u{last}")));
            }
            page.push(json);
            last = place;
        }
        (page, None)
    }

    fn has(&self, user: &User, json: &Value) -> bool {
        let deactivated = user.status == Status::Deprovisioned;
        let begins = |q: &str| {
            ["firstName", "lastName", "email"].iter().any(|attribute| {
                let text = json["profile"][attribute].as_str().unwrap_or_default();
                text.to_lowercase().starts_with(q)
            })
        };
        match &self.chosen {
            Chosen::All => !deactivated,
            Chosen::Beginning(q) => !deactivated && begins(q),
            Chosen::Matching(filter) => filter.matches(json),
        }
    }
}

fn filtered(text: &str) -> Result<Filter, OktaError> {
    let filter = Filter::parse(text).map_err(|_| OktaError::search("filter"))?;
    let ordered = [Operator::Gt, Operator::Ge, Operator::Lt, Operator::Le];
    let allowed = |path: &str, operator: Operator| {
        FILTERED.contains(&path)
            && (operator == Operator::Eq || path == "lastUpdated" && ordered.contains(&operator))
    };
    match filter.all(&allowed) {
        true => Ok(filter),
        false => Err(OktaError::search("a property or operator that cannot be used here")),
    }
}

fn searched(text: &str) -> Result<Filter, OktaError> {
    let filter = Filter::parse(text).map_err(|_| OktaError::search("search"))?;
    match filter.all(&|_, operator| operator != Operator::Ne) {
        true => Ok(filter),
        false => Err(OktaError::search("search has no ne")),
    }
}
