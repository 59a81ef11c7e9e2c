-- Counters are brought up to date every so many commits, not with each: what the chain's links
-- after this one changed is not in them yet. A commit so writes one page less.
CREATE TABLE counted (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL
);
INSERT INTO counted (id, sequence)
SELECT
    1,
    coalesce((SELECT max(sequence) FROM chain), (SELECT max(sequence) FROM chain_base), 0);
