-- Version 2: JSON is compressed by lz4 where the server has it, which costs far less time than its own way.
DO $$ BEGIN
    EXECUTE 'ALTER TABLE events ALTER COLUMN raw SET COMPRESSION lz4';
EXCEPTION WHEN OTHERS THEN NULL;
END $$;

-- The replicas, each with a row that only it writes to. What it has counted it says every few
-- seconds; how often what pages show has changed, in the transaction of each change.
CREATE TABLE replicas (
    id           bigint PRIMARY KEY, -- another one with each start
    name         text   NOT NULL,
    seen_at      bigint NOT NULL DEFAULT millis(),
    counters     text   NOT NULL DEFAULT '{}',
    users        bigint NOT NULL DEFAULT 0,
    activity     bigint NOT NULL DEFAULT 0,
    dead_letters bigint NOT NULL DEFAULT 0,
    changes      bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20);
