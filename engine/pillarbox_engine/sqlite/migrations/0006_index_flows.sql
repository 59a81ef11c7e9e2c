-- Flows: the columns are there since the second shape; finding a parent's children is new.

-- A parent's children, in the order they were given.
CREATE INDEX jobs_children ON jobs (parent_id, id) WHERE parent_id IS NOT NULL;

-- Retention, which passes over children, and the newest results.
DROP INDEX jobs_done;
CREATE INDEX jobs_done ON jobs (queue_id, ended_at, id, parent_id) WHERE state = 'done';
