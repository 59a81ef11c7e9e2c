-- Queues, processes and the maintainer.

-- name: queue_by_name
SELECT id, settings, mode FROM queues WHERE name = ?;

-- name: all_queues
SELECT id, name, settings, mode FROM queues ORDER BY name;

-- name: add_queue
INSERT INTO queues (name, settings, created_at) VALUES (?, ?, ?) RETURNING id;

-- name: add_counters
INSERT INTO counters (queue_id) VALUES (?);

-- name: set_settings
UPDATE queues SET settings = ? WHERE id = ?;

-- name: set_mode
UPDATE queues SET mode = ? WHERE id = ? AND mode <> ?;

-- name: file_uuid
SELECT value FROM meta WHERE key = 'uuid';

-- name: count_reopening
-- How often the file was opened anew after an I/O error. It always writes.
INSERT INTO meta (key, value) VALUES ('reopened', '1')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT);

-- name: set_uuid
-- A copy becomes a file of its own.
UPDATE meta SET value = ? WHERE key = 'uuid';

-- name: disown_processes
-- In a copy: whoever has the other file open is dead to this one, and so gives back its leases.
UPDATE processes SET boot_id = '', host = ?;

-- name: hidden_tables
-- Tables of the file that a temporary one of the same name hides.
SELECT name FROM temp.sqlite_schema WHERE name IN (SELECT name FROM main.sqlite_schema) LIMIT 1;

-- name: add_process
INSERT INTO processes (pid, boot_id, born, host, kind, registered_at)
VALUES (?, ?, ?, ?, ?, ?)
RETURNING id;

-- name: all_processes
SELECT id, pid, boot_id, born, host, kind, registered_at, threads, given_up, serving
FROM processes
ORDER BY id;

-- name: identities
-- Who has the file open, in columns that every schema has had.
SELECT pid, boot_id, born, host, kind FROM processes ORDER BY id;

-- name: drop_process
DELETE FROM processes WHERE id = ?;

-- name: set_serving
UPDATE processes SET threads = ?, given_up = ?, serving = ? WHERE id = ?;

-- name: leases_by_process
-- How many leases each process holds.
SELECT process_id, count(*) FROM jobs WHERE state = 'leased' GROUP BY process_id;

-- name: leases_of_process
SELECT id, fence FROM jobs WHERE state = 'leased' AND process_id = ?;

-- name: maintainer
SELECT process_id, fence, expires_at FROM maintainer WHERE id = 1;

-- name: become_maintainer
-- Take the maintainer's lease when it is free, expired or already ours; the fence grows only
-- with a change of hands.
INSERT INTO maintainer (id, process_id, fence, expires_at) VALUES (1, :process, 1, :expires)
ON CONFLICT (id) DO UPDATE SET
    fence = fence + (process_id <> excluded.process_id),
    process_id = excluded.process_id,
    expires_at = excluded.expires_at
WHERE process_id = excluded.process_id OR expires_at <= :now
RETURNING fence;

-- name: leave_maintenance
DELETE FROM maintainer WHERE process_id = ?;
