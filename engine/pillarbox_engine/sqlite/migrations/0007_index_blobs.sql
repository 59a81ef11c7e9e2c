-- Which job a payload kept beside the file belongs to: asked for each such file that may be rubbish.
CREATE INDEX jobs_blob ON jobs (blob) WHERE blob IS NOT NULL;
