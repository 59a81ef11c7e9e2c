-- Unique keys: who holds one, taking it, letting it go, and what a holder takes over.

-- name: holder_of_key
-- The one job that no other can share its key with now, whether or not its terms are still met.
SELECT id, state, payload_bytes, unique_states, unique_until FROM jobs
WHERE
    queue_id = ? AND unique_key = ? AND unique_states IS NOT NULL AND (
        state IN ('waiting', 'scheduled', 'ready', 'leased') OR instr(unique_states, state) > 0
    );

-- name: hold_key
UPDATE jobs SET unique_key = ?, unique_states = ?, unique_until = ? WHERE id = ?;

-- name: let_key_go
UPDATE jobs SET unique_states = NULL, unique_until = NULL WHERE id = ?;

-- name: key_of_job
-- The key a job wants back when it comes back.
SELECT unique_key, unique_states, unique_until FROM jobs
WHERE id = ? AND unique_states IS NOT NULL;

-- name: take_over
-- A job that still waits takes over some of what a later one of its key brings.
UPDATE jobs SET
    state = iif(:with_run_at, :state, state),
    run_at = iif(:with_run_at, :run_at, run_at),
    type = iif(:with_type, :type, type),
    priority = iif(:with_priority, :priority, priority),
    rank = iif(:with_priority OR :with_run_at, :rank, rank),
    hold = iif(:with_run_at AND group_key IS NOT NULL, 'group', hold),
    expires_at = iif(:with_expires_at, :expires_at, expires_at),
    max_attempts = iif(:with_max_attempts, :max_attempts, max_attempts),
    retry_for_us = iif(:with_retry_for, :retry_for_us, retry_for_us),
    timeout_us = iif(:with_timeout, :timeout_us, timeout_us),
    backoff = iif(:with_backoff, :backoff, backoff),
    payload_bytes = iif(:with_payload, :payload_bytes, payload_bytes),
    payload_crc = iif(:with_payload, :payload_crc, payload_crc),
    payload = iif(:with_payload, :payload, payload),
    blob = iif(:with_payload, :blob, blob)
WHERE id = :id;
