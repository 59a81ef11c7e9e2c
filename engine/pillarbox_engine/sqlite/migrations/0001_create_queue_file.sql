-- The first shape of a queue file.
-- Times are integer microseconds since 1970-01-01 UTC. Sizes are bytes. Booleans are 0 or 1.

-- Facts about the file: its uuid, when it was made.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- A queue: its settings as JSON, and whether workers may claim (running, paused, draining).
CREATE TABLE queues (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE,
    settings   TEXT NOT NULL,
    mode       TEXT NOT NULL DEFAULT 'running',
    created_at INTEGER NOT NULL
);

-- How many jobs of a queue are in each state, and cumulative totals: kept in the transaction
-- of every change, never counted.
CREATE TABLE counters (
    queue_id        INTEGER PRIMARY KEY REFERENCES queues (id),
    waiting         INTEGER NOT NULL DEFAULT 0,
    scheduled       INTEGER NOT NULL DEFAULT 0,
    ready           INTEGER NOT NULL DEFAULT 0,
    leased          INTEGER NOT NULL DEFAULT 0,
    done            INTEGER NOT NULL DEFAULT 0,
    dead            INTEGER NOT NULL DEFAULT 0,
    cancelled       INTEGER NOT NULL DEFAULT 0,
    trashed         INTEGER NOT NULL DEFAULT 0,
    retrying        INTEGER NOT NULL DEFAULT 0,
    bytes           INTEGER NOT NULL DEFAULT 0,
    enqueued_total  INTEGER NOT NULL DEFAULT 0,
    claimed_total   INTEGER NOT NULL DEFAULT 0,
    done_total      INTEGER NOT NULL DEFAULT 0,
    failed_total    INTEGER NOT NULL DEFAULT 0,
    dead_total      INTEGER NOT NULL DEFAULT 0,
    cancelled_total INTEGER NOT NULL DEFAULT 0,
    lost_total      INTEGER NOT NULL DEFAULT 0,
    released_total  INTEGER NOT NULL DEFAULT 0,
    requeued_total  INTEGER NOT NULL DEFAULT 0,
    replayed_total  INTEGER NOT NULL DEFAULT 0,
    removed_done    INTEGER NOT NULL DEFAULT 0,
    removed_dead    INTEGER NOT NULL DEFAULT 0,
    removed_other   INTEGER NOT NULL DEFAULT 0,
    trashed_done    INTEGER NOT NULL DEFAULT 0,
    trashed_dead    INTEGER NOT NULL DEFAULT 0
);

-- A job. What is NULL among max_attempts, backoff and timeout_us follows the queue's settings.
-- Ids are given by the chain of commits, so none is ever used again. `nonce` finds the jobs of an enqueue whose outcome
-- was uncertain, when it is repeated. Where a job holds its unique key is in unique_states, its
-- states parted by spaces, and until when in unique_until; NULL once another job took the key. The attempt that ended last is told by started_at,
-- ended_at, worker and attempt; earlier ones, and what operators did, are in `events`.
CREATE TABLE jobs (
    id               INTEGER PRIMARY KEY,
    queue_id         INTEGER NOT NULL REFERENCES queues (id),
    state            TEXT NOT NULL,
    type             TEXT NOT NULL,
    priority         INTEGER NOT NULL,
    attempt          INTEGER NOT NULL DEFAULT 0,
    lost             INTEGER NOT NULL DEFAULT 0,
    fence            INTEGER NOT NULL DEFAULT 0,
    enqueued_at      INTEGER NOT NULL,
    run_at           INTEGER NOT NULL,
    expires_at       INTEGER,
    max_attempts     INTEGER,
    timeout_us       INTEGER,
    backoff          TEXT,
    nonce            BLOB,
    unique_key       TEXT,
    unique_states    TEXT,
    unique_until     INTEGER,
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

-- Claim order, and the oldest ready job.
CREATE INDEX jobs_ready ON jobs (queue_id, priority, id) WHERE state = 'ready';
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

-- The history of a job beyond its last attempt: attempts that ended otherwise than in a first
-- success, and what operators did.
CREATE TABLE events (
    id            INTEGER PRIMARY KEY,
    job_id        INTEGER NOT NULL REFERENCES jobs (id),
    at            INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    attempt       INTEGER NOT NULL,
    fence         INTEGER NOT NULL,
    started_at    INTEGER,
    worker        TEXT,
    next_run_at   INTEGER,
    error_type    TEXT,
    error_message TEXT,
    fingerprint   TEXT,
    traceback     TEXT,
    detail        TEXT NOT NULL DEFAULT ''
);
CREATE INDEX events_of_job ON events (job_id, id);

-- What handlers logged.
CREATE TABLE log_lines (
    id      INTEGER PRIMARY KEY,
    job_id  INTEGER NOT NULL REFERENCES jobs (id),
    at      INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    text    TEXT NOT NULL
);
CREATE INDEX log_lines_of_job ON log_lines (job_id, id);

-- Keys that producers gave, for as long as a repetition must add nothing.
CREATE TABLE idempotency (
    key        TEXT PRIMARY KEY,
    job_id     INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- When jobs of rate-limited queues started, as far back as their limit looks.
CREATE TABLE starts (
    queue_id INTEGER NOT NULL REFERENCES queues (id),
    at       INTEGER NOT NULL
);
CREATE INDEX starts_of_queue ON starts (queue_id, at);

-- Live processes. A lease names its process; a dead one's leases return at once.
CREATE TABLE processes (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    pid           INTEGER NOT NULL,
    boot_id       TEXT NOT NULL,
    born          TEXT NOT NULL,
    host          TEXT NOT NULL,
    kind          TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    threads       INTEGER NOT NULL DEFAULT 0,
    given_up      INTEGER NOT NULL DEFAULT 0,
    serving       TEXT NOT NULL DEFAULT '[]'
);

-- Who does the maintenance now: one row, its fence grows with every change of hands.
CREATE TABLE maintainer (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    process_id INTEGER NOT NULL,
    fence      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);

-- The journal of operators' bulk verbs.
CREATE TABLE operations (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    verb    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    what    TEXT NOT NULL,
    changed INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    undone  INTEGER NOT NULL DEFAULT 0
);

-- The chain of commits: one row a transaction. `hash` covers the row and the hash before it,
-- so a commit that went missing is noticed. `deltas` are the counter changes, as JSON;
-- `last_job_id` the highest id given so far.
CREATE TABLE chain (
    sequence    INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    last_job_id INTEGER NOT NULL,
    deltas      TEXT NOT NULL,
    hash        BLOB NOT NULL
);
-- Older links of the chain, folded: the sum of their deltas, and the hash of the last.
CREATE TABLE chain_base (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    sequence    INTEGER NOT NULL,
    last_job_id INTEGER NOT NULL,
    deltas      TEXT NOT NULL,
    hash        BLOB NOT NULL
);

-- Depths and totals as they were: a row a queue and second, minute or hour (resolution, in
-- seconds) in which something changed.
CREATE TABLE history (
    queue_id       INTEGER NOT NULL REFERENCES queues (id),
    resolution     INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    ready          INTEGER NOT NULL,
    scheduled      INTEGER NOT NULL,
    retrying       INTEGER NOT NULL,
    leased         INTEGER NOT NULL,
    dead           INTEGER NOT NULL,
    enqueued_total INTEGER NOT NULL,
    done_total     INTEGER NOT NULL,
    failed_total   INTEGER NOT NULL,
    dead_total     INTEGER NOT NULL,
    PRIMARY KEY (queue_id, resolution, at)
) WITHOUT ROWID;
