-- The total retry time.

-- name: first_charged_start
-- When the first attempt that counted began, since the job was enqueued or last taken up afresh.
SELECT min(started_at) FROM events
WHERE
    job_id = ?1 AND kind IN ('failed', 'timed_out') AND id > coalesce(
        (SELECT max(id) FROM events WHERE job_id = ?1 AND kind IN ('requeued', 'replayed')), 0
    );
