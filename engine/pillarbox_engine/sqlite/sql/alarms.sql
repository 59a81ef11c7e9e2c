-- Alarms: what they measure, and what is kept of them.

-- name: dead_since
-- How many dead letters of a queue died since a time, counting no further than the limit.
SELECT count(*) FROM (
    SELECT 1 FROM jobs WHERE queue_id = ? AND state = 'dead' AND ended_at > ? LIMIT ?
);

-- name: oldest_dead
-- When the dead letter that has lain there longest died.
SELECT ended_at FROM jobs
WHERE queue_id = ? AND state = 'dead'
ORDER BY ended_at
LIMIT 1;

-- name: open_alarms
SELECT queue_id, kind FROM alarms WHERE cleared_at IS NULL;

-- name: all_alarms
-- The open ones first, then the newest.
SELECT a.id, q.name, a.kind, a.raised_at, a.cleared_at, a.value, a.bound
FROM alarms AS a
JOIN queues AS q ON q.id = a.queue_id
ORDER BY a.cleared_at IS NULL DESC, a.id DESC
LIMIT ?;

-- name: raise_alarm
-- Once: another that is open already stays as it is.
INSERT INTO alarms (queue_id, kind, raised_at, value, bound) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: clear_alarm
UPDATE alarms SET cleared_at = ? WHERE queue_id = ? AND kind = ? AND cleared_at IS NULL
RETURNING id;

-- name: drop_alarms
DELETE FROM alarms WHERE cleared_at < ?;
