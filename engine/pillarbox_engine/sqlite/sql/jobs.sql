-- One job at a time: what verbs read and write.

-- name: job_row
-- What a verb must know of a job before it acts.
SELECT
    id, queue_id, state, fence, attempt, lost, run_at, started_at, worker, payload_bytes,
    trashed_from, max_attempts, retry_for_us, ended_at, reason, error_type, error_message,
    fingerprint, operation_id, parent_id, children_left, child_policy, priority, group_key
FROM jobs
WHERE id = ?;

-- name: add_event
INSERT INTO events (
    job_id, at, kind, attempt, fence, started_at, worker, next_run_at, error_type, error_message,
    fingerprint, traceback, detail
) VALUES (
    :job_id, :at, :kind, :attempt, :fence, :started_at, :worker, :next_run_at, :error_type,
    :error_message, :fingerprint, :traceback, :detail
);

-- name: claim_candidates
-- The head of a queue in claim order: best priority first, then first in.
SELECT id, lost, expires_at FROM jobs
WHERE queue_id = ? AND state = 'ready' AND hold IS NULL
ORDER BY rank, place
LIMIT ?;

-- name: may_claim_types
-- Whether a claim of these types (`wanted` 1), or of all others (0), may bring something, or has due jobs to make ready first. It reads
-- as far as the first that fits, so it is asked before the write lock is taken.
SELECT
    EXISTS (
        SELECT 1 FROM jobs
        WHERE
            queue_id = :queue_id AND state = 'ready' AND hold IS NULL
            AND (type IN (SELECT value FROM json_each(:types))) = :wanted
    )
    OR EXISTS (
        SELECT 1 FROM jobs
        WHERE queue_id = :queue_id AND state = 'scheduled' AND run_at <= :now
    );

-- name: claim_candidates_of_types
-- The same, for workers that serve only some types (1), or all but some (0).
SELECT id, lost, expires_at FROM jobs
WHERE
    queue_id = ? AND state = 'ready' AND hold IS NULL
    AND (type IN (SELECT value FROM json_each(?))) = ?
ORDER BY rank, place
LIMIT ?;

-- name: lease_jobs
-- The claim: attempt charged, fence raised, lease begun.
UPDATE jobs SET
    state = 'leased',
    attempt = attempt + 1,
    fence = fence + 1,
    process_id = :process_id,
    worker = :worker,
    started_at = :now,
    ended_at = NULL,
    heartbeat_at = :now,
    lease_expires_at = :lease_expires_at,
    progress = NULL
WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'ready';

-- name: leased_jobs
-- What was just leased, in the order asked for and all in one row, so a busy Python thread is
-- waited for once.
SELECT json_group_array(json_array(
    j.id, j.fence, j.type, j.payload, j.payload_crc, j.attempt, j.max_attempts, j.lost, j.priority,
    j.enqueued_at, j.timeout_us, j.backoff, j.blob
))
FROM json_each(?) AS chosen
CROSS JOIN jobs AS j ON j.id = chosen.value;

-- name: leased_unreadable
-- The same where damage has left text that cannot be read: what is no number is left out, and no
-- payload has that checksum.
SELECT json_group_array(json_array(
    j.id, j.fence, '', '', 'unreadable', j.attempt, j.max_attempts, j.lost, j.priority,
    j.enqueued_at, j.timeout_us, NULL, NULL
))
FROM json_each(?) AS chosen
CROSS JOIN jobs AS j ON j.id = chosen.value;

-- name: promote_due
-- Scheduled jobs of a queue whose time has come, a chunk at a time.
UPDATE jobs SET state = 'ready'
WHERE id IN (
    SELECT id FROM jobs
    WHERE queue_id = ? AND state = 'scheduled' AND run_at <= ?
    ORDER BY run_at, id
    LIMIT ?
)
RETURNING id, attempt, group_key;

-- name: add_start
INSERT INTO starts (queue_id, at) VALUES (?, ?);

-- name: starts_since
SELECT count(*) FROM starts WHERE queue_id = ? AND at > ?;

-- name: oldest_counting_start
-- When the start that blocks the next one was: it stops counting `per` after that.
SELECT at FROM starts WHERE queue_id = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?;

-- name: drop_starts
DELETE FROM starts WHERE queue_id = ? AND at <= ?;

-- name: next_scheduled
-- When the next job of a queue falls due.
SELECT run_at FROM jobs WHERE queue_id = ? AND state = 'scheduled' ORDER BY run_at, id LIMIT 1;

-- name: ack_job
-- Done, under the right fence only.
UPDATE jobs SET
    state = 'done',
    started_at = coalesce(:started_at, started_at),
    ended_at = :now,
    result = :result,
    lease_expires_at = NULL
WHERE id = :id AND fence = :fence AND state = 'leased'
RETURNING queue_id, payload_bytes, parent_id, group_key;

-- name: live_acks
-- Of the leases to be acked ({id: fence}), how many still hold, what they free, and how many are
-- children of a flow, by queue; and the groups whose next job's turn it then is.
SELECT
    j.queue_id, count(*), sum(j.payload_bytes), count(j.parent_id),
    json_group_array(j.group_key) FILTER (WHERE j.group_key IS NOT NULL)
FROM json_each(:fences) AS ack
CROSS JOIN jobs AS j ON j.id = CAST(ack.key AS INTEGER)
WHERE j.fence = ack.value AND j.state = 'leased'
GROUP BY j.queue_id;

-- name: ack_jobs
-- Many done at once, without a result: one step, so a busy Python thread is waited for once. That
-- their leases hold was seen before. The array is {id: started_at}, for a plain value is read much
-- faster than a part of one.
UPDATE jobs SET
    state = 'done',
    started_at = coalesce(ack.value, started_at),
    ended_at = :now,
    result = NULL,
    lease_expires_at = NULL
FROM json_each(:starts) AS ack
WHERE jobs.id = CAST(ack.key AS INTEGER);

-- name: ack_jobs_with_results
-- The same, each ack being [id, fence, started_at, result].
UPDATE jobs SET
    state = 'done',
    started_at = coalesce(ack.value ->> 2, started_at),
    ended_at = :now,
    result = ack.value ->> 3,
    lease_expires_at = NULL
FROM json_each(:acks) AS ack
WHERE jobs.id = ack.value ->> 0 AND jobs.fence = ack.value ->> 1 AND jobs.state = 'leased';

-- name: end_lease
-- Out of the lease and on: back to ready, scheduled, dead or cancelled.
UPDATE jobs SET
    state = :state,
    attempt = :attempt,
    lost = :lost,
    fence = :fence,
    run_at = :run_at,
    started_at = :started_at,
    ended_at = :ended_at,
    reason = :reason,
    error_type = coalesce(:error_type, error_type),
    error_message = coalesce(:error_message, error_message),
    fingerprint = coalesce(:fingerprint, fingerprint),
    lease_expires_at = NULL,
    heartbeat_at = NULL,
    process_id = NULL,
    progress = NULL
WHERE id = :id;

-- name: end_unstarted
-- A job that was not in flight ends: expired, overflowed or cancelled.
UPDATE jobs SET
    state = :state,
    ended_at = :now,
    reason = :reason,
    error_type = coalesce(:error_type, error_type),
    error_message = coalesce(:error_message, error_message),
    fingerprint = coalesce(:fingerprint, fingerprint)
WHERE id = :id;

-- name: revive
-- Back to work: attempts and losses counted from nothing, at the end of the line of its group.
UPDATE jobs SET
    state = :state,
    queue_id = :queue_id,
    run_at = :run_at,
    rank = :rank,
    hold = iif(group_key IS NULL, NULL, 'group'),
    attempt = :attempt,
    lost = :lost,
    started_at = NULL,
    ended_at = NULL,
    worker = NULL,
    progress = NULL,
    result = NULL,
    reason = NULL
WHERE id = :id;

-- name: trash
UPDATE jobs SET state = 'trashed', trashed_from = state, operation_id = ? WHERE id = ?;

-- name: untrash
UPDATE jobs SET state = trashed_from, trashed_from = NULL, operation_id = NULL, rank = ?
WHERE id = ?;

-- name: delete_events
DELETE FROM events WHERE job_id = ?;

-- name: delete_log_lines
DELETE FROM log_lines WHERE job_id = ?;

-- name: delete_events_of_many
-- Retention's: the ids in a JSON array.
DELETE FROM events WHERE job_id IN (SELECT value FROM json_each(?));

-- name: delete_log_lines_of_many
DELETE FROM log_lines WHERE job_id IN (SELECT value FROM json_each(?));

-- name: delete_many_jobs
DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(?));

-- name: delete_job
DELETE FROM jobs WHERE id = ?;

-- name: extend_lease
UPDATE jobs SET heartbeat_at = :now, lease_expires_at = :lease_expires_at
WHERE id = :id AND fence = :fence AND state = 'leased'
RETURNING id;

-- name: fences_of_leased
-- Under which fence each of these jobs is leased now, if it is.
SELECT id, fence FROM jobs
WHERE id IN (SELECT value FROM json_each(?)) AND state = 'leased';

-- name: set_progress
UPDATE jobs SET progress = coalesce(?, progress)
WHERE id = ? AND fence = ? AND state = 'leased'
RETURNING attempt;

-- name: add_log_line
INSERT INTO log_lines (job_id, at, attempt, text) VALUES (?, ?, ?, ?);

-- name: expired_leases
-- Leases that ended without a word, the longest overdue first.
SELECT id FROM jobs WHERE state = 'leased' AND lease_expires_at <= ?
ORDER BY lease_expires_at
LIMIT ?;

-- name: one_lease
-- Whether anything is in flight.
SELECT 1 FROM jobs WHERE state = 'leased' LIMIT 1;

-- name: expired_jobs
-- Jobs past their best-before date that have not run.
SELECT id FROM jobs
WHERE expires_at <= ? AND expires_at IS NOT NULL AND state IN ('waiting', 'scheduled', 'ready')
ORDER BY expires_at
LIMIT ?;

-- name: old_done
-- Done jobs that retention takes by age, or beyond the newest so many. A child stays for as
-- long as its parent does.
SELECT id FROM jobs
WHERE queue_id = ?1 AND state = 'done' AND ended_at <= ?2 AND parent_id IS NULL
ORDER BY ended_at, id
LIMIT ?3;

-- name: oldest_done
SELECT id FROM jobs
WHERE queue_id = ? AND state = 'done' AND parent_id IS NULL
ORDER BY ended_at, id
LIMIT ?;
