-- Jobs get what ordered groups, priority ageing, flows, schedules, blobs and a total retry time
-- need of them. The table is made anew, so that a claim never reads past a long payload.

-- Claim order is (rank, place): `rank` is the priority, or what ageing makes of it; `place` the id,
-- or where a group's head stands in the round of the groups. A ready job with a `hold` may not be
-- claimed: another of its group comes first, or the group's rate limit says until when
-- (`hold_until`). A parent waits until `children_left` is 0; `child_policy` says what a child's
-- failure does to it. `schedule_id` is the schedule that fired the job, `blob` the name of the file
-- its payload lies in. The rest is as it was in the first shape.
CREATE TABLE wider_jobs (
    id               INTEGER PRIMARY KEY,
    queue_id         INTEGER NOT NULL REFERENCES queues (id),
    state            TEXT NOT NULL,
    type             TEXT NOT NULL,
    priority         INTEGER NOT NULL,
    rank             INTEGER NOT NULL,
    place            INTEGER NOT NULL,
    attempt          INTEGER NOT NULL DEFAULT 0,
    lost             INTEGER NOT NULL DEFAULT 0,
    fence            INTEGER NOT NULL DEFAULT 0,
    enqueued_at      INTEGER NOT NULL,
    run_at           INTEGER NOT NULL,
    expires_at       INTEGER,
    max_attempts     INTEGER,
    retry_for_us     INTEGER,
    timeout_us       INTEGER,
    backoff          TEXT,
    nonce            BLOB,
    unique_key       TEXT,
    unique_states    TEXT,
    unique_until     INTEGER,
    group_key        TEXT,
    hold             TEXT,
    hold_until       INTEGER,
    parent_id        INTEGER,
    children_left    INTEGER,
    child_policy     TEXT,
    schedule_id      INTEGER,
    blob             TEXT,
    process_id       INTEGER,
    worker           TEXT,
    started_at       INTEGER,
    heartbeat_at     INTEGER,
    lease_expires_at INTEGER,
    ended_at         INTEGER,
    progress         REAL,
    reason           TEXT,
    error_type       TEXT,
    error_message    TEXT,
    fingerprint      TEXT,
    trashed_from     TEXT,
    operation_id     INTEGER,
    result           TEXT,
    payload_bytes    INTEGER NOT NULL,
    payload_crc      TEXT NOT NULL,
    payload          TEXT NOT NULL
);
INSERT INTO wider_jobs (
    id, queue_id, state, type, priority, attempt, lost, fence, enqueued_at, run_at, expires_at,
    max_attempts, timeout_us, backoff, nonce, unique_key, unique_states, unique_until, process_id,
    worker, started_at, heartbeat_at, lease_expires_at, ended_at, progress, reason, error_type,
    error_message, fingerprint, trashed_from, operation_id, result, payload_bytes, payload_crc,
    payload, rank, place
)
SELECT
    id, queue_id, state, type, priority, attempt, lost, fence, enqueued_at, run_at, expires_at,
    max_attempts, timeout_us, backoff, nonce, unique_key, unique_states, unique_until, process_id,
    worker, started_at, heartbeat_at, lease_expires_at, ended_at, progress, reason, error_type,
    error_message, fingerprint, trashed_from, operation_id, result, payload_bytes, payload_crc,
    payload, priority, id
FROM jobs;
DROP TABLE jobs;
ALTER TABLE wider_jobs RENAME TO jobs;

-- Claim order, and the oldest ready job.
CREATE INDEX jobs_ready ON jobs (queue_id, rank, place) WHERE state = 'ready' AND hold IS NULL;
-- What falls due next.
CREATE INDEX jobs_scheduled ON jobs (queue_id, run_at, id) WHERE state = 'scheduled';
-- Which lease ends first.
CREATE INDEX jobs_leased ON jobs (lease_expires_at, id) WHERE state = 'leased';
-- Retention, and the newest results.
CREATE INDEX jobs_done ON jobs (queue_id, ended_at, id) WHERE state = 'done';
-- Dead letters by error.
CREATE INDEX jobs_dead ON jobs (fingerprint, queue_id, ended_at) WHERE state = 'dead';
CREATE INDEX jobs_cancelled ON jobs (queue_id, id) WHERE state = 'cancelled';
CREATE INDEX jobs_trashed ON jobs (operation_id, id) WHERE state = 'trashed';
-- Jobs with a best-before date that have not run.
CREATE INDEX jobs_expiring ON jobs (expires_at)
    WHERE expires_at IS NOT NULL AND state IN ('waiting', 'scheduled', 'ready');
-- Who holds a unique key.
CREATE UNIQUE INDEX jobs_unique ON jobs (queue_id, unique_key)
    WHERE unique_states IS NOT NULL AND (
        state IN ('waiting', 'scheduled', 'ready', 'leased') OR instr(unique_states, state) > 0
    );
-- A queue's jobs, newest first.
CREATE INDEX jobs_of_queue ON jobs (queue_id, id);
