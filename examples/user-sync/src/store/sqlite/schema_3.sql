-- Version 3. What the page shows of each delivery, and dead letters that are large only once.
-- `dead_letter.rs` moves the rows of the former table.

ALTER TABLE events RENAME COLUMN effect TO summary;
-- Okta's `eventId` of the delivery an event came in; null where none said one.
ALTER TABLE events ADD COLUMN delivery_id TEXT;

-- The latest events that came again and were ignored, by a hook or put through again.
CREATE TABLE duplicates (
    id          INTEGER PRIMARY KEY,
    event_seq   INTEGER NOT NULL,
    after_seq   INTEGER NOT NULL, -- the latest event by then: where it is among them
    received_at INTEGER NOT NULL, -- milliseconds since 1970
    origin      TEXT NOT NULL,
    delivery_id TEXT
);
CREATE INDEX duplicates_by_place ON duplicates (after_seq);

-- The event types that a hook has brought, and the version of the first of each: what the System Log
-- alone has of them since was lost on its way.
CREATE TABLE hook_types (
    event_type TEXT PRIMARY KEY NOT NULL,
    since      TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO hook_types
SELECT event_type, min(version) FROM events
WHERE origin = 'hook' AND version > '' AND length(event_type) <= 128
GROUP BY event_type;

ALTER TABLE dead_letters RENAME TO dead_letters_2;
CREATE TABLE dead_letters (
    id          INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    path        TEXT NOT NULL,
    hash        BLOB NOT NULL, -- SHA-256 of raw, which can be large
    raw         BLOB NOT NULL,
    UNIQUE (path, hash)
);
