//! The org: users, groups, hooks and the System Log, and how a change of it is recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use okta_hooks::EventType;
use okta_hooks::simulate::{self, EventBuilder, TargetBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::apps::Application;
use super::clock::{self, OrgClock};
use super::custom_attributes::CustomAttributes;
use super::deleted_hooks::DeletedHooks;
use super::event_log::{EventLog, Logged};
use super::groups::{Group, Rule};
use super::hooks::Hook;
use super::inline_hooks::InlineHook;
use super::store::{Change, Store};
use super::users::{User, Users};

pub struct Org {
    pub base: String,
    pub hooks: BTreeMap<u64, Hook>,
    pub inline_hooks: BTreeMap<u64, InlineHook>,
    pub users: Users,
    pub groups: BTreeMap<u64, Group>,
    pub rules: BTreeMap<u64, Rule>,
    pub apps: BTreeMap<u64, Application>,
    pub schemas: BTreeMap<u64, CustomAttributes>,
    pub log: EventLog,
    pub rng: fastrand::Rng,
    pub deleted_hooks: DeletedHooks,
    pub clock: OrgClock,
    store: Store,
    /// The place of what is made next: places only grow, so they order pages and the log.
    next: u64,
    changes: Vec<Change>,
    /// The places of groups that were changed: each is written once, however many have joined it.
    pub changed_groups: BTreeSet<u64>,
    deliveries: Vec<(String, Value)>,
}

/// What is kept under a kind and an id.
pub trait Document: Serialize {
    const KIND: &'static str;

    fn id(&self) -> &str;
}

impl Org {
    /// The org in `store`, with the newest `keep_events` of its log.
    pub fn load(
        store: Store,
        base: String,
        rng: fastrand::Rng,
        keep_events: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let log: BTreeMap<u64, Logged> = documents(&store, "log")?;
        let last_event = log.values().map(|logged| logged.published.as_str()).max();
        let last_event = last_event.and_then(clock::parse);
        let mut org = Self {
            base,
            hooks: documents(&store, Hook::KIND)?,
            inline_hooks: documents(&store, InlineHook::KIND)?,
            users: Users::new(documents(&store, User::KIND)?),
            groups: documents(&store, Group::KIND)?,
            rules: documents(&store, Rule::KIND)?,
            apps: documents(&store, Application::KIND)?,
            schemas: documents(&store, CustomAttributes::KIND)?,
            log: EventLog::new(keep_events),
            rng,
            deleted_hooks: DeletedHooks::default(),
            clock: OrgClock::after(last_event),
            store,
            next: 0,
            changes: Vec::new(),
            changed_groups: BTreeSet::new(),
            deliveries: Vec::new(),
        };
        let last = |places: Option<u64>| places.map_or(0, |place| place.saturating_add(1));
        org.next = [
            org.hooks.keys().last().copied(),
            org.inline_hooks.keys().last().copied(),
            org.users.last_place(),
            org.groups.keys().last().copied(),
            org.rules.keys().last().copied(),
            org.apps.keys().last().copied(),
            org.schemas.keys().last().copied(),
            log.keys().last().copied(),
        ]
        .map(last)
        .into_iter()
        .max()
        .unwrap_or(0);
        if org.next > 0 {
            // The same seed would give the ids once more that it has given already.
            let seed = org.rng.u64(..) ^ org.next;
            org.rng.seed(seed);
        }
        log.into_values().for_each(|logged| org.keep_event(logged));
        org.ensure_everyone();
        org.commit()?;
        Ok(org)
    }

    /// An id like Okta's, which begins with what it is of.
    pub fn new_id(&mut self, prefix: &str) -> String {
        let tail = (0..20 - prefix.len()).map(|_| self.rng.alphanumeric());
        prefix.chars().chain(tail).collect()
    }

    pub fn new_place(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub fn put<D: Document>(&mut self, place: u64, document: &D) {
        if self.store.is_file() {
            self.changes.push(put(place, document));
        }
    }

    pub fn remove<D: Document>(&mut self, document: &D) {
        if self.store.is_file() {
            self.changes.push(Change::Remove { kind: D::KIND, id: document.id().to_owned() });
        }
    }

    /// Writes an event to the System Log, and lays it out for the hooks that want it: what the same
    /// admin has done, the owner of the API token.
    pub fn record(&mut self, event: EventBuilder) {
        self.write(event.actor(admin()));
    }

    /// The same of what Okta does by itself, in an asynchronous task.
    pub fn record_by_system(&mut self, event: EventBuilder) {
        let system = TargetBuilder::new("SystemPrincipal").id("sprEmulatorSystem000");
        let system = system.alternate_id("system@okta.com").display_name("Okta System");
        self.write(event.by_system().actor(system));
    }

    fn write(&mut self, event: EventBuilder) {
        let now = self.clock.tick();
        let event = event.published(now).seed(self.rng.u64(..));
        let event_type = event.event_type().as_str();
        let mut json = event.to_json();
        let wants = |hook: &&Hook| hook.is_live() && hook.wants(event_type) && hook.passes(&json);
        let hooks: Vec<String> =
            self.hooks.values().filter(wants).map(|hook| hook.id.clone()).collect();
        if !hooks.is_empty() {
            json["debugContext"]["debugData"]["targetEventHookIds"] = hooks.join(",").into();
        }
        let event = json;
        for hook in hooks {
            self.deliveries.push((hook, event.clone()));
        }
        let logged = Logged {
            place: self.new_place(),
            published: simulate::timestamp(now),
            uuid: event["uuid"].as_str().unwrap_or_default().to_owned(),
            event: serde_json::value::to_raw_value(&event).expect("it is JSON already"),
        };
        self.put(logged.place, &logged);
        self.keep_event(logged);
    }

    fn keep_event(&mut self, logged: Logged) {
        let gone = self.log.push(logged);
        gone.iter().for_each(|oldest| self.remove(oldest));
    }

    /// Keeps what was changed, and hands out what is to be delivered: to which hook, and what.
    ///
    /// What cannot be written stays, changes and deliveries alike, for the next commit: memory has it
    /// already, and no hook is told of what a restart would undo.
    pub fn commit(&mut self) -> rusqlite::Result<Vec<(String, Value)>> {
        for place in std::mem::take(&mut self.changed_groups) {
            if let Some(group) = self.groups.get(&place).filter(|_| self.store.is_file()) {
                self.changes.push(put(place, group));
            }
        }
        self.store.apply(&self.changes)?;
        self.changes.clear();
        Ok(std::mem::take(&mut self.deliveries))
    }
}

fn put<D: Document>(place: u64, document: &D) -> Change {
    let json = serde_json::to_string(document).expect("our own types have string keys");
    Change::Put { kind: D::KIND, id: document.id().to_owned(), place, json }
}

/// A new event of the org.
pub fn happened(event_type: EventType) -> EventBuilder {
    simulate::event(event_type)
}

fn admin() -> TargetBuilder {
    TargetBuilder::user("admin@example.com").id("00uEmulatorAdmin0000")
}

impl Document for Logged {
    const KIND: &'static str = "log";

    fn id(&self) -> &str {
        &self.uuid
    }
}

fn documents<D: DeserializeOwned>(
    store: &Store,
    kind: &str,
) -> Result<BTreeMap<u64, D>, Box<dyn Error>> {
    let read = |place: u64, json: &str| Some((place, serde_json::from_str(json).ok()?));
    let found: Option<BTreeMap<u64, D>> = store.all(kind, read)?.into_iter().collect();
    found.ok_or_else(|| format!("the data file has a {kind} that this version cannot read").into())
}
