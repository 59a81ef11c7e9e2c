-- Roll-ups: depths and totals over time, at 1 s, 1 min and 1 h.

-- name: last_sample
-- The newest roll-up of a queue at a resolution.
SELECT ready, scheduled, retrying, leased, dead, enqueued_total, done_total, failed_total, dead_total
FROM history
WHERE queue_id = ? AND resolution = ?
ORDER BY at DESC
LIMIT 1;

-- name: put_sample
-- The state at the end of a second, minute or hour: a later sample of the same one replaces it.
INSERT INTO history (
    queue_id, resolution, at, ready, scheduled, retrying, leased, dead, enqueued_total, done_total,
    failed_total, dead_total
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (queue_id, resolution, at) DO UPDATE SET
    ready = excluded.ready,
    scheduled = excluded.scheduled,
    retrying = excluded.retrying,
    leased = excluded.leased,
    dead = excluded.dead,
    enqueued_total = excluded.enqueued_total,
    done_total = excluded.done_total,
    failed_total = excluded.failed_total,
    dead_total = excluded.dead_total;

-- name: drop_samples
DELETE FROM history WHERE queue_id = ? AND resolution = ? AND at < ?;

-- name: samples
-- A queue's roll-ups from a time on, with the one before it that still held then.
SELECT
    at, ready, scheduled, retrying, leased, dead, enqueued_total, done_total, failed_total,
    dead_total
FROM history
WHERE
    queue_id = ?1 AND resolution = ?2 AND at >= coalesce(
        (SELECT max(at) FROM history WHERE queue_id = ?1 AND resolution = ?2 AND at <= ?3), ?3
    )
ORDER BY at;
