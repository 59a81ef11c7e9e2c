-- Taking jobs in.

-- name: known_key
-- The job an idempotency key stands for, while the key lives.
SELECT job_id FROM idempotency WHERE key = ? AND expires_at > ?;

-- name: add_key
INSERT INTO idempotency (key, job_id, expires_at) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET job_id = excluded.job_id, expires_at = excluded.expires_at;

-- name: drop_keys
-- Keys whose time is over, a chunk at a time.
DELETE FROM idempotency WHERE key IN (
    SELECT key FROM idempotency WHERE expires_at <= ? ORDER BY expires_at LIMIT ?
);

-- name: jobs_of_nonce
-- The jobs of an earlier enqueue that is being repeated.
SELECT id, unique_key FROM jobs WHERE id > ? AND nonce = ? ORDER BY id;

-- name: add_job
INSERT INTO jobs (
    id, queue_id, state, type, priority, rank, place, enqueued_at, run_at, expires_at,
    max_attempts, retry_for_us, timeout_us, backoff, group_key, hold, nonce, payload_bytes,
    payload_crc, payload
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?1, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, unhex(?16), ?17, ?18, ?19
);

-- name: add_leased_job
-- A job that an idle worker takes as it is stored: its first attempt, under its first fence.
INSERT INTO jobs (
    id, queue_id, state, type, priority, rank, place, attempt, fence, enqueued_at, run_at,
    max_attempts, retry_for_us, timeout_us, backoff, nonce, process_id, worker, started_at,
    heartbeat_at, lease_expires_at, payload_bytes, payload_crc, payload
) VALUES (
    ?1, ?2, 'leased', ?3, ?4, ?5, ?1, 1, 1, ?6, ?6,
    ?7, ?8, ?9, ?10, unhex(?11), ?12, ?13, ?6,
    ?6, ?14, ?15, ?16, ?17
);

-- name: add_alike_jobs
-- Many jobs that differ only in their payload, in one step: each array item is the payload
-- behind its checksum and its call's nonce, in eight and sixteen hexadecimal digits.
INSERT INTO jobs (
    id, queue_id, state, type, priority, rank, place, enqueued_at, run_at, expires_at,
    max_attempts, retry_for_us, timeout_us, backoff, group_key, hold, nonce, payload_bytes,
    payload_crc, payload
)
SELECT
    :first - 1 + rowid, :queue_id, :state, :type, :priority, :rank, :first - 1 + rowid,
    :enqueued_at, :run_at, :expires_at, :max_attempts, :retry_for_us, :timeout_us, :backoff,
    :group, :hold,
    iif(:unkeyed, unhex(substr(value, 9, 16)), NULL), length(CAST(value AS BLOB)) - 24,
    substr(value, 1, 8), substr(value, 25)
FROM carray(:payloads);

-- name: set_blob
-- The job's payload lies beside the file.
UPDATE jobs SET blob = ? WHERE id = ?;

-- name: blobs_in_use
SELECT DISTINCT blob FROM jobs WHERE blob IS NOT NULL ORDER BY blob;

-- name: blob_in_use
SELECT 1 FROM jobs WHERE blob = ? LIMIT 1;

-- name: oldest_droppable
-- What a full queue drops first: the jobs that have waited longest and are not in flight. Looked up
-- in the indexes of those alone, however many have ended before them: as many as the queue's bound.
SELECT id FROM (
    SELECT id FROM jobs INDEXED BY jobs_ready
    WHERE queue_id = ?1 AND state = 'ready' AND hold IS NULL
    UNION ALL
    SELECT id FROM jobs INDEXED BY jobs_group_line
    WHERE queue_id = ?1 AND state = 'ready' AND hold = 'group'
    UNION ALL
    SELECT id FROM jobs INDEXED BY jobs_limited
    WHERE queue_id = ?1 AND state = 'ready' AND hold = 'limit'
    UNION ALL
    SELECT id FROM jobs INDEXED BY jobs_scheduled WHERE queue_id = ?1 AND state = 'scheduled'
)
ORDER BY +id
LIMIT ?2;

-- name: store_in_one_step
-- Jobs that differ only in their payload, as a transaction of its own: see the view.
INSERT INTO one_step (
    schema, expected, sequence, at, last_job_id, deltas, hash, first, queue_id, type, priority,
    rank, expires_at, max_attempts, retry_for_us, timeout_us, backoff, unkeyed, items
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
