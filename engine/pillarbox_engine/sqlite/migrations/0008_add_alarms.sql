-- Alarms of queues, and dead letters by age.

-- An alarm that was raised, and when it was cleared; at most one of a kind is open in a queue.
-- `value` is the figure that raised it, `bound` the setting it reached.
CREATE TABLE alarms (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_id   INTEGER NOT NULL REFERENCES queues (id),
    kind       TEXT NOT NULL,
    raised_at  INTEGER NOT NULL,
    cleared_at INTEGER,
    value      REAL NOT NULL,
    bound      REAL NOT NULL
);
CREATE UNIQUE INDEX alarms_open ON alarms (queue_id, kind) WHERE cleared_at IS NULL;

-- The oldest dead letter of a queue, and how many died lately.
CREATE INDEX jobs_dead_by_age ON jobs (queue_id, ended_at) WHERE state = 'dead';
