-- Schedules: what is planned, what falls due, and what was fired.

-- name: all_schedules
SELECT * FROM planned ORDER BY name;

-- name: schedule_by_name
SELECT * FROM planned WHERE name = ?;

-- name: due_schedules
-- Those whose time has come, the one that waited longest first.
SELECT * FROM planned WHERE paused = 0 AND next_fire_at <= ? ORDER BY next_fire_at LIMIT ?;

-- name: next_schedule
-- When the next schedule fires.
SELECT min(next_fire_at) FROM schedules WHERE paused = 0;

-- name: add_schedule
INSERT INTO schedules (
    name, queue_id, plan, created_at, first_at, next_fire_at, handled_until
) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: change_schedule
UPDATE schedules SET plan = ?, first_at = ?, next_fire_at = ? WHERE id = ?;

-- name: pause_schedule
UPDATE schedules SET paused = ?, next_fire_at = ? WHERE id = ?;

-- name: drop_schedule
DELETE FROM schedules WHERE id = ?;

-- name: drop_fires
DELETE FROM fires WHERE schedule_id = ?;

-- name: advance_schedule
-- What became of the times up to `until`; nothing where another has dealt with them meanwhile.
UPDATE schedules SET
    next_fire_at = :next, handled_until = :until, skipped = skipped + :skipped,
    passed = passed + :passed, note = coalesce(:note, note)
WHERE id = :id AND paused = 0 AND next_fire_at = :due AND handled_until < :until
RETURNING id;

-- name: count_fires
UPDATE schedules SET last_at = ?, last_job_id = ?, fired = fired + ? WHERE id = ?;

-- name: skip_fires
UPDATE schedules SET skipped = skipped + ?, note = ? WHERE id = ?;

-- name: add_fire
INSERT INTO fires (schedule_id, fire_at, by_hand, job_id) VALUES (?, ?, ?, ?);

-- name: last_by_hand
SELECT max(fire_at) FROM fires WHERE schedule_id = ? AND by_hand = 1;

-- name: mark_jobs_of_schedule
UPDATE jobs SET schedule_id = ? WHERE id = ?;

-- name: live_job_of_schedule
-- The newest job of a schedule that has not ended.
SELECT j.id, j.state
FROM fires AS f JOIN jobs AS j ON j.id = f.job_id
WHERE f.schedule_id = ? AND j.state IN ('waiting', 'scheduled', 'ready', 'leased')
ORDER BY f.fire_at DESC
LIMIT 1;

-- name: prune_fires
-- All but the newest `keep`, and those whose job has not ended.
DELETE FROM fires WHERE schedule_id = :id AND fire_at < (
    SELECT fire_at FROM fires WHERE schedule_id = :id ORDER BY fire_at DESC LIMIT 1 OFFSET :keep
) AND NOT EXISTS (
    SELECT 1 FROM jobs AS j
    WHERE j.id = fires.job_id AND j.state IN ('waiting', 'scheduled', 'ready', 'leased')
);

-- name: fire_of_job
-- Which schedule fired a job, and for which time.
SELECT s.name, f.fire_at
FROM jobs AS j
JOIN schedules AS s ON s.id = j.schedule_id
LEFT JOIN fires AS f ON f.schedule_id = s.id AND f.job_id = j.id
WHERE j.id = ?;
