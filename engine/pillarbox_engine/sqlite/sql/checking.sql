-- What `check` compares with what is kept.

-- name: integrity
PRAGMA integrity_check(20);

-- name: rows_by_state
-- What the counters should say, counted from the rows.
SELECT
    queue_id, state, count(*), sum(payload_bytes), sum(state = 'scheduled' AND attempt > 0),
    sum(coalesce(trashed_from = 'done', 0)), sum(coalesce(trashed_from = 'dead', 0))
FROM jobs
GROUP BY queue_id, state;

-- name: orphan_leases
-- Leases whose process is not registered.
SELECT id FROM jobs
WHERE state = 'leased' AND process_id NOT IN (SELECT id FROM processes)
LIMIT 20;

-- name: repeating_schedules
-- Those whose next time is not after all they have dealt with, or that fired beyond that.
SELECT s.name FROM schedules AS s
WHERE s.next_fire_at <= s.handled_until OR EXISTS (
    SELECT 1 FROM fires AS f
    WHERE f.schedule_id = s.id AND f.fire_at > s.handled_until AND f.by_hand = 0
);

-- name: orphan_events
SELECT count(*) FROM events WHERE job_id NOT IN (SELECT id FROM jobs);

-- name: unknown_states
SELECT count(*) FROM jobs WHERE state NOT IN (
    'waiting', 'scheduled', 'ready', 'leased', 'done', 'dead', 'cancelled', 'trashed'
);

-- name: payloads
-- Every payload with its checksum, to be compared; as bytes, for damage leaves what is no text.
SELECT id, CAST(payload AS BLOB), blob, payload_crc FROM jobs;

-- name: objects
-- Tables, indexes, views and triggers, as they were made.
SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\';
