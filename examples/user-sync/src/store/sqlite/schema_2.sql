-- Version 2. A version is a time, a rank and an event's uuid as one string that sorts: of two values
-- of a column the one with the later version stays, whatever order the events come in.
-- `backfill.rs` fills these tables anew from the events.

DROP VIEW people;
DROP INDEX users_by_login;
DROP TABLE groups;
DROP TABLE memberships;
ALTER TABLE users RENAME TO users_1;

-- What is known of each user, one row for each id, and one for each login that came without an id
-- (hand-edited previews have nothing else). `people` is what to read: one row for each person.
CREATE TABLE users (
    key                  TEXT PRIMARY KEY NOT NULL,
    id                   TEXT,
    login                TEXT,
    login_version        TEXT NOT NULL DEFAULT '',
    display_name         TEXT,
    display_name_version TEXT NOT NULL DEFAULT '',
    status               TEXT,
    status_version       TEXT NOT NULL DEFAULT '',
    last_event           TEXT,
    last_event_version   TEXT NOT NULL DEFAULT '',
    email                TEXT,
    first_name           TEXT,
    last_name            TEXT,
    profile_version      TEXT NOT NULL DEFAULT '',
    -- Of a login without an id: whether the profile is to be fetched once the id is known.
    profile_wanted       INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Which ids were ever seen with a login, in lower case.
CREATE TABLE logins (
    login   TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (login, user_id)
) WITHOUT ROWID;
CREATE INDEX logins_by_user ON logins (user_id);

CREATE TABLE groups (
    id           TEXT PRIMARY KEY NOT NULL,
    name         TEXT,
    name_version TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- `members` is what to read.
CREATE TABLE memberships (
    user_key TEXT NOT NULL,
    group_id TEXT NOT NULL,
    member   INTEGER NOT NULL,
    version  TEXT NOT NULL,
    PRIMARY KEY (user_key, group_id)
) WITHOUT ROWID;

-- That of the latest copy; empty for events from before.
ALTER TABLE events ADD COLUMN version TEXT NOT NULL DEFAULT '';

-- Whose a login without an id is: the id's that has the login now, or else the one's whose login was
-- told last.
CREATE VIEW owners AS
SELECT key, owner
FROM (SELECT p.key AS key,
             u.id AS owner,
             row_number() OVER (PARTITION BY p.key
                                ORDER BY lower(u.login) = l.login DESC, u.login_version DESC, u.id DESC)
                 AS place
      FROM users p
      JOIN logins l ON l.login = substr(p.key, 7)
      JOIN users u ON u.key = l.user_id
      WHERE p.key >= 'login:' AND p.key < 'login;')
WHERE place = 1;

CREATE VIEW people AS
WITH owned AS MATERIALIZED (
         SELECT o.owner, p.* FROM owners o JOIN users p ON p.key = o.key),
     names AS MATERIALIZED (
         SELECT owner, display_name, display_name_version,
                row_number() OVER (PARTITION BY owner
                                   ORDER BY display_name_version DESC, display_name DESC) AS place
         FROM owned WHERE display_name_version > ''),
     statuses AS MATERIALIZED (
         SELECT owner, status, status_version,
                row_number() OVER (PARTITION BY owner ORDER BY status_version DESC, status DESC) AS place
         FROM owned WHERE status_version > ''),
     events AS MATERIALIZED (
         SELECT owner, last_event, last_event_version,
                row_number() OVER (PARTITION BY owner
                                   ORDER BY last_event_version DESC, last_event DESC) AS place
         FROM owned WHERE last_event_version > '')
SELECT u.id,
       u.login,
       u.email,
       u.first_name,
       u.last_name,
       iif((n.display_name_version, n.display_name) > (u.display_name_version, u.display_name),
           n.display_name, u.display_name) AS display_name,
       iif((s.status_version, s.status) > (u.status_version, u.status), s.status, u.status) AS status,
       iif((e.last_event_version, e.last_event) > (u.last_event_version, u.last_event),
           e.last_event, u.last_event) AS last_event,
       max(u.last_event_version, u.profile_version, ifnull(e.last_event_version, '')) AS version
FROM users u
LEFT JOIN names n ON n.owner = u.id AND n.place = 1
LEFT JOIN statuses s ON s.owner = u.id AND s.place = 1
LEFT JOIN events e ON e.owner = u.id AND e.place = 1
WHERE u.id IS NOT NULL
UNION ALL
SELECT NULL, login, email, first_name, last_name, display_name, status, last_event,
       max(last_event_version, profile_version)
FROM users
WHERE key >= 'login:' AND key < 'login;' AND key NOT IN (SELECT key FROM owners);

-- Who is in which group: a user's id, or the key of a login without one.
CREATE VIEW members AS
SELECT user_key, group_id, g.name AS group_name
FROM (SELECT ifnull(o.owner, m.user_key) AS user_key,
             m.group_id,
             m.member,
             row_number() OVER (PARTITION BY ifnull(o.owner, m.user_key), m.group_id
                                ORDER BY m.version DESC, m.member DESC) AS place
      FROM memberships m
      LEFT JOIN owners o ON o.key = m.user_key)
LEFT JOIN groups g ON g.id = group_id
WHERE place = 1 AND member;
