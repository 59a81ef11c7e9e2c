-- Flows: the columns are there since the second shape; finding a parent's children is new.

-- A parent's children, in the order they were given.
CREATE INDEX jobs_children ON jobs (parent_id, id) WHERE parent_id IS NOT NULL;
