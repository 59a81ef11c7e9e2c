-- Ordered groups: who comes next in a group is found at once, however many wait behind it.

-- Those of a group that are not simply waiting in its line: in flight, the head that may be
-- claimed or is held by the group's rate limit, and jobs that are to run again later.
CREATE INDEX jobs_group_front ON jobs (queue_id, group_key, state, id)
    WHERE
        group_key IS NOT NULL AND hold IS NOT 'group'
        AND state IN ('scheduled', 'ready', 'leased');
-- The line behind them.
CREATE INDEX jobs_group_line ON jobs (queue_id, group_key, id)
    WHERE state = 'ready' AND hold = 'group';
-- Heads that a rate limit holds back, by when it lets them go.
CREATE INDEX jobs_limited ON jobs (queue_id, hold_until) WHERE state = 'ready' AND hold = 'limit';

-- When jobs of groups started, in queues that limit each group's rate, as far back as it looks.
CREATE TABLE group_starts (
    queue_id  INTEGER NOT NULL REFERENCES queues (id),
    group_key TEXT NOT NULL,
    at        INTEGER NOT NULL
);
CREATE INDEX starts_of_group ON group_starts (queue_id, group_key, at);
CREATE INDEX group_starts_by_time ON group_starts (queue_id, at);
