-- A plain enqueue in one statement: jobs that differ only in their payload, and the commit's link of
-- the chain. Run by itself it is a transaction of its own, so the busiest call of all takes one step
-- of SQLite instead of five. It is refused where the chain has moved on since its sender looked, or
-- where the file has another schema by now; the sender then goes the long way.
CREATE VIEW one_step AS
SELECT
    0 AS schema, 0 AS expected, 0 AS sequence, 0 AS at, 0 AS last_job_id, '' AS deltas, x'' AS hash,
    0 AS first, 0 AS queue_id, '' AS type, 0 AS priority, 0 AS rank, 0 AS expires_at,
    0 AS max_attempts, 0 AS retry_for_us, 0 AS timeout_us, '' AS backoff, 0 AS unkeyed, '' AS items;

CREATE TRIGGER store_in_one_step INSTEAD OF INSERT ON one_step
BEGIN
    SELECT raise(ABORT, 'the file has moved on')
    WHERE
        (SELECT max(sequence) FROM chain) IS NOT NEW.expected
        OR (SELECT value FROM meta WHERE key = 'schema') IS NOT NEW.schema;
    INSERT INTO jobs (
        id, queue_id, state, type, priority, rank, place, enqueued_at, run_at, expires_at,
        max_attempts, retry_for_us, timeout_us, backoff, nonce, payload_bytes, payload_crc, payload
    )
    SELECT
        NEW.first + key, NEW.queue_id, 'ready', NEW.type, NEW.priority, NEW.rank, NEW.first + key,
        NEW.at, NEW.at, NEW.expires_at, NEW.max_attempts, NEW.retry_for_us, NEW.timeout_us,
        NEW.backoff, iif(NEW.unkeyed, unhex(substr(value, 9, 16)), NULL),
        length(CAST(value AS BLOB)) - 24, substr(value, 1, 8), substr(value, 25)
    FROM json_each(NEW.items);
    INSERT INTO chain (sequence, at, last_job_id, deltas, hash)
    VALUES (NEW.sequence, NEW.at, NEW.last_job_id, NEW.deltas, NEW.hash);
END;
