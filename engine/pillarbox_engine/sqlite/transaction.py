"""One write transaction: its time, its counter deltas, and the queues it touched.

Owns `Transaction`, which every verb's SQL runs through. Counters change only by `move` and
`add`; `flush` writes them as deltas, so counters and rows change together or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import apsw

from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.states import LIVE_STATES, State

COUNTERS = (
    "waiting", "scheduled", "ready", "leased", "done", "dead", "cancelled", "trashed",
    "retrying", "bytes", "enqueued_total", "claimed_total", "done_total", "failed_total",
    "dead_total", "cancelled_total", "lost_total", "released_total", "requeued_total",
    "replayed_total", "removed_done", "removed_dead", "removed_other", "trashed_done",
    "trashed_dead",
)  # fmt: skip
"""The columns of `counters`, in the order of the table."""

Deltas = dict[int, dict[str, int]]
Bindings = Mapping[str, Any] | tuple[Any, ...]


class Transaction:
    """What a verb does its work with, inside `BEGIN IMMEDIATE` … `COMMIT`."""

    def __init__(self, connection: apsw.Connection, now: int) -> None:
        self.connection, self.now = connection, now
        self.deltas: Deltas = defaultdict(lambda: defaultdict(int))
        self.touched: set[str] = set()

    def execute(self, name: str, bindings: Bindings = ()) -> apsw.Cursor:
        """Run the named statement; its rows are in the cursor."""
        return self.connection.execute(statement(name), bindings)

    def rows(self, name: str, bindings: Bindings = ()) -> list[Any]:
        """All rows of the named statement."""
        return self.execute(name, bindings).fetchall()

    def row(self, name: str, bindings: Bindings = ()) -> Any:
        """The first row of the named statement, or None."""
        return self.execute(name, bindings).fetchone()

    def many(self, name: str, bindings: Iterable[Bindings]) -> list[Any]:
        """Run the named statement once for each of `bindings`; the rows of all."""
        return self.connection.executemany(statement(name), bindings).fetchall()

    def add(self, queue_id: int, field: str, amount: int = 1) -> None:
        """Change a counter."""
        self.deltas[queue_id][field] += amount

    def move(
        self,
        queue_id: int,
        old: State | None,
        new: State | None,
        size: int,
        *,
        was_retrying: bool = False,
        is_retrying: bool = False,
    ) -> None:
        """Count a job of `size` payload bytes out of state `old`, into `new` (None: no row)."""
        delta = self.deltas[queue_id]
        if old is not None:
            delta[old] -= 1
        if new is not None:
            delta[new] += 1
        delta["bytes"] += size * ((new in LIVE_STATES) - (old in LIVE_STATES))
        delta["retrying"] += is_retrying - was_retrying

    def counter(self, queue_id: int, field: str) -> int:
        """A counter's value as it will be when this transaction commits."""
        row = self.row("counters_of_queue", (queue_id,))
        stored = 0 if row is None else row[COUNTERS.index(field)]
        return int(stored) + self.deltas.get(queue_id, {}).get(field, 0)

    def live(self, queue_id: int) -> tuple[int, int]:
        """How many jobs count against the queue's bound, and their payload bytes."""
        row = self.row("counters_of_queue", (queue_id,))
        stored = dict(zip(COUNTERS, row, strict=True)) if row else dict.fromkeys(COUNTERS, 0)
        delta = self.deltas.get(queue_id, {})
        depth = sum(stored[state] + delta.get(state, 0) for state in LIVE_STATES)
        return depth, stored["bytes"] + delta.get("bytes", 0)

    def changes(self) -> Deltas:
        """The counter changes so far, without those that came to nothing."""
        kept = {q: {f: n for f, n in sorted(d.items()) if n} for q, d in self.deltas.items()}
        return {queue_id: delta for queue_id, delta in sorted(kept.items()) if delta}

    def flush(self) -> None:
        """Write the counter changes."""
        for queue_id, delta in self.changes().items():
            values = {field: delta.get(field, 0) for field in COUNTERS}
            self.execute("add_to_counters", {"queue_id": queue_id, **values})
