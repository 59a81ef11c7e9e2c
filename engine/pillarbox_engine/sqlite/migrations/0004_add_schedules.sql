-- Schedules, and when each fired.

-- A schedule: its plan as JSON, and how far it has come. `first_at` is where its interval counts
-- from, and nothing fires before it. `next_fire_at` is when it fires next; it only ever grows
-- past `handled_until`, the latest time that was fired or let go, so none is dealt with twice.
-- `last_at` and `last_job_id` are the newest run's; `note` says why it was skipped last.
CREATE TABLE schedules (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL UNIQUE,
    queue_id      INTEGER NOT NULL REFERENCES queues (id),
    plan          TEXT NOT NULL,
    paused        INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    first_at      INTEGER NOT NULL,
    next_fire_at  INTEGER,
    handled_until INTEGER NOT NULL,
    last_at       INTEGER,
    last_job_id   INTEGER,
    fired         INTEGER NOT NULL DEFAULT 0,
    skipped       INTEGER NOT NULL DEFAULT 0,
    passed        INTEGER NOT NULL DEFAULT 0,
    note          TEXT NOT NULL DEFAULT ''
);
-- Which schedule fires next.
CREATE INDEX schedules_due ON schedules (next_fire_at) WHERE paused = 0;

-- A schedule with the name of its queue, as it is read everywhere.
CREATE VIEW planned AS
SELECT
    s.id, s.name, q.name AS queue, s.plan, s.paused, s.created_at, s.first_at, s.next_fire_at,
    s.handled_until, s.last_at, s.last_job_id, s.fired, s.skipped, s.passed, s.note
FROM schedules AS s JOIN queues AS q ON q.id = s.queue_id;

-- A time at which a schedule fired, and the job it enqueued: at most one for each time, whatever
-- goes wrong. Runs by hand stand apart. The newest of each schedule are kept, and those whose job
-- is live.
CREATE TABLE fires (
    schedule_id INTEGER NOT NULL REFERENCES schedules (id),
    fire_at     INTEGER NOT NULL,
    by_hand     INTEGER NOT NULL,
    job_id      INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, fire_at, by_hand)
) WITHOUT ROWID;
