-- Operations: bulk verbs with a row of their own, and the jobs each was frozen with.

-- name: add_operation
INSERT INTO operations (verb, at, what) VALUES (?, ?, ?) RETURNING id;

-- name: count_operation
UPDATE operations SET changed = changed + ?, skipped = skipped + ? WHERE id = ?;

-- name: undo_operation
UPDATE operations SET undone = 1 WHERE id = ?;

-- name: freeze_operation
INSERT INTO operations (verb, at, what, state, options, process_id, kept)
VALUES (?, ?, ?, 'freezing', ?, ?, 1)
RETURNING id;

-- name: frozen_ids
-- The jobs a filter means, oldest first, as one look finds them.
SELECT j.id FROM jobs AS j WHERE {where} ORDER BY j.id;

-- name: add_items
INSERT INTO operation_items (operation_id, place, job_id)
SELECT :operation, :first + key, value FROM json_each(:ids);

-- name: begin_operation
UPDATE operations SET state = :state, total = :total WHERE id = :id AND state = 'freezing';

-- name: undone_items
-- What taking an operation back is about: jobs that are still as it left them.
SELECT i.job_id FROM operation_items AS i JOIN jobs AS j ON j.id = i.job_id
WHERE
    i.operation_id = :operation AND i.outcome = 'changed' AND j.fence = i.fence
    AND j.state IN (SELECT value FROM json_each(:states))
ORDER BY i.place;

-- name: trashed_by
SELECT id FROM jobs WHERE state = 'trashed' AND operation_id = ? ORDER BY id;

-- name: operation_row
SELECT
    id, verb, state, options, total, done, changed, ended, failed, skips, next_us, rest_us, said
FROM operations
WHERE id = ?;

-- name: operations_at_work
SELECT
    id, verb, state, options, total, done, changed, ended, failed, skips, next_us, rest_us, said
FROM operations
WHERE state IN ('running', 'canary')
ORDER BY id;

-- name: save_operation
UPDATE operations SET
    state = :state, done = :done, changed = :changed, skipped = :skipped, ended = :ended,
    failed = :failed, skips = :skips, next_us = :next_us, rest_us = :rest_us, said = :said,
    ended_at = coalesce(ended_at, :ended_at)
WHERE id = :id;

-- name: next_items
SELECT job_id FROM operation_items
WHERE operation_id = ? AND place >= ?
ORDER BY place
LIMIT ?;

-- name: note_item
-- What became of an item; fence and attempt tell later whether the job has started since.
UPDATE operation_items SET
    outcome = :outcome,
    watch = :watch,
    fence = (SELECT fence FROM jobs WHERE id = job_id),
    attempt = (SELECT attempt FROM jobs WHERE id = job_id)
WHERE operation_id = :operation AND place = :place;

-- name: watched_items
-- The watched jobs: how many are live, of them failing (an attempt failed since the replay),
-- and how many have ended, of them as dead letters. A job that is gone had been done.
SELECT
    coalesce(sum(j.state IN ('waiting', 'scheduled', 'ready', 'leased')), 0),
    coalesce(sum(
        j.state IN ('scheduled', 'ready') AND j.attempt > i.attempt
        OR j.state = 'leased' AND j.attempt > i.attempt + 1
    ), 0),
    coalesce(sum(j.id IS NULL OR j.state IN ('done', 'dead', 'cancelled', 'trashed')), 0),
    coalesce(sum(j.state = 'dead' OR j.state = 'trashed' AND j.trashed_from = 'dead'), 0)
FROM operation_items AS i LEFT JOIN jobs AS j ON j.id = i.job_id
WHERE i.operation_id = ? AND i.watch = 'open';

-- name: hear_items
UPDATE operation_items SET watch = 'ended'
WHERE
    operation_id = ? AND watch = 'open'
    AND NOT EXISTS (
        SELECT 1 FROM jobs AS j
        WHERE j.id = job_id AND j.state IN ('waiting', 'scheduled', 'ready', 'leased')
    );

-- name: cancel_operation
UPDATE operations SET state = 'cancelled', said = ?, ended_at = ?
WHERE id = ? AND state IN ('freezing', 'running', 'canary');

-- name: orphaned_operations
-- Operations whose process ended before it had frozen all their jobs: nothing was done.
SELECT id FROM operations
WHERE
    state = 'freezing'
    AND process_id NOT IN (SELECT id FROM processes);

-- name: operations_to_forget
SELECT id FROM operations WHERE kept = 1 AND ended_at <= ? ORDER BY ended_at LIMIT 1;

-- name: forget_items
DELETE FROM operation_items
WHERE
    operation_id = :operation AND place IN (
        SELECT place FROM operation_items WHERE operation_id = :operation LIMIT :limit
    )
RETURNING place;

-- name: forget_operation
UPDATE operations SET kept = 0 WHERE id = ?;

-- name: all_operations
-- The newest first. Undoable is what has jobs that are still as it left them; of a replay and a
-- cancel only the last hundred are looked at, which are the last to start.
SELECT
    o.id, o.verb, o.at, o.what, o.changed, o.skipped, o.undone,
    CASE o.verb
        WHEN 'purge' THEN EXISTS (
            SELECT 1 FROM jobs AS j WHERE j.state = 'trashed' AND j.operation_id = o.id
        )
        WHEN 'replay' THEN EXISTS (
            SELECT 1 FROM operation_items AS i JOIN jobs AS j ON j.id = i.job_id
            WHERE
                i.operation_id = o.id AND i.place BETWEEN o.done - 100 AND o.done - 1
                AND i.outcome = 'changed' AND j.fence = i.fence
                AND j.state IN ('scheduled', 'ready')
        )
        WHEN 'cancel' THEN EXISTS (
            SELECT 1 FROM operation_items AS i JOIN jobs AS j ON j.id = i.job_id
            WHERE
                i.operation_id = o.id AND i.place BETWEEN o.done - 100 AND o.done - 1
                AND i.outcome = 'changed' AND j.fence = i.fence AND j.state = 'cancelled'
        )
        ELSE 0
    END,
    o.state, o.options, o.total, o.done, o.failed, o.skips, o.said, o.ended_at
FROM operations AS o
WHERE :id IS NULL OR o.id = :id
ORDER BY o.id DESC
LIMIT :limit;

-- name: payload_for_edit
SELECT payload, payload_crc, blob FROM jobs WHERE id = ?;

-- name: edit_payload
UPDATE jobs SET payload = ?, blob = ?, payload_bytes = ?, payload_crc = ? WHERE id = ?;

-- name: add_edit
-- The history keeps what the payload was.
INSERT INTO events (job_id, at, kind, attempt, fence, detail, payload)
VALUES (:job_id, :at, :kind, :attempt, :fence, :detail, :payload);

-- name: begin_item
SAVEPOINT item;

-- name: undo_item
ROLLBACK TO item;

-- name: end_item
RELEASE item;
