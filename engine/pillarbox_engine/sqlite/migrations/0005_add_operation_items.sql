-- Operations are done in chunks and go on after a restart: each has a row that says how far it is,
-- and the frozen list of its jobs.

-- `state` is freezing, running, canary, stopped, cancelled or done; `options` JSON. `done` of
-- `total` items were worked through, `skips` counts those left alone by the reason, as JSON;
-- `ended` and `failed` count the watched jobs. `next_us`: when the next job of a paced replay may
-- run; `rest_us`: when a full queue is asked again. `process_id` is who freezes it; `kept`: whether
-- its items are still there.
ALTER TABLE operations ADD COLUMN state TEXT NOT NULL DEFAULT 'done';
ALTER TABLE operations ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
ALTER TABLE operations ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN done INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN skips TEXT NOT NULL DEFAULT '{}';
ALTER TABLE operations ADD COLUMN next_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN rest_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN said TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN ended_at INTEGER;
ALTER TABLE operations ADD COLUMN process_id INTEGER;
ALTER TABLE operations ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

-- What is at work, and what may forget its items.
CREATE INDEX operations_freezing ON operations (id) WHERE state = 'freezing';
CREATE INDEX operations_at_work ON operations (id) WHERE state IN ('running', 'canary');
CREATE INDEX operations_kept ON operations (ended_at) WHERE kept = 1;

-- The jobs of an operation, as one look at the file found them. `outcome` is NULL until the verb
-- was done, then 'changed' or why the job was left alone; `fence` and `attempt` are the job's just
-- after it. `watch` is 'open' while the end of a replayed job is waited for.
CREATE TABLE operation_items (
    operation_id INTEGER NOT NULL REFERENCES operations (id),
    place        INTEGER NOT NULL,
    job_id       INTEGER NOT NULL,
    outcome      TEXT,
    fence        INTEGER,
    attempt      INTEGER,
    watch        TEXT,
    PRIMARY KEY (operation_id, place)
) WITHOUT ROWID;
CREATE INDEX operation_items_watched ON operation_items (operation_id, place) WHERE watch = 'open';

-- What a payload was before it was edited.
ALTER TABLE events ADD COLUMN payload TEXT;
