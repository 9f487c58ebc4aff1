//! `GET /api/v1/logs`: polling, which never ends, and bounded requests, which do.

use std::time::{Duration, SystemTime};

use okta_hooks::simulate;

use super::clock;
use super::errors::OktaError;
use super::event_log::{EventLog, Logged, oldest_kept};
use super::filter::{Filter, Operator};
use super::query_params::Params;
use super::system_log_event::ApiEvent;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub struct Query {
    filter: Option<Filter>,
    keywords: Vec<String>,
    limit: usize,
    descending: bool,
    since: String,
    /// What is older is not there any more.
    oldest: String,
    until: Option<String>,
    after: Option<Cursor>,
}

/// Where a page ended. Polling goes by the order in which events were written, everything else by
/// `published`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cursor {
    Written(u64),
    Published(String, u64),
}

pub struct Page<'a> {
    pub events: Vec<ApiEvent<'a>>,
    /// The `after` of the next page. Polling always has one.
    pub next: Option<String>,
}

impl Query {
    pub fn read(params: &Params, now: SystemTime) -> Result<Self, OktaError> {
        let descending = match params.get("sortOrder") {
            None | Some("ASCENDING") => false,
            Some("DESCENDING") => true,
            Some(_) => return Err(OktaError::parameter("sortOrder")),
        };
        let time = |name: &str| match params.get(name) {
            None => Ok(None),
            Some(text) => clock::parse(text).map(Some).ok_or_else(|| OktaError::parameter(name)),
        };
        let (since, until) = (time("since")?, time("until")?);
        if since.is_some_and(|since| since + 180 * DAY < now) {
            return Err(OktaError::parameter("since must not be more than 180 days ago"));
        }
        let week_before = until.unwrap_or(now).checked_sub(7 * DAY);
        let since = since.or(week_before).unwrap_or(SystemTime::UNIX_EPOCH);
        let keywords: Vec<String> = params
            .get("q")
            .map(|q| q.split_whitespace().map(str::to_lowercase).collect())
            .unwrap_or_default();
        if keywords.len() > 10 || keywords.iter().any(|word| word.chars().count() > 40) {
            return Err(OktaError::parameter("q"));
        }
        let oldest = oldest_kept(now);
        Ok(Self {
            filter: params.get("filter").map(filter).transpose()?,
            keywords,
            limit: params.limit(100, 1000)?,
            descending,
            since: simulate::timestamp(since).max(oldest.clone()),
            oldest,
            until: until.map(simulate::timestamp),
            after: match params.get("after") {
                None => None,
                Some(text) => {
                    Some(Cursor::parse(text).ok_or_else(|| OktaError::parameter("after"))?)
                }
            },
        })
    }

    pub fn polls(&self) -> bool {
        self.until.is_none() && !self.descending
    }

    /// The page of `log`, which is in the order written.
    pub fn page<'a>(&self, log: &'a EventLog) -> Page<'a> {
        if self.polls() { self.poll(log) } else { self.window(log) }
    }

    fn poll<'a>(&self, log: &'a EventLog) -> Page<'a> {
        let mut last = match self.after {
            Some(Cursor::Written(place)) => place,
            _ => 0,
        };
        let mut events = Vec::new();
        for logged in log.after(last) {
            if events.len() == self.limit {
                break;
            }
            last = logged.place;
            // A cursor takes the place of `since`.
            let since = if self.after.is_some() { &self.oldest } else { &self.since };
            if logged.published >= *since {
                events.extend(self.matching(logged));
            }
        }
        Page { events, next: Some(Cursor::Written(last).text()) }
    }

    fn window<'a>(&self, log: &'a EventLog) -> Page<'a> {
        let until = |logged: &&Logged| match &self.until {
            Some(until) => logged.published < *until,
            None => true,
        };
        let mut found: Vec<&Logged> =
            log.iter().filter(|logged| logged.published >= self.since).filter(until).collect();
        found.sort_by(|a, b| key(a).cmp(&key(b)));
        if self.descending {
            found.reverse();
        }
        let beyond = |logged: &&Logged| match &self.after {
            Some(Cursor::Published(published, place)) if self.descending => {
                key(logged) < (published, *place)
            }
            Some(Cursor::Published(published, place)) => key(logged) > (published, *place),
            _ => true,
        };
        let mut rest = found.into_iter().filter(beyond);
        let mut page = Page { events: Vec::new(), next: None };
        let mut last = None;
        for logged in rest.by_ref() {
            let Some(event) = self.matching(logged) else { continue };
            if page.events.len() == self.limit {
                page.next = last;
                break;
            }
            page.events.push(event);
            last = Some(Cursor::Published(logged.published.clone(), logged.place).text());
        }
        page
    }

    /// The event as this API has it, if it is asked for.
    fn matching<'a>(&self, logged: &'a Logged) -> Option<ApiEvent<'a>> {
        let json = logged.event.get();
        let lower = if self.keywords.is_empty() { String::new() } else { json.to_lowercase() };
        if !self.keywords.iter().all(|word| lower.contains(word)) {
            return None;
        }
        let event = ApiEvent::read(json)?;
        self.filter.as_ref().is_none_or(|filter| filter.matches(&event)).then_some(event)
    }
}

fn key(logged: &Logged) -> (&String, u64) {
    (&logged.published, logged.place)
}

fn filter(text: &str) -> Result<Filter, OktaError> {
    let filter = Filter::parse(text).map_err(|_| OktaError::search("filter"))?;
    let allowed = |path: &str, operator| {
        let url = path.ends_with("debugData.url") || path.ends_with("debugData.requestUri");
        path != "published" && !path.contains("changeDetails") && !(url && operator == Operator::Co)
    };
    match filter.all(&allowed) {
        true => Ok(filter),
        false => Err(OktaError::search("a property or operator that cannot be used here")),
    }
}

impl Cursor {
    fn text(&self) -> String {
        match self {
            Self::Written(place) => format!("w{place}"),
            Self::Published(published, place) => format!("p{place}_{published}"),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(place) = text.strip_prefix('w') {
            return Some(Self::Written(place.parse().ok()?));
        }
        let (place, published) = text.strip_prefix('p')?.split_once('_')?;
        Some(Self::Published(published.to_owned(), place.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Events in the order written, the third of which is late.
    fn log() -> EventLog {
        let logged = |place: u64, second: u64, kind: &str| Logged {
            place,
            uuid: format!("u{place}"),
            published: format!("2026-01-01T00:00:0{second}.000Z"),
            event: serde_json::value::to_raw_value(&serde_json::json!({
                "uuid": format!("u{place}"), "eventType": kind,
            }))
            .unwrap(),
        };
        let mut log = EventLog::new(10);
        for logged in [logged(3, 1, "a"), logged(5, 3, "b"), logged(6, 2, "a"), logged(9, 4, "b")] {
            assert!(log.push(logged).is_empty());
        }
        log
    }

    fn pages(query: &str) -> Vec<String> {
        let now = clock::parse("2026-01-02T00:00:00Z").unwrap();
        let (mut found, mut after) = (Vec::new(), String::new());
        for _ in 0..10 {
            let query = Query::read(&Params::parse(&format!("{query}{after}")), now).unwrap();
            let log = log();
            let page = query.page(&log);
            let json = serde_json::to_value(&page.events).unwrap();
            let ids = json.as_array().unwrap().iter().map(|event| event["uuid"].as_str().unwrap());
            found.push(ids.collect::<Vec<_>>().join(" "));
            match page.next {
                Some(next) if !page.events.is_empty() => after = format!("&after={next}"),
                _ => return found,
            }
        }
        panic!("{query}: no end")
    }

    #[test]
    fn polling_goes_by_the_order_written_and_always_has_a_next() {
        assert_eq!(pages("limit=2"), ["u3 u5", "u6 u9", ""]);
        assert_eq!(pages("limit=2&filter=eventType%20eq%20%22a%22"), ["u3 u6", ""]);
        assert_eq!(pages("since=2026-01-01T00:00:02Z"), ["u5 u6 u9", ""]);
    }

    #[test]
    fn what_is_older_than_okta_keeps_it_is_not_there() {
        let at = |now: &str, query: &str| {
            let query = Query::read(&Params::parse(query), clock::parse(now).unwrap()).unwrap();
            query.page(&log()).events.len()
        };
        let window = "since=2026-01-01T00:00:00Z&until=2026-06-01T00:00:00Z";
        for query in ["since=2026-01-01T00:00:00Z", "after=w0", window] {
            assert_eq!(at("2026-04-01T00:00:01Z", query), 4, "{query}");
            assert_eq!(at("2026-04-01T00:00:03Z", query), 2, "{query}");
        }
    }

    #[test]
    fn a_window_goes_by_the_time_published_and_ends() {
        let window = "since=2026-01-01T00:00:01Z&until=2026-01-01T00:00:04Z";
        assert_eq!(pages(&format!("{window}&limit=2")), ["u3 u6", "u5"]);
        assert_eq!(pages(&format!("{window}&limit=3")), ["u3 u6 u5"]);
        assert_eq!(pages(&format!("{window}&limit=1&sortOrder=DESCENDING")), ["u5", "u6", "u3"]);
        assert_eq!(pages(&format!("{window}&q=U6")), ["u6"]);
    }

    #[test]
    fn what_okta_refuses_is_refused() {
        let now = clock::parse("2026-01-02T00:00:00Z").unwrap();
        for query in [
            "limit=1001",
            "limit=x",
            "since=yesterday",
            "since=2025-01-01T00:00:00Z",
            "after=x",
            "sortOrder=UP",
            "filter=x",
            "filter=published%20gt%20%222026%22",
            "filter=debugContext.debugData.url%20co%20%22x%22",
            "q=1+2+3+4+5+6+7+8+9+10+11",
        ] {
            assert!(Query::read(&Params::parse(query), now).is_err(), "{query}");
        }
    }
}
