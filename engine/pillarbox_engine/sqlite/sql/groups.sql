-- Ordered groups, and what claim order they make.

-- name: front_of_group
-- All that decides who a group's head is: what is in flight or free, the first of those that are
-- to run again later where such a one blocks the group, and the first in line. Each part names its
-- index's terms word for word, or SQLite would not use it.
SELECT id, state, hold, place, priority FROM jobs
WHERE
    queue_id = :queue_id AND group_key = :group AND hold IS NOT 'group'
    AND state IN ('scheduled', 'ready', 'leased') AND state IN ('ready', 'leased')
UNION ALL
SELECT id, state, hold, place, priority FROM (
    SELECT id, state, hold, place, priority FROM jobs
    WHERE
        :blocks AND queue_id = :queue_id AND group_key = :group AND hold IS NOT 'group'
        AND state IN ('scheduled', 'ready', 'leased') AND state = 'scheduled'
    ORDER BY id
    LIMIT 1
)
UNION ALL
SELECT id, state, hold, place, priority FROM (
    SELECT id, state, hold, place, priority FROM jobs
    WHERE queue_id = :queue_id AND group_key = :group AND state = 'ready' AND hold = 'group'
    ORDER BY id
    LIMIT 1
);

-- name: hold_back
-- Another job of its group comes first after all.
UPDATE jobs SET hold = 'group', hold_until = NULL WHERE id = ?;

-- name: set_head
-- The head of its group: claimable, or held by the group's rate limit until a time.
UPDATE jobs SET
    hold = :hold,
    hold_until = :hold_until,
    place = :place,
    rank = coalesce(:rank, rank)
WHERE id = :id;

-- name: groups_of_queue
-- Every group that has a head, or something that keeps it from having one.
SELECT DISTINCT group_key FROM jobs
WHERE
    queue_id = ? AND group_key IS NOT NULL AND hold IS NOT 'group'
    AND state IN ('scheduled', 'ready', 'leased');

-- name: rerank
-- Ageing has changed: all that may be claimed one day gets its new place in claim order.
UPDATE jobs SET rank = iif(?1 IS NULL, priority, priority * ?1 + run_at)
WHERE queue_id = ?2 AND state IN ('waiting', 'scheduled', 'ready', 'leased');

-- name: counting_start_of_group
-- The start of a group that keeps the next one from starting.
SELECT at FROM group_starts
WHERE queue_id = ? AND group_key = ? AND at > ?
ORDER BY at DESC
LIMIT 1 OFFSET ?;

-- name: add_group_starts
INSERT INTO group_starts (queue_id, group_key, at)
SELECT queue_id, group_key, ?1 FROM jobs
WHERE id IN (SELECT value FROM json_each(?2)) AND group_key IS NOT NULL;

-- name: drop_group_starts
DELETE FROM group_starts WHERE queue_id = ? AND at <= ?;

-- name: free_limited
-- Heads that their group's rate limit lets go.
UPDATE jobs SET hold = NULL, hold_until = NULL
WHERE id IN (
    SELECT id FROM jobs
    WHERE queue_id = ? AND state = 'ready' AND hold = 'limit' AND hold_until <= ?
    ORDER BY hold_until
    LIMIT ?
)
RETURNING id;

-- name: next_limited
SELECT hold_until FROM jobs
WHERE queue_id = ? AND state = 'ready' AND hold = 'limit'
ORDER BY hold_until
LIMIT 1;

-- name: group_lines
-- What `check` looks at: how each group stands, and whether its head is the first in line.
SELECT
    j.queue_id, j.group_key, sum(j.state = 'leased'),
    sum(j.state = 'ready' AND j.hold IS NOT 'group'), sum(j.state = 'ready'),
    min(iif(j.state = 'ready', j.id, NULL)),
    min(iif(j.state = 'ready' AND j.hold IS NOT 'group', j.id, NULL)),
    min(iif(j.state = 'scheduled' AND j.hold IS NOT 'group', j.id, NULL))
FROM jobs AS j
WHERE j.group_key IS NOT NULL AND j.state IN ('scheduled', 'ready', 'leased')
GROUP BY j.queue_id, j.group_key;

-- name: ungrouped_holds
SELECT count(*) FROM jobs WHERE group_key IS NULL AND hold IS NOT NULL;
