//! The statements of a transaction of events. Each takes all its rows at once, as one array for each
//! column, sorted by key: two replicas that are at the same rows take them in the same order.

use tokio_postgres::{Client, Statement};

use super::error::Error;
use super::replicas;

/// Events that are not there yet, and those whose copy here is a later one (see
/// `okta_hooks::projection` on copies of an event). Only these come back.
const EVENTS: &str = "
    INSERT INTO events (uuid, event_type, published, version, received_at, origin, summary,
                        delivery_id, raw)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[],
                         $7::text[], $8::text[], $9::text[])
    ON CONFLICT (uuid) DO UPDATE SET version = excluded.version
        WHERE events.version < excluded.version
    RETURNING uuid, xmax = 0 AS is_new";

/// Events that came again, and only the latest of those.
const DUPLICATES: &str = "
    WITH added AS (
        INSERT INTO duplicates (event_seq, after_seq, received_at, origin, delivery_id)
        SELECT seq, (SELECT max(seq) FROM events), $1, again.origin, again.delivery_id
        FROM unnest($2::text[], $3::text[], $4::text[]) AS again (uuid, origin, delivery_id)
        JOIN events ON events.uuid = again.uuid)
    DELETE FROM duplicates WHERE id <= (SELECT max(id) FROM duplicates) - 10000";

/// A type that is known with an earlier version is not touched: every replica has it all the time.
const HOOK_TYPES: &str = "
    INSERT INTO hook_types AS known (event_type, since)
    SELECT * FROM unnest($1::text[], $2::text[]) AS brought (event_type, since)
    WHERE NOT EXISTS (SELECT 1 FROM hook_types
                      WHERE hook_types.event_type = brought.event_type
                        AND hook_types.since <= brought.since)
    ON CONFLICT (event_type) DO UPDATE SET since = least(excluded.since, known.since)";

/// How many of these events a hook should have brought.
const LOST: &str = "
    SELECT count(*) FROM unnest($1::text[], $2::text[]) AS read (event_type, version)
    JOIN hook_types USING (event_type) WHERE since <= version";

/// A column that the events say nothing about has no version, and so changes nothing.
const USERS: &str = "
    INSERT INTO users AS known (key, id, login, login_version, display_name, display_name_version,
                                status, status_version, last_event, last_event_version,
                                profile_wanted)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                         $7::text[], $8::text[], $9::text[], $10::text[], $11::boolean[])
    ON CONFLICT (key) DO UPDATE SET
        login = CASE WHEN (excluded.login_version, excluded.login)
                          > (known.login_version, known.login)
                     THEN excluded.login ELSE known.login END,
        login_version = greatest(excluded.login_version, known.login_version),
        display_name = CASE WHEN (excluded.display_name_version, excluded.display_name)
                                 > (known.display_name_version, known.display_name)
                            THEN excluded.display_name ELSE known.display_name END,
        display_name_version = greatest(excluded.display_name_version, known.display_name_version),
        status = CASE WHEN (excluded.status_version, excluded.status)
                           > (known.status_version, known.status)
                      THEN excluded.status ELSE known.status END,
        status_version = greatest(excluded.status_version, known.status_version),
        last_event = CASE WHEN (excluded.last_event_version, excluded.last_event)
                               > (known.last_event_version, known.last_event)
                          THEN excluded.last_event ELSE known.last_event END,
        last_event_version = greatest(excluded.last_event_version, known.last_event_version),
        profile_wanted = excluded.profile_wanted OR known.profile_wanted";

/// Logins seen with an id, and the profiles to fetch: those that are asked for by id ($3), those of
/// everybody who ever had a login ($4), and where a login is new with an id, what came before with
/// the login alone and wished for a profile.
const PROFILES: &str = "
    WITH claimed AS (
        INSERT INTO logins (login, user_id)
        SELECT * FROM unnest($1::text[], $2::text[])
        ON CONFLICT DO NOTHING
        RETURNING login, user_id)
    INSERT INTO refreshes AS known (user_id, due_at)
    SELECT user_id, millis()
    FROM (SELECT unnest($3::text[]) COLLATE \"C\" AS user_id
          UNION
          SELECT namesakes.user_id
          FROM unnest($4::text[]) AS asked (login)
          CROSS JOIN LATERAL (SELECT user_id FROM logins WHERE logins.login = asked.login
                              ORDER BY user_id DESC LIMIT $5) AS namesakes
          UNION
          SELECT claimed.user_id FROM claimed JOIN users ON key = 'login:' || claimed.login
          WHERE profile_wanted) AS wanted
    ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET
        asked = nextval('refreshes_asked'), due_at = least(known.due_at, excluded.due_at)";

const GROUPS: &str = "
    INSERT INTO groups AS known (id, name, name_version)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
    ON CONFLICT (id) DO UPDATE SET
        name = CASE WHEN (excluded.name_version, excluded.name) > (known.name_version, known.name)
                    THEN excluded.name ELSE known.name END,
        name_version = greatest(excluded.name_version, known.name_version)";

const MEMBERSHIPS: &str = "
    INSERT INTO memberships AS known (user_key, group_id, member, version)
    SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[])
    ON CONFLICT (user_key, group_id) DO UPDATE SET
        member = excluded.member, version = excluded.version
        WHERE (excluded.version, excluded.member) > (known.version, known.member)";

const DEAD_LETTERS: &str = "
    INSERT INTO dead_letters (received_at, reason, path, hash, raw)
    SELECT millis(), reason, path, sha256(raw), raw FROM unnest($1::text[], $2::text[], $3::bytea[])
        AS letter (reason, path, raw)
    ON CONFLICT (path, hash) DO NOTHING";

/// See `project::lock_logins`.
const LOCK_LOGINS: &str = "SELECT pg_advisory_xact_lock(7349712301)";
const SHARE_LOGINS: &str = "SELECT pg_advisory_xact_lock_shared(7349712301)";

/// Prepared, once for each connection.
pub struct Statements {
    pub events: Statement,
    pub duplicates: Statement,
    pub hook_types: Statement,
    pub lost: Statement,
    pub lock_logins: Statement,
    pub share_logins: Statement,
    pub users: Statement,
    pub profiles: Statement,
    pub groups: Statement,
    pub memberships: Statement,
    pub dead_letters: Statement,
    pub count: Statement,
}

impl Statements {
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        let (
            events,
            duplicates,
            hook_types,
            lost,
            lock_logins,
            share_logins,
            users,
            profiles,
            groups,
            memberships,
            dead_letters,
            count,
        ) = tokio::try_join!(
            client.prepare(EVENTS),
            client.prepare(DUPLICATES),
            client.prepare(HOOK_TYPES),
            client.prepare(LOST),
            client.prepare(LOCK_LOGINS),
            client.prepare(SHARE_LOGINS),
            client.prepare(USERS),
            client.prepare(PROFILES),
            client.prepare(GROUPS),
            client.prepare(MEMBERSHIPS),
            client.prepare(DEAD_LETTERS),
            client.prepare(replicas::COUNT),
        )?;
        Ok(Self {
            events,
            duplicates,
            hook_types,
            lost,
            lock_logins,
            share_logins,
            users,
            profiles,
            groups,
            memberships,
            dead_letters,
            count,
        })
    }
}
