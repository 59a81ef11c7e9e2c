-- Flows: parents, their children, and what the end of one means to the other.

-- name: become_parent
-- A job just stored waits for this many children.
UPDATE jobs SET children_left = ?, child_policy = ? WHERE id = ?;

-- name: join_parent
-- Jobs just stored, their ids in a row, are children of one parent.
UPDATE jobs SET parent_id = ? WHERE id BETWEEN ? AND ?;

-- name: set_children_left
UPDATE jobs SET children_left = ? WHERE id = ?;

-- name: set_state
UPDATE jobs SET state = ? WHERE id = ?;

-- name: children_ids
SELECT id FROM jobs WHERE parent_id = ? ORDER BY id;

-- name: unstarted_children
-- Those that need not run when their parent has ended.
SELECT id FROM jobs
WHERE parent_id = ? AND state IN ('waiting', 'scheduled', 'ready')
ORDER BY id;

-- name: failed_children
-- Those that a parent takes along when it comes back.
SELECT id FROM jobs WHERE parent_id = ? AND state IN ('dead', 'cancelled') ORDER BY id;

-- name: one_failed_child
-- One that ended other than done, whether or not it was purged since.
SELECT id, coalesce(trashed_from, state) FROM jobs
WHERE parent_id = ? AND coalesce(trashed_from, state) IN ('dead', 'cancelled')
ORDER BY id
LIMIT 1;

-- name: numbers_of_children
-- How many children each of these jobs has; those that have none are left out.
SELECT parent_id, count(*) FROM jobs
WHERE parent_id IN (SELECT value FROM json_each(?))
GROUP BY parent_id;

-- name: let_children_go
-- Their parents are deleted: they go on as jobs without one.
UPDATE jobs SET parent_id = NULL WHERE parent_id IN (SELECT value FROM json_each(?));

-- name: relative
SELECT
    j.id, q.name, j.type, j.state, j.attempt, j.ended_at, j.reason, j.error_type, j.error_message
FROM jobs AS j
JOIN queues AS q ON q.id = j.queue_id
WHERE j.id = ?;

-- name: relatives
-- A parent's children, in order.
SELECT
    j.id, q.name, j.type, j.state, j.attempt, j.ended_at, j.reason, j.error_type, j.error_message
FROM jobs AS j
JOIN queues AS q ON q.id = j.queue_id
WHERE j.parent_id = ?
ORDER BY j.id;

-- name: family_of
-- What a job's row says of its flow.
SELECT parent_id, children_left, child_policy FROM jobs WHERE id = ?;

-- name: results_of_children
-- What a parent's handler is shown.
SELECT
    j.id, q.name, j.type, j.state, j.trashed_from, j.result, j.error_type, j.error_message,
    j.fingerprint
FROM jobs AS j
JOIN queues AS q ON q.id = j.queue_id
WHERE j.parent_id = ?
ORDER BY j.id;

-- name: miscounted_parents
-- For the check: parents whose children left are not as many as have not ended, or whose state
-- does not go with that.
SELECT p.id FROM jobs AS p
WHERE
    p.children_left IS NOT NULL AND (
        p.children_left <> (
            SELECT count(*) FROM jobs AS c
            WHERE
                c.parent_id = p.id
                AND coalesce(c.trashed_from, c.state) IN ('waiting', 'scheduled', 'ready', 'leased')
        )
        OR (p.state = 'waiting' AND p.children_left = 0)
        OR (p.state IN ('ready', 'scheduled') AND p.children_left > 0)
    )
UNION ALL
SELECT id FROM jobs WHERE state = 'waiting' AND children_left IS NULL;
