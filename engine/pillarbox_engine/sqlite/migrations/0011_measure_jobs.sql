-- How long jobs waited and ran, beside the depths: of those that were done since the roll-up before,
-- as lengths by step (see lengths.py). `measured_until` is up to when that goes.
ALTER TABLE history ADD COLUMN waits BLOB;
ALTER TABLE history ADD COLUMN runs BLOB;
ALTER TABLE history ADD COLUMN measured_until INTEGER;
