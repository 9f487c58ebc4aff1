//! Events as SQL: what is new of them first, then what those change, in two round trips.

use std::collections::BTreeMap;
use std::fmt::Write;

use okta_hooks::LogEvent;
use okta_hooks::projection::Projection;
use ring::digest::{SHA256, digest};
use tokio_postgres::{Client, Row};

use super::error::Error;
use super::merge::{Known, Rows};
use super::statements::Statements;
use crate::clock::millis;
use crate::store::{Batch, Origin, Outcome, summary};

/// How many users that had one login are asked about. Two are rare.
const MAX_NAMESAKES: i64 = 8;

/// The longest event type that is remembered: Okta's have far fewer bytes.
const MAX_TYPE_BYTES: usize = 128;

/// The longest `uuid` that is a key itself; an index refuses those of some thousand bytes.
const MAX_KEY_BYTES: usize = 255;

/// Events by key; one that came several times is one of them.
pub struct Events<'a> {
    batches: Vec<&'a Batch>,
    copies: BTreeMap<String, Copies<'a>>,
}

/// An event as it came, more than once maybe.
struct Copies<'a> {
    /// Which batch had it first.
    batch: usize,
    /// How often each batch had it again.
    again: Vec<usize>,
    first: &'a LogEvent,
    summary: String,
    /// Each later than the one before: what an earlier one says, a later one outranks.
    projections: Vec<Projection<'a>>,
}

impl<'a> Events<'a> {
    pub fn of(batches: &[&'a Batch]) -> Self {
        let mut events = Self { batches: batches.to_vec(), copies: BTreeMap::new() };
        for (index, batch) in batches.iter().enumerate() {
            batch.events.iter().for_each(|event| events.add(index, batch, event));
        }
        events
    }

    fn add(&mut self, index: usize, batch: &Batch, event: &'a LogEvent) {
        let projection = batch.projection(event);
        match self.copies.entry(key(event)) {
            std::collections::btree_map::Entry::Occupied(known) => {
                let copies = known.into_mut();
                copies.again.push(index);
                if projection.version > *copies.version() {
                    copies.projections.push(projection);
                }
            }
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(Copies {
                    batch: index,
                    again: Vec::new(),
                    first: event,
                    summary: summary::of(&projection),
                    projections: vec![projection],
                });
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.copies.is_empty()
    }

    /// Puts them where they are not yet; what comes back goes to [`accepted`](Self::accepted).
    pub async fn insert(
        &self,
        client: &Client,
        statements: &Statements,
    ) -> Result<Vec<Row>, Error> {
        let copies = || self.copies.values();
        let keys: Vec<_> = self.copies.keys().map(String::as_str).collect();
        let types: Vec<_> = copies().map(|copies| copies.first.event_type()).collect();
        let types: Vec<_> = types.iter().map(|event_type| event_type.as_str()).collect();
        let published: Vec<_> = copies().map(|copies| copies.first.published()).collect();
        let versions: Vec<_> = copies().map(|copies| copies.version().as_str()).collect();
        let received = vec![millis(); keys.len()];
        let batches = || copies().map(|copies| self.batches[copies.batch]);
        let origins: Vec<_> = batches().map(|batch| batch.origin.as_str()).collect();
        let summaries: Vec<_> = copies().map(|copies| copies.summary.as_str()).collect();
        let deliveries: Vec<_> = batches().map(|batch| batch.delivery_id.as_deref()).collect();
        let raws: Vec<_> = copies().map(|copies| copies.first.raw()).collect();
        let rows = client
            .query(
                &statements.events,
                &[
                    &keys,
                    &types,
                    &published,
                    &versions,
                    &received,
                    &origins,
                    &summaries,
                    &deliveries,
                    &raws,
                ],
            )
            .await?;
        Ok(rows)
    }

    /// Counts what each batch brought, and merges what is to be changed.
    pub fn accepted(&self, returned: &[Row], outcomes: &mut [Outcome]) -> Result<Rows, Error> {
        let is_new = returned.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        let is_new = is_new.collect::<Result<BTreeMap<&str, bool>, tokio_postgres::Error>>()?;
        let mut rows = Rows::default();
        for (key, copies) in &self.copies {
            let accepted = is_new.get(key.as_str());
            copies.count(accepted == Some(&true), accepted.is_some(), outcomes);
            copies.remember(key, accepted == Some(&true), &self.batches, &mut rows);
            if accepted.is_some() {
                copies.projections.iter().for_each(|projection| rows.add(projection));
            }
        }
        Ok(rows)
    }

    /// Of the new ones, which a hook would have brought by now: their types and versions.
    pub fn new_types(&self, returned: &[Row]) -> Result<(Vec<String>, Vec<String>), Error> {
        let mut types = (Vec::new(), Vec::new());
        for row in returned {
            let (key, is_new): (&str, bool) = (row.try_get(0)?, row.try_get(1)?);
            let is_overdue =
                |copies: &&Copies<'_>| self.batches[copies.batch].is_overdue(copies.first);
            if let Some(copies) = self.copies.get(key).filter(|_| is_new).filter(is_overdue) {
                types.0.push(copies.projections[0].event_type.as_str().to_owned());
                types.1.push(copies.projections[0].version.as_str().to_owned());
            }
        }
        Ok(types)
    }
}

impl Copies<'_> {
    /// That it came again, and that hooks bring events of its type.
    fn remember(&self, key: &str, is_new: bool, batches: &[&Batch], rows: &mut Rows) {
        let came = std::iter::once(&self.batch).chain(&self.again).map(|&batch| batches[batch]);
        let event_type = self.projections[0].event_type.as_str();
        if came.clone().any(|batch| batch.origin == Origin::Hook)
            && event_type.len() <= MAX_TYPE_BYTES
        {
            let version = self.projections[0].version.as_str();
            let since =
                rows.hook_types.entry(event_type.to_owned()).or_insert_with(|| version.to_owned());
            if version < since.as_str() {
                version.clone_into(since);
            }
        }
        let again = came.skip(usize::from(is_new));
        let again = again.filter(|batch| batch.origin != Origin::GapRepair);
        rows.duplicates.extend(
            again.map(|batch| (key.to_owned(), batch.origin.as_str(), batch.delivery_id.clone())),
        );
    }

    fn version(&self) -> &okta_hooks::projection::Version {
        let last = self.projections.last().expect("there is the first one at least");
        &last.version
    }

    fn count(&self, is_new: bool, is_accepted: bool, outcomes: &mut [Outcome]) {
        let first = &mut outcomes[self.batch];
        first.new += u64::from(is_new);
        first.duplicates += u64::from(!is_new);
        let is_unpaired = self.projections[0].unpaired().is_some();
        first.unpaired += u64::from(is_accepted && is_unpaired);
        for &batch in &self.again {
            outcomes[batch].duplicates += 1;
        }
    }
}

/// What an event is known by: its `uuid`, or where it has none that can be a key, a digest.
fn key(event: &LogEvent) -> String {
    let uuid = event.uuid().filter(|uuid| !uuid.is_empty());
    match uuid {
        Some(uuid) if uuid.len() <= MAX_KEY_BYTES => uuid.to_owned(),
        _ => sha256(uuid.unwrap_or_else(|| event.raw())),
    }
}

fn sha256(text: &str) -> String {
    let mut key = "sha256:".to_owned();
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        let _ = write!(key, "{byte:02x}");
    }
    key
}

/// Writes merged rows; the tables always in this order.
pub async fn write(client: &Client, statements: &Statements, rows: &Rows) -> Result<(), Error> {
    // All are on their way before the first is answered.
    let (duplicates, types, locked, users, profiles, groups, memberships) = tokio::join!(
        biased;
        write_duplicates(client, statements, rows),
        write_hook_types(client, statements, rows),
        lock_logins(client, statements, rows),
        write_users(client, statements, rows),
        write_profiles(client, statements, rows),
        write_groups(client, statements, rows),
        write_memberships(client, statements, rows),
    );
    duplicates.and(types).and(locked).and(users).and(profiles).and(groups).and(memberships)
}

async fn write_duplicates(
    client: &Client,
    statements: &Statements,
    rows: &Rows,
) -> Result<(), Error> {
    if rows.duplicates.is_empty() {
        return Ok(());
    }
    let again = || rows.duplicates.iter();
    let keys: Vec<_> = again().map(|(key, _, _)| key.as_str()).collect();
    let origins: Vec<_> = again().map(|(_, origin, _)| *origin).collect();
    let deliveries: Vec<_> = again().map(|(_, _, delivery)| delivery.as_deref()).collect();
    client.execute(&statements.duplicates, &[&millis(), &keys, &origins, &deliveries]).await?;
    Ok(())
}

async fn write_hook_types(
    client: &Client,
    statements: &Statements,
    rows: &Rows,
) -> Result<(), Error> {
    if rows.hook_types.is_empty() {
        return Ok(());
    }
    let (types, since): (Vec<_>, Vec<_>) =
        rows.hook_types.iter().map(|(kind, since)| (kind.as_str(), since.as_str())).unzip();
    client.execute(&statements.hook_types, &[&types, &since]).await?;
    Ok(())
}

/// Whoever puts a login and its id together looks for what came with the login alone, and whoever
/// writes what came with the login alone looks for its id: at the same time neither would find the
/// other. The second kind is rare, so it has this lock alone, and the first kind shares it.
async fn lock_logins(client: &Client, statements: &Statements, rows: &Rows) -> Result<(), Error> {
    let lock = match (rows.asks_by_login.is_empty(), rows.logins.is_empty()) {
        (false, _) => &statements.lock_logins,
        (true, false) => &statements.share_logins,
        (true, true) => return Ok(()),
    };
    client.execute(lock, &[]).await?;
    Ok(())
}

/// The versions and the values of a column.
fn column<'a, T: AsRef<str> + 'a>(
    known: impl Iterator<Item = &'a Known<T>>,
) -> (Vec<&'a str>, Vec<Option<&'a str>>) {
    let pair = |known: &'a Known<T>| match known {
        Some((version, value)) => (version.as_str(), Some(value.as_ref())),
        None => ("", None),
    };
    known.map(pair).unzip()
}

async fn write_users(client: &Client, statements: &Statements, rows: &Rows) -> Result<(), Error> {
    if rows.users.is_empty() {
        return Ok(());
    }
    let users = || rows.users.values();
    let keys: Vec<_> = rows.users.keys().map(String::as_str).collect();
    let ids: Vec<_> = users().map(|user| user.id.as_deref()).collect();
    let (login_versions, logins) = column(users().map(|user| &user.login));
    let (name_versions, names) = column(users().map(|user| &user.display_name));
    let (status_versions, statuses) = column(users().map(|user| &user.status));
    let (event_versions, events) = column(users().map(|user| &user.last_event));
    let wanted: Vec<_> = users().map(|user| user.profile_wanted).collect();
    client
        .execute(
            &statements.users,
            &[
                &keys,
                &ids,
                &logins,
                &login_versions,
                &names,
                &name_versions,
                &statuses,
                &status_versions,
                &events,
                &event_versions,
                &wanted,
            ],
        )
        .await?;
    Ok(())
}

async fn write_profiles(
    client: &Client,
    statements: &Statements,
    rows: &Rows,
) -> Result<(), Error> {
    if rows.logins.is_empty() && rows.asks.is_empty() && rows.asks_by_login.is_empty() {
        return Ok(());
    }
    let pairs = rows.logins.iter().map(|(login, id)| (login.as_str(), id.as_str()));
    let (logins, ids): (Vec<_>, Vec<_>) = pairs.unzip();
    let asks: Vec<_> = rows.asks.iter().map(String::as_str).collect();
    let by_login: Vec<_> = rows.asks_by_login.iter().map(String::as_str).collect();
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&logins, &ids, &asks, &by_login, &MAX_NAMESAKES];
    client.execute(&statements.profiles, &parameters).await?;
    Ok(())
}

async fn write_groups(client: &Client, statements: &Statements, rows: &Rows) -> Result<(), Error> {
    if rows.groups.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = rows.groups.keys().map(String::as_str).collect();
    let (versions, names) = column(rows.groups.values());
    client.execute(&statements.groups, &[&ids, &names, &versions]).await?;
    Ok(())
}

async fn write_memberships(
    client: &Client,
    statements: &Statements,
    rows: &Rows,
) -> Result<(), Error> {
    if rows.memberships.is_empty() {
        return Ok(());
    }
    let keys = rows.memberships.keys().map(|(user, group)| (user.as_str(), group.as_str()));
    let (users, groups): (Vec<_>, Vec<_>) = keys.unzip();
    let said = rows.memberships.values().map(|(version, member)| (version.as_str(), *member));
    let (versions, members): (Vec<_>, Vec<_>) = said.unzip();
    client.execute(&statements.memberships, &[&users, &groups, &members, &versions]).await?;
    Ok(())
}
