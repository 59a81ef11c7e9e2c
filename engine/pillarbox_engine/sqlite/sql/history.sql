-- Roll-ups: depths, totals, and how long jobs took over time, at 1 s, 1 min and 1 h.

-- name: last_sample
-- The newest roll-up of a queue at a resolution.
SELECT ready, scheduled, retrying, leased, dead, enqueued_total, done_total, failed_total, dead_total
FROM history
WHERE queue_id = ? AND resolution = ?
ORDER BY at DESC
LIMIT 1;

-- name: measured_until
-- Up to when the jobs of a queue that were done are in its roll-ups; what a clock that was put back
-- since wrote of times to come says nothing.
SELECT measured_until FROM history
WHERE queue_id = ? AND resolution = 1 AND at <= ?
ORDER BY at DESC
LIMIT 1;

-- name: done_between
-- How long the newest jobs that were done in a span waited and ran, all in one row.
SELECT json_group_array(json_array(started_at - run_at, ended_at - started_at)) FROM (
    SELECT run_at, started_at, ended_at FROM jobs
    WHERE
        queue_id = ? AND state = 'done' AND ended_at > ? AND ended_at <= ?
        AND started_at IS NOT NULL
    ORDER BY ended_at DESC
    LIMIT ?
);

-- name: sampled_lengths
-- What a roll-up already holds of how long jobs took.
SELECT waits, runs FROM history WHERE queue_id = ? AND resolution = ? AND at = ?;

-- name: put_sample
-- The state at the end of a second, minute or hour: a later sample of the same one replaces it.
INSERT INTO history (
    queue_id, resolution, at, ready, scheduled, retrying, leased, dead, enqueued_total, done_total,
    failed_total, dead_total, waits, runs, measured_until
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (queue_id, resolution, at) DO UPDATE SET
    ready = excluded.ready,
    scheduled = excluded.scheduled,
    retrying = excluded.retrying,
    leased = excluded.leased,
    dead = excluded.dead,
    enqueued_total = excluded.enqueued_total,
    done_total = excluded.done_total,
    failed_total = excluded.failed_total,
    dead_total = excluded.dead_total,
    waits = excluded.waits,
    runs = excluded.runs,
    measured_until = excluded.measured_until;

-- name: drop_samples
DELETE FROM history WHERE queue_id = ? AND resolution = ? AND at < ?;

-- name: samples
-- A queue's roll-ups from a time on, with the one before it that still held then.
SELECT
    at, ready, scheduled, retrying, leased, dead, enqueued_total, done_total, failed_total,
    dead_total, waits, runs
FROM history
WHERE
    queue_id = ?1 AND resolution = ?2 AND at >= coalesce(
        (SELECT max(at) FROM history WHERE queue_id = ?1 AND resolution = ?2 AND at <= ?3), ?3
    )
ORDER BY at;
