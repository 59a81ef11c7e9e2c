-- Reading for people: listings, one job, groups of dead letters. The `where_…` and `order_…`
-- parts are put together by `where.py` and `browse.py`.

-- name: summaries
-- The columns of a listing. The preview is the start of the payload, as bytes: damage may have
-- left something that is no text.
SELECT
    j.id, q.name, j.type, j.state, j.priority, j.attempt,
    coalesce(j.max_attempts, json_extract(q.settings, '$.max_attempts')),
    j.lost, j.fence, j.enqueued_at, j.run_at,
    CAST(substr(j.payload, 1, 240) AS BLOB), j.payload_bytes,
    j.started_at, j.ended_at, j.lease_expires_at, j.heartbeat_at, j.process_id, j.worker,
    j.progress, j.reason, j.error_type, j.error_message, j.fingerprint, j.expires_at,
    j.trashed_from, j.group_key, iif(j.state = 'ready', j.hold, NULL),
    iif(j.state = 'ready' AND j.hold = 'limit', j.hold_until, NULL)
FROM jobs AS j
JOIN queues AS q ON q.id = j.queue_id
WHERE;

-- name: places
-- Where jobs stand in an order: what they are sorted by, and their number.
SELECT {key}, j.id FROM jobs AS j WHERE {where} ORDER BY {key} {way}, j.id {way} LIMIT {limit};

-- name: ends_of_jobs
SELECT (SELECT min(id) FROM jobs), (SELECT max(id) FROM jobs);

-- name: ids_leased
-- The numbers of the jobs in a state, out of its index.
SELECT id FROM jobs WHERE state = 'leased';

-- name: ids_scheduled
SELECT id FROM jobs WHERE state = 'scheduled';

-- name: ids_done
SELECT id FROM jobs WHERE state = 'done';

-- name: ids_dead
SELECT id FROM jobs WHERE state = 'dead';

-- name: ids_cancelled
SELECT id FROM jobs WHERE state = 'cancelled';

-- name: ids_trashed
SELECT id FROM jobs WHERE state = 'trashed';

-- name: counting
SELECT count(*) FROM (SELECT 1 FROM jobs AS j WHERE {where} LIMIT :limit);

-- name: whole_job
-- What a listing leaves out. A job with a nonce was given no idempotency key: none is looked for.
SELECT
    j.payload, j.payload_crc, j.blob, j.backoff, j.timeout_us, j.result, q.settings, j.unique_key,
    j.parent_id, j.children_left, j.child_policy,
    iif(
        j.nonce IS NULL, (SELECT i.key FROM idempotency AS i WHERE i.job_id = j.id LIMIT 1), NULL
    ),
    j.retry_for_us
FROM jobs AS j
JOIN queues AS q ON q.id = j.queue_id
WHERE j.id = ?;

-- name: originals
-- What jobs could be enqueued anew by; a unique key only where the job holds it.
SELECT
    j.id, q.name, j.state, j.type, j.priority, j.run_at, j.expires_at, j.max_attempts,
    j.retry_for_us, j.timeout_us, j.backoff,
    iif(
        j.unique_states IS NOT NULL AND (
            j.state IN ('waiting', 'scheduled', 'ready', 'leased')
            OR instr(j.unique_states, j.state) > 0
        ),
        j.unique_key, NULL
    ),
    j.group_key, j.payload, j.payload_crc, j.blob
FROM jobs AS j
JOIN queues AS q ON q.id = j.queue_id
WHERE j.id IN (SELECT value FROM json_each(?))
ORDER BY j.id;

-- name: events_of_job
SELECT
    at, kind, attempt, fence, started_at, worker, next_run_at, error_type, error_message,
    fingerprint, traceback, detail, payload
FROM events
WHERE job_id = ?
ORDER BY id;

-- name: last_attempt_of_job
-- A job that is done tells its last attempt itself.
SELECT ended_at, attempt, fence, started_at, worker FROM jobs
WHERE id = ? AND (state = 'done' OR trashed_from = 'done') AND ended_at IS NOT NULL;

-- name: log_of_job
SELECT at, attempt, text FROM log_lines WHERE job_id = ? ORDER BY id;

-- name: dead_groups
-- Dead letters by fingerprint, with the newest one's error.
SELECT
    coalesce(fingerprint, ''), count(*), min(ended_at), max(ended_at),
    sum(ended_at > :now - 3600000000), sum(ended_at > :now - 86400000000),
    sum(ended_at > :now - 604800000000),
    json_group_array(DISTINCT type), json_group_array(DISTINCT queue_id), max(id)
FROM jobs
WHERE state = 'dead' AND (:queue_id IS NULL OR queue_id = :queue_id)
GROUP BY coalesce(fingerprint, '')
ORDER BY count(*) DESC, max(ended_at) DESC;

-- name: dead_trend
-- How many of a group's letters died in each of 24 equal spans up to now.
SELECT 23 - min(23, (:now - ended_at) * 24 / :span), count(*) FROM jobs
WHERE
    state = 'dead' AND coalesce(fingerprint, '') = :fingerprint AND ended_at > :now - :span
    AND (:queue_id IS NULL OR queue_id = :queue_id)
GROUP BY 1;

-- name: error_of_job
SELECT error_type, error_message, reason FROM jobs WHERE id = ?;

-- name: due_times
-- When a queue's scheduled jobs fall due: as much of an index as is asked for.
SELECT run_at FROM jobs
WHERE queue_id = ? AND state = 'scheduled'
ORDER BY run_at
LIMIT ?;

-- name: oldest_ready
-- How long jobs have been waiting: the next to be claimed, and the first of those that their group
-- holds back, which may be all there are.
SELECT min(enqueued_at) FROM (
    SELECT enqueued_at FROM (
        SELECT enqueued_at FROM jobs
        WHERE queue_id = ?1 AND state = 'ready' AND hold IS NULL
        ORDER BY rank, place
        LIMIT 1
    )
    UNION ALL
    SELECT enqueued_at FROM (
        SELECT enqueued_at FROM jobs
        WHERE queue_id = ?1 AND state = 'ready' AND hold = 'limit'
        ORDER BY hold_until
        LIMIT 1
    )
    UNION ALL
    SELECT enqueued_at FROM (
        SELECT enqueued_at FROM jobs
        WHERE queue_id = ?1 AND state = 'ready' AND hold = 'group'
        ORDER BY group_key, id
        LIMIT 1
    )
);

-- name: recent_run_times
-- How long the newest results took.
SELECT ended_at - started_at FROM jobs
WHERE queue_id = ? AND state = 'done' AND started_at IS NOT NULL
ORDER BY ended_at DESC
LIMIT 200;

-- name: recent_depths
-- The ready count over the last five minutes.
SELECT at, ready, enqueued_total, done_total FROM history
WHERE queue_id = ? AND resolution = 1 AND at >= ?
ORDER BY at;

-- name: order_id
j.id;

-- name: order_queue
(SELECT name FROM queues WHERE id = j.queue_id);

-- name: order_type
j.type;

-- name: order_state
j.state;

-- name: order_priority
j.priority;

-- name: order_attempt
j.attempt;

-- name: order_due
j.run_at;

-- name: order_started
coalesce(j.started_at, -1);

-- name: order_ended
coalesce(j.ended_at, -1);

-- name: order_duration
iif(j.ended_at >= j.started_at, j.ended_at - j.started_at, -1);

-- name: order_lease
coalesce(j.lease_expires_at, -1);

-- name: order_heartbeat
coalesce(j.heartbeat_at, -1);

-- name: order_progress
coalesce(j.progress, -1);

-- name: order_worker
coalesce(j.worker, '');

-- name: order_size
j.payload_bytes;

-- name: order_error
coalesce(j.error_type, '') || ': ' || coalesce(j.error_message, '');

-- name: order_reason
coalesce(j.reason, '');

-- name: where_span
j.id BETWEEN {} AND {};

-- name: where_one_queue
j.queue_id = {};

-- name: where_before
({}, j.id) < ({}, {});

-- name: where_after
({}, j.id) > ({}, {});

-- name: where_id
j.id IN (SELECT value FROM json_each({}));

-- name: where_state
j.state = '{}';

-- name: where_retrying
j.state = 'scheduled' AND j.attempt > 0;

-- name: where_queue
j.queue_id IN (SELECT id FROM queues WHERE name IN (SELECT value FROM json_each({})));

-- name: where_type
j.type IN (SELECT value FROM json_each({}));

-- name: where_fingerprint
coalesce(j.fingerprint, '') = {};

-- name: where_error
-- instr, not LIKE: what a person typed is text, not a pattern.
(instr(lower(coalesce(j.error_type, '')), {0}) OR instr(lower(coalesce(j.error_message, '')), {0}));

-- name: where_text
(
    cast(j.id AS TEXT) = {0} OR instr(lower(j.type), {0}) OR instr(
        lower(iif(j.blob IS NULL, j.payload, blob_text(j.blob, j.payload_crc))), {0}
    )
);

-- name: where_not
-- What cannot be told (an error of a job that has none) does not hold, so its opposite does.
NOT coalesce({}, 0);

-- name: where_group
j.group_key IN (SELECT value FROM json_each({}));

-- name: where_schedule
j.schedule_id IN (
    SELECT id FROM schedules WHERE name IN (SELECT value FROM json_each({}))
);

-- name: where_parent
j.parent_id IN (SELECT value FROM json_each({}));

-- name: where_worker
EXISTS (
    SELECT 1 FROM json_each({}) AS w WHERE instr(lower(coalesce(j.worker, '')), w.value)
);

-- name: value_priority
j.priority;

-- name: value_attempt
j.attempt;

-- name: value_lost
j.lost;

-- name: value_size
j.payload_bytes;

-- name: value_progress
j.progress;

-- name: value_enqueued
j.enqueued_at;

-- name: value_started
j.started_at;

-- name: value_ended
j.ended_at;

-- name: value_due
iif(j.state = 'scheduled', j.run_at, NULL);

-- name: where_payload_number
-- A comparison with a number: what is no number does not match.
(
    SELECT json_type(whole, {0}) IN ('integer', 'real') AND json_extract(whole, {0}) {1} {2}
    FROM (
        SELECT iif(j.blob IS NULL, j.payload, blob_text(j.blob, j.payload_crc)) AS whole
    )
);

-- name: where_payload_text
-- A comparison with text, code point by code point: an ISO date is a text.
(
    SELECT json_type(whole, {0}) = 'text' AND json_extract(whole, {0}) {1} {2}
    FROM (
        SELECT iif(j.blob IS NULL, j.payload, blob_text(j.blob, j.payload_crc)) AS whole
    )
);

-- name: where_payload
-- Equal as JSON: same kind (1 is not true, "1" is not 1, absent is not null) and same value.
(
    SELECT
        json_extract(whole, {0}) IS json_extract({1}, '$')
        AND replace(replace(json_type(whole, {0}), 'real', 'integer'), 'false', 'true')
            = replace(replace(json_type({1}), 'real', 'integer'), 'false', 'true')
    FROM (
        SELECT iif(j.blob IS NULL, j.payload, blob_text(j.blob, j.payload_crc)) AS whole
    )
);

-- name: where_older
j.enqueued_at <= {};

-- name: where_younger
j.enqueued_at >= {};

-- name: where_unique
j.unique_key = {};

-- name: where_operation
j.operation_id = {};
