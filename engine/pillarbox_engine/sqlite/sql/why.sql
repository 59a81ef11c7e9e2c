-- Why a job is not running.

-- name: group_of_held_job
-- The group that keeps a job from being claimed.
SELECT queue_id, group_key FROM jobs WHERE id = ? AND hold = 'group';
