-- Version 1. A stamp is a time and an event's uuid as one text that sorts: of two values of a
-- column the one with the later stamp stays, whatever order the events come in.

-- What is known of each user, one row for each id, and one for each login that came without an id
-- (hand-edited previews have nothing else). `people` is what to read.
CREATE TABLE users (
    key                TEXT PRIMARY KEY NOT NULL,
    id                 TEXT,
    login              TEXT,
    login_stamp        TEXT NOT NULL DEFAULT '',
    display_name       TEXT,
    display_name_stamp TEXT NOT NULL DEFAULT '',
    status             TEXT,
    status_stamp       TEXT NOT NULL DEFAULT '',
    last_event         TEXT,
    last_event_stamp   TEXT NOT NULL DEFAULT '',
    email              TEXT,
    first_name         TEXT,
    last_name          TEXT,
    profile_stamp      TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX users_by_login ON users (login COLLATE NOCASE);

CREATE TABLE groups (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT,
    name_stamp TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

CREATE TABLE memberships (
    user_key TEXT NOT NULL,
    group_id TEXT NOT NULL,
    member   INTEGER NOT NULL,
    stamp    TEXT NOT NULL,
    PRIMARY KEY (user_key, group_id)
) WITHOUT ROWID;

-- Every event that was accepted, once.
CREATE TABLE events (
    seq         INTEGER PRIMARY KEY,
    uuid        TEXT NOT NULL UNIQUE,
    event_type  TEXT NOT NULL,
    published   TEXT,
    received_at INTEGER NOT NULL, -- milliseconds since 1970
    origin      TEXT NOT NULL,    -- hook, gap repair or retry
    effect      TEXT NOT NULL,
    raw         TEXT NOT NULL
);

-- What is no event, or no delivery.
CREATE TABLE dead_letters (
    id          INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    path        TEXT NOT NULL,
    raw         BLOB NOT NULL,
    UNIQUE (path, raw)
);

-- Whose profile to fetch, and when.
CREATE TABLE refreshes (
    user_id  TEXT PRIMARY KEY NOT NULL,
    due_at   INTEGER NOT NULL, -- milliseconds since 1970
    attempts INTEGER NOT NULL DEFAULT 0,
    asked    INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE INDEX refreshes_by_due ON refreshes (due_at);

-- Where to go on reading the System Log.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- A login without an id is the user who has that login by now, if there is one.
CREATE VIEW people AS
SELECT u.id,
       u.login,
       u.email,
       u.first_name,
       u.last_name,
       u.display_name,
       iif(p.status_stamp > u.status_stamp, p.status, u.status) AS status,
       iif(p.last_event_stamp > u.last_event_stamp, p.last_event, u.last_event) AS last_event,
       max(u.last_event_stamp, u.profile_stamp, ifnull(p.last_event_stamp, '')) AS stamp
FROM users u
LEFT JOIN users p ON u.id IS NOT NULL AND p.key = 'login:' || lower(u.login)
WHERE u.id IS NOT NULL
   OR NOT EXISTS (SELECT 1 FROM users o WHERE o.id IS NOT NULL AND o.login = u.login COLLATE NOCASE);

-- Something to see before the first event.
INSERT INTO users (key, login, login_stamp, email, first_name, last_name, display_name,
                   display_name_stamp, status, status_stamp, profile_stamp)
VALUES ('login:test.user@example.com', 'test.user@example.com', '0', 'test.user@example.com',
        'Test', 'User', 'Test User', '0', 'ACTIVE', '0', '0');
