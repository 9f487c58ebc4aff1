//! What the pages and the loops read.

use okta_hooks::projection::Version;
use serde::Serialize;

use super::Find;

/// How many events one question looks through at most: whoever looks for what is not there asks again
/// for those before.
pub const MAX_LOOKED_THROUGH: usize = 20_000;

/// A user; what is not known is null.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub id: Option<String>,
    pub login: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub display_name: Option<String>,
    pub status: Option<String>,
    pub last_event: Option<String>,
    pub updated_at: Option<String>,
    #[serde(skip)]
    pub place: PersonKey,
}

/// Where a user is in the list of all: the latest change first, then by key.
#[derive(Clone, Debug)]
pub struct PersonKey {
    pub version: String,
    pub key: String,
}

/// An event that was accepted, and what it did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Grows with every event: page with `before`.
    pub seq: i64,
    pub uuid: String,
    pub event_type: String,
    pub published: Option<String>,
    /// Milliseconds since 1970.
    pub received_at: i64,
    pub origin: String,
    /// What it did, in words.
    pub summary: String,
}

/// An event as it came.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    #[serde(skip)]
    pub place: Place,
    /// Milliseconds since 1970.
    pub received_at: i64,
    pub uuid: String,
    pub event_type: String,
    pub published: Option<String>,
    pub origin: String,
    /// Okta's `eventId` of the delivery it came in; null for what came without one.
    pub delivery_id: Option<String>,
    /// What it did, in words.
    pub summary: String,
    /// Whether it was known already, and so changed nothing.
    pub is_duplicate: bool,
}

/// Where it is in the list: after which event, and which of the duplicates there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub seq: i64,
    pub duplicate: i64,
}

/// A part of the list.
pub struct Activity {
    pub rows: Vec<Received>,
    /// Before where to look for more.
    pub next: Option<Place>,
}

impl Received {
    pub fn is_found(&self, find: &Find) -> bool {
        let Self { summary, event_type, uuid, delivery_id, .. } = self;
        find.is_in([Some(&**summary), Some(event_type), Some(uuid), delivery_id.as_deref()])
    }
}

impl Activity {
    /// The first `limit` rows that are found among as many as were looked through; one more says that
    /// there are others.
    pub fn looked_through<E>(
        all: impl Iterator<Item = Result<Received, E>>,
        limit: u32,
        at_most: usize,
        find: &Find,
    ) -> Result<Self, E> {
        let mut activity = Self { rows: Vec::new(), next: None };
        for (nth, row) in all.enumerate() {
            let row = row?;
            if activity.rows.len() == limit as usize || nth == at_most {
                // What this row comes right after.
                activity.next = Some(Place { duplicate: row.place.duplicate + 1, ..row.place });
                break;
            }
            if row.is_found(find) {
                activity.rows.push(row);
            }
        }
        Ok(activity)
    }
}

/// What is not an event, or not a delivery.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterSummary {
    pub id: i64,
    /// Milliseconds since 1970.
    pub received_at: i64,
    pub reason: String,
    pub path: String,
    pub bytes: i64,
}

/// A profile to fetch.
pub struct Refresh {
    pub user_id: String,
    pub attempts: u32,
    pub asked: i64,
    /// The latest event of the user; `None` before the first.
    pub known: Option<Version>,
}
