//! A delivery whose ids are new each time it is sent.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::SECRET;

const TEMPLATE: &str = include_str!("../../../benches/delivery.json");

/// Eight hexadecimal digits each, as in Okta's ids: an event's first digits are the lower part of a
/// time.
const EVENT: &str = "5c2f7c30";
const DELIVERY: &str = "0b1f6c58";
const USER: &str = "00uUSERU";

/// How many users the events are about.
const USERS: u32 = 1_000;

/// One request, and where its ids are.
pub struct Delivery {
    request: Vec<u8>,
    ids: Vec<(usize, Id)>,
}

#[derive(Clone, Copy)]
enum Id {
    /// New each time.
    New,
    /// One of the users.
    User,
}

impl Delivery {
    /// To this path: one event about a user, as Okta sends it, without white space.
    ///
    /// # Panics
    ///
    /// If the template is not as it has to be.
    #[must_use]
    pub fn new(path: &str) -> Self {
        let body = body();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: {SECRET}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let request = head + &body;
        let places = |id: &'static str, kind| {
            request.match_indices(id).map(move |(at, _)| (at, kind)).collect::<Vec<_>>()
        };
        let ids = [places(EVENT, Id::New), places(DELIVERY, Id::New), places(USER, Id::User)];
        assert!(ids.iter().all(|places| !places.is_empty()), "every id is there");
        Self { ids: ids.concat(), request: request.into_bytes() }
    }

    /// The request with ids that none had before.
    pub fn with_new_ids(&mut self) -> &[u8] {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let new = format!("{:08x}", count.wrapping_mul(997));
        let user = format!("00u{:05}", count.wrapping_mul(7_919) % USERS);
        for (at, id) in &self.ids {
            let digits = match id {
                Id::New => &new,
                Id::User => &user,
            };
            self.request[*at..at + 8].copy_from_slice(digits.as_bytes());
        }
        &self.request
    }
}

/// The JSON of one delivery: a user who is suspended.
///
/// # Panics
///
/// If the template is not as it has to be.
#[must_use]
pub fn body() -> String {
    let mut body: Value = serde_json::from_str(TEMPLATE).expect("the template is JSON");
    let event = &mut body["data"]["events"][0];
    event["uuid"] = json!(format!("{EVENT}-6b8a-11f0-b17c-0d9e52c6a8f4"));
    event["eventType"] = json!("user.lifecycle.suspend");
    event["target"] = json!([{
        "id": format!("{USER}0000000005d7"), "type": "User",
        "alternateId": format!("{USER}@acme.example"), "displayName": "Nadia Osei",
        "detailEntry": null,
    }]);
    body["eventId"] = json!(format!("{DELIVERY}-2f63-4d0e-9f5a-7f6a4c3d2e11"));
    body.to_string()
}
