//! `GET /api/v1/users`: which users, and page by page.

use super::answer::ListedUser;
use super::directory::Users;
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

    pub fn page<'a>(&self, org: &'a Org) -> Page<ListedUser<'a>> {
        let found = |after: u64| {
            self.candidates(&org.users, after).filter_map(|(place, user)| {
                let listed = user.in_list(&org.base);
                self.has(user, &listed).then_some((place, listed))
            })
        };
        if let Some(sort) = &self.sort {
            return sort.page(found(0).map(|(_, user)| user), self.limit, self.after);
        }
        let page = Page::of(found(self.after.unwrap_or(0)), self.limit);
        match self.chosen {
            Chosen::Beginning(_) => Page { next: None, ..page },
            _ => page,
        }
    }

    /// All users after a place, or the only one it can be.
    fn candidates<'a>(
        &self,
        users: &'a Users,
        after: u64,
    ) -> Box<dyn Iterator<Item = (u64, &'a User)> + 'a> {
        let only = match &self.chosen {
            Chosen::Matching(filter) => filter.wanted("id").or(filter.wanted("profile.login")),
            _ => None,
        };
        match only {
            Some(name) => {
                let found = users.named(name).filter(|(place, _)| *place > after);
                Box::new(found.into_iter())
            }
            None => Box::new(users.after(after)),
        }
    }

    fn has(&self, user: &User, listed: &ListedUser<'_>) -> bool {
        match &self.chosen {
            Chosen::All => user.status != Status::Deprovisioned,
            Chosen::Beginning(q) => {
                let mut names = ["firstName", "lastName", "email"].into_iter();
                user.status != Status::Deprovisioned
                    && names.any(|name| begins(user.attribute(name), q))
            }
            Chosen::Matching(filter) => filter.matches(listed),
        }
    }
}

/// Whether a text begins with what is in lower case already.
fn begins(text: &str, q: &str) -> bool {
    let mut text = text.chars().flat_map(char::to_lowercase);
    q.chars().all(|letter| text.next() == Some(letter))
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
