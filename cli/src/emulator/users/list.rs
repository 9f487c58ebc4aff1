//! `GET /api/v1/users`: which users, and page by page.

use serde_json::Value;

use super::user::{Status, User};
use crate::emulator::errors::OktaError;
use crate::emulator::filter::{Filter, Operator};
use crate::emulator::org::Org;
use crate::emulator::paging::{self, Page, Sort};
use crate::emulator::query_params::Params;

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
    after: Option<u64>,
    sort: Option<Sort>,
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
        let default = if matches!(chosen, Chosen::Beginning(_)) { 10 } else { paging::USERS };
        let sort = matches!(chosen, Chosen::Matching(_)).then(|| Sort::read(params)).transpose()?;
        Ok(Self {
            limit: paging::limit(params, default, paging::USERS)?,
            after: paging::after(params)?,
            sort: sort.flatten(),
            chosen,
        })
    }

    pub fn limit(&self) -> usize {
        self.limit
    }

    pub fn page(&self, org: &Org) -> Page {
        let json = |user: &User| user.to_list_json(&org.base);
        if let Some(sort) = &self.sort {
            let all = org.users.after(0).map(|(_, user)| json(user));
            let matching = all.filter(|json| self.matches(json)).collect();
            return sort.page(matching, self.limit, self.after);
        }
        let users = org.users.after(self.after.unwrap_or(0));
        let found = users.filter_map(|(place, user)| {
            let json = self.may_be(user).then(|| json(user))?;
            self.matches(&json).then_some((place, json))
        });
        let page = Page::of(found, self.limit);
        match self.chosen {
            Chosen::Beginning(_) => Page { next: None, ..page },
            _ => page,
        }
    }

    /// What can be said without the JSON of a user.
    fn may_be(&self, user: &User) -> bool {
        match &self.chosen {
            Chosen::All | Chosen::Beginning(_) => user.status != Status::Deprovisioned,
            Chosen::Matching(filter) => filter
                .wanted("profile.login")
                .is_none_or(|login| user.login().eq_ignore_ascii_case(login)),
        }
    }

    fn matches(&self, json: &Value) -> bool {
        let begins = |q: &str| {
            ["firstName", "lastName", "email"].iter().any(|attribute| {
                let text = json["profile"][attribute].as_str().unwrap_or_default();
                text.to_lowercase().starts_with(q)
            })
        };
        match &self.chosen {
            Chosen::All => true,
            Chosen::Beginning(q) => begins(q),
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
