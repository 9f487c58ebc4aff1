//! `GET /api/v1/groups`: which groups, and page by page.

use std::ops::Bound;

use serde_json::Value;

use crate::emulator::errors::OktaError;
use crate::emulator::filter::{Filter, Operator};
use crate::emulator::org::Org;
use crate::emulator::paging::{self, Page, Sort};
use crate::emulator::query_params::Params;
use crate::emulator::users::{ListedUser, User};

const MAX: usize = 10_000;

/// What `filter` knows; `search` takes any property.
const FILTERED: [&str; 4] = ["id", "type", "lastUpdated", "lastMembershipUpdated"];

pub struct GroupList {
    filters: Vec<Filter>,
    /// How the name begins.
    beginning: Option<String>,
    limit: usize,
    after: Option<u64>,
    sort: Option<Sort>,
}

impl GroupList {
    pub fn read(params: &Params) -> Result<Self, OktaError> {
        let parsed = |name: &str| match params.get(name) {
            None => Ok(None),
            Some(text) => Filter::parse(text).map(Some).map_err(|_| OktaError::search(name)),
        };
        let (search, filter) = (parsed("search")?, parsed("filter")?);
        let known = |path: &str, operator| FILTERED.contains(&path) && operator != Operator::Ne;
        if filter.as_ref().is_some_and(|filter| !filter.all(&known)) {
            return Err(OktaError::search("a property or operator that cannot be used here"));
        }
        if search.as_ref().is_some_and(|search| !search.all(&|_, op| op != Operator::Ne)) {
            return Err(OktaError::search("search has no ne"));
        }
        let beginning = params.get("q").map(str::to_lowercase);
        let default = if beginning.is_some() { 300 } else { MAX };
        Ok(Self {
            sort: Sort::read(params)?.filter(|_| search.is_some()),
            filters: search.into_iter().chain(filter).collect(),
            beginning,
            limit: paging::limit(params, default, MAX)?,
            after: paging::after(params)?,
        })
    }

    pub fn limit(&self) -> usize {
        self.limit
    }

    pub fn page(&self, org: &Org) -> Page {
        let start = match (&self.sort, self.after) {
            (None, Some(after)) => Bound::Excluded(after),
            _ => Bound::Unbounded,
        };
        let found = org.groups.range((start, Bound::Unbounded)).filter_map(|(place, group)| {
            let json = group.to_json(&org.base);
            self.matches(&json).then_some((*place, json))
        });
        match &self.sort {
            Some(sort) => sort.page(found.map(|(_, json)| json), self.limit, self.after),
            None => Page::of(found, self.limit),
        }
    }

    fn matches(&self, json: &Value) -> bool {
        let name = json["profile"]["name"].as_str().unwrap_or_default();
        self.beginning.as_ref().is_none_or(|q| name.to_lowercase().starts_with(q))
            && self.filters.iter().all(|filter| filter.matches(json))
    }
}

/// `GET /api/v1/groups/{id}/users`
pub fn members<'a>(
    org: &'a Org,
    id: &str,
    params: &Params,
) -> Result<(Page<ListedUser<'a>>, usize), OktaError> {
    let (_, group) = org.group(id)?;
    let limit = paging::limit(params, 1000, 1000)?;
    let after = paging::after(params)?.unwrap_or(0);
    let listed = |(place, user): (u64, &'a User)| (place, user.in_list(&org.base));
    let page = match group.is_everyone() {
        true => Page::of(org.users.after(after).map(listed), limit),
        false => {
            let members = org.users.with_ids(&group.members);
            let later = members.into_iter().filter(|(place, _)| *place > after);
            Page::of(later.map(listed), limit)
        }
    };
    Ok((page, limit))
}
