-- Version 1: what version 3 of the SQLite schema has, in PostgreSQL's words. What sorts or is a key
-- sorts byte by byte, as versions do: COLLATE "C", whatever the database's own collation is.

-- Milliseconds since 1970 by the clock of the database, which is the same for all replicas.
CREATE FUNCTION millis() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT (extract(epoch FROM statement_timestamp()) * 1000)::bigint $$;

-- What is known of each user, one row for each id, and one for each login that came without an id
-- (hand-edited previews have nothing else). `people` is what to read: one row for each person.
CREATE TABLE users (
    key                  text COLLATE "C" PRIMARY KEY,
    id                   text COLLATE "C",
    login                text COLLATE "C",
    login_version        text COLLATE "C" NOT NULL DEFAULT '',
    display_name         text COLLATE "C",
    display_name_version text COLLATE "C" NOT NULL DEFAULT '',
    status               text COLLATE "C",
    status_version       text COLLATE "C" NOT NULL DEFAULT '',
    last_event           text COLLATE "C",
    last_event_version   text COLLATE "C" NOT NULL DEFAULT '',
    email                text COLLATE "C",
    first_name           text COLLATE "C",
    last_name            text COLLATE "C",
    profile_version      text COLLATE "C" NOT NULL DEFAULT '',
    -- Of a login without an id: whether the profile is to be fetched once the id is known.
    profile_wanted       boolean NOT NULL DEFAULT false
) WITH (fillfactor = 80);

-- Which ids were ever seen with a login, in lower case.
CREATE TABLE logins (
    login   text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (login, user_id)
);
CREATE INDEX logins_by_user ON logins (user_id);

CREATE TABLE groups (
    id           text COLLATE "C" PRIMARY KEY,
    name         text COLLATE "C",
    name_version text COLLATE "C" NOT NULL DEFAULT ''
);

-- `members` is what to read.
CREATE TABLE memberships (
    user_key text COLLATE "C" NOT NULL,
    group_id text COLLATE "C" NOT NULL,
    member   boolean NOT NULL,
    version  text COLLATE "C" NOT NULL,
    PRIMARY KEY (user_key, group_id)
);

-- Every event that was accepted, once. JSON as text: jsonb has no way to keep "\u0000".
CREATE TABLE events (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid        text COLLATE "C" NOT NULL UNIQUE,
    event_type  text NOT NULL,
    published   text,
    version     text COLLATE "C" NOT NULL,
    received_at bigint NOT NULL, -- milliseconds since 1970
    origin      text NOT NULL,   -- hook, gap repair or retry
    summary     text NOT NULL,
    delivery_id text,            -- Okta's `eventId` of the delivery; null where none said one
    raw         text NOT NULL
);

-- The latest events that came again and were ignored, by a hook or put through again.
CREATE TABLE duplicates (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_seq   bigint NOT NULL,
    after_seq   bigint NOT NULL, -- the latest event by then: where it is among them
    received_at bigint NOT NULL, -- milliseconds since 1970
    origin      text NOT NULL,
    delivery_id text
);
CREATE INDEX duplicates_by_place ON duplicates (after_seq);

-- The event types that a hook has brought, and the version of the first of each: what the System Log
-- alone has of them since was lost on its way.
CREATE TABLE hook_types (
    event_type text COLLATE "C" PRIMARY KEY,
    since      text COLLATE "C" NOT NULL
);

-- What is not an event, or not a delivery, or what the database refuses to keep as an event.
CREATE TABLE dead_letters (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at bigint NOT NULL,
    reason      text NOT NULL,
    path        text NOT NULL,
    hash        bytea NOT NULL, -- SHA-256 of raw, which can be large
    raw         bytea NOT NULL,
    UNIQUE (path, hash)
);

-- Whose profile to fetch, and when. A number of `asked` is never used twice, so that an answer to
-- an earlier request is not taken for one to a later. Until `claimed_until` some replica is at it.
CREATE SEQUENCE refreshes_asked;
CREATE TABLE refreshes (
    user_id       text COLLATE "C" PRIMARY KEY,
    due_at        bigint NOT NULL, -- milliseconds since 1970
    attempts      integer NOT NULL DEFAULT 0,
    asked         bigint NOT NULL DEFAULT nextval('refreshes_asked'),
    claimed_until bigint NOT NULL DEFAULT 0
);
CREATE INDEX refreshes_by_due ON refreshes (due_at);

-- When the replicas together may call an endpoint of Okta's again, and how far apart calls are then.
CREATE TABLE pace (
    endpoint   text PRIMARY KEY,
    not_before bigint NOT NULL DEFAULT 0,
    spacing    bigint NOT NULL DEFAULT 0
);
INSERT INTO pace (endpoint) VALUES ('users');

-- Where to go on reading the System Log.
CREATE TABLE meta (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

-- Whose a login without an id is: the id's that has the login now, or else the one's whose login was
-- told last.
CREATE VIEW owners AS
SELECT key, owner
FROM (SELECT p.key AS key,
             u.id AS owner,
             row_number() OVER (PARTITION BY p.key
                                ORDER BY coalesce(lower(u.login) = l.login, false) DESC,
                                         u.login_version DESC, u.id DESC) AS place
      FROM users p
      JOIN logins l ON l.login = substr(p.key, 7)
      JOIN users u ON u.key = l.user_id
      WHERE p.key >= 'login:' AND p.key < 'login;') AS candidates
WHERE place = 1;

CREATE VIEW people AS
WITH owned AS MATERIALIZED (
         SELECT o.owner, p.* FROM owners o JOIN users p ON p.key = o.key),
     names AS MATERIALIZED (
         SELECT owner, display_name, display_name_version,
                row_number() OVER (PARTITION BY owner ORDER BY display_name_version DESC,
                                                               display_name DESC NULLS LAST) AS place
         FROM owned WHERE display_name_version > ''),
     statuses AS MATERIALIZED (
         SELECT owner, status, status_version,
                row_number() OVER (PARTITION BY owner ORDER BY status_version DESC,
                                                               status DESC NULLS LAST) AS place
         FROM owned WHERE status_version > ''),
     latest AS MATERIALIZED (
         SELECT owner, last_event, last_event_version,
                row_number() OVER (PARTITION BY owner ORDER BY last_event_version DESC,
                                                               last_event DESC NULLS LAST) AS place
         FROM owned WHERE last_event_version > '')
SELECT u.id,
       u.login,
       u.email,
       u.first_name,
       u.last_name,
       CASE WHEN (n.display_name_version, n.display_name) > (u.display_name_version, u.display_name)
            THEN n.display_name ELSE u.display_name END AS display_name,
       CASE WHEN (s.status_version, s.status) > (u.status_version, u.status)
            THEN s.status ELSE u.status END AS status,
       CASE WHEN (e.last_event_version, e.last_event) > (u.last_event_version, u.last_event)
            THEN e.last_event ELSE u.last_event END AS last_event,
       greatest(u.last_event_version, u.profile_version, coalesce(e.last_event_version, ''))
           AS version
FROM users u
LEFT JOIN names n ON n.owner = u.id AND n.place = 1
LEFT JOIN statuses s ON s.owner = u.id AND s.place = 1
LEFT JOIN latest e ON e.owner = u.id AND e.place = 1
WHERE u.id IS NOT NULL
UNION ALL
SELECT NULL, login, email, first_name, last_name, display_name, status, last_event,
       greatest(last_event_version, profile_version)
FROM users
WHERE key >= 'login:' AND key < 'login;'
  AND NOT EXISTS (SELECT 1 FROM owners o WHERE o.key = users.key);

-- Who is in which group: a user's id, or the key of a login without one.
CREATE VIEW members AS
SELECT user_key, group_id, g.name AS group_name
FROM (SELECT coalesce(o.owner, m.user_key) AS user_key,
             m.group_id,
             m.member,
             row_number() OVER (PARTITION BY coalesce(o.owner, m.user_key), m.group_id
                                ORDER BY m.version DESC, m.member DESC) AS place
      FROM memberships m
      LEFT JOIN owners o ON o.key = m.user_key) AS placed
LEFT JOIN groups g ON g.id = group_id
WHERE place = 1 AND member;

-- Something to see before the first event.
INSERT INTO users (key, login, email, first_name, last_name, display_name, status)
VALUES ('login:test.user@example.com', 'test.user@example.com', 'test.user@example.com',
        'Test', 'User', 'Test User', 'ACTIVE');
