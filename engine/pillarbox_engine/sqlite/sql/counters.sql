-- Counters, the chain of commits and the roll-ups.

-- name: counters_of_queue
-- A queue's counters, in the order of `transaction.COUNTERS`.
SELECT
    waiting,
    scheduled,
    ready,
    leased,
    done,
    dead,
    cancelled,
    trashed,
    retrying,
    bytes,
    enqueued_total,
    claimed_total,
    done_total,
    failed_total,
    dead_total,
    cancelled_total,
    lost_total,
    released_total,
    requeued_total,
    replayed_total,
    removed_done,
    removed_dead,
    removed_other,
    trashed_done,
    trashed_dead
FROM counters
WHERE queue_id = ?;

-- name: counters_of_all
-- Every queue's counters, its id first.
SELECT
    queue_id,
    waiting,
    scheduled,
    ready,
    leased,
    done,
    dead,
    cancelled,
    trashed,
    retrying,
    bytes,
    enqueued_total,
    claimed_total,
    done_total,
    failed_total,
    dead_total,
    cancelled_total,
    lost_total,
    released_total,
    requeued_total,
    replayed_total,
    removed_done,
    removed_dead,
    removed_other,
    trashed_done,
    trashed_dead
FROM counters;

-- name: add_to_counters
-- Deltas, never absolute values: what another process added stays.
UPDATE counters
SET
    waiting = waiting + :waiting,
    scheduled = scheduled + :scheduled,
    ready = ready + :ready,
    leased = leased + :leased,
    done = done + :done,
    dead = dead + :dead,
    cancelled = cancelled + :cancelled,
    trashed = trashed + :trashed,
    retrying = retrying + :retrying,
    bytes = bytes + :bytes,
    enqueued_total = enqueued_total + :enqueued_total,
    claimed_total = claimed_total + :claimed_total,
    done_total = done_total + :done_total,
    failed_total = failed_total + :failed_total,
    dead_total = dead_total + :dead_total,
    cancelled_total = cancelled_total + :cancelled_total,
    lost_total = lost_total + :lost_total,
    released_total = released_total + :released_total,
    requeued_total = requeued_total + :requeued_total,
    replayed_total = replayed_total + :replayed_total,
    removed_done = removed_done + :removed_done,
    removed_dead = removed_dead + :removed_dead,
    removed_other = removed_other + :removed_other,
    trashed_done = trashed_done + :trashed_done,
    trashed_dead = trashed_dead + :trashed_dead
WHERE queue_id = :queue_id;

-- name: counted
-- The link up to which the table of counters goes.
SELECT sequence FROM counted;

-- name: set_counted
UPDATE counted SET sequence = ?;

-- name: links_not_counted
-- What commits changed since the counters were stored.
SELECT deltas FROM chain WHERE sequence > (SELECT sequence FROM counted);

-- name: links_after
SELECT deltas FROM chain WHERE sequence > ?;

-- name: chain_head
-- The newest link of the chain.
SELECT sequence, hash, last_job_id FROM chain ORDER BY sequence DESC LIMIT 1;

-- name: chain_base
-- What the folded links come to.
SELECT sequence, hash, last_job_id, deltas FROM chain_base;

-- name: chain_link
-- The hash of one link.
SELECT hash FROM chain WHERE sequence = ?;

-- name: add_link
-- One row a transaction.
INSERT INTO chain (sequence, at, last_job_id, deltas, hash) VALUES (?, ?, ?, ?, ?);

-- name: chain_span
-- The oldest and the newest sequence kept.
SELECT (SELECT min(sequence) FROM chain), (SELECT max(sequence) FROM chain);

-- name: chain_links
-- Links from one sequence to another, oldest first.
SELECT sequence, at, last_job_id, deltas, hash FROM chain
WHERE sequence BETWEEN ? AND ?
ORDER BY sequence;

-- name: set_base
-- Fold: the base now stands for every link up to this sequence.
INSERT INTO chain_base (id, sequence, last_job_id, deltas, hash) VALUES (1, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    sequence = excluded.sequence,
    last_job_id = excluded.last_job_id,
    deltas = excluded.deltas,
    hash = excluded.hash;

-- name: drop_links
-- The links that the base now stands for.
DELETE FROM chain WHERE sequence <= ?;
