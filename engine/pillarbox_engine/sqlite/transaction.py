"""One write transaction: its time, its counter deltas, and the queues it touched.

Owns `Transaction`, which every verb's SQL runs through. Counters change only by `move` and
`add`; `flush` writes them as deltas, so counters and rows change together or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import apsw

from pillarbox_engine.sqlite.memo import Memo
from pillarbox_engine.sqlite.statements import TEXTS
from pillarbox_engine.states import LIVE_STATES, State

if TYPE_CHECKING:
    from pillarbox_engine.sqlite.chain import Head

COUNTERS = (
    "waiting", "scheduled", "ready", "leased", "done", "dead", "cancelled", "trashed",
    "retrying", "bytes", "enqueued_total", "claimed_total", "done_total", "failed_total",
    "dead_total", "cancelled_total", "lost_total", "released_total", "requeued_total",
    "replayed_total", "removed_done", "removed_dead", "removed_other", "trashed_done",
    "trashed_dead",
)  # fmt: skip
"""The columns of `counters`, in the order of the table."""

_BYTES = COUNTERS.index("bytes")
_NOTHING = (0,) * len(COUNTERS)
_ZEROES = dict.fromkeys(COUNTERS, 0)

Deltas = dict[int, dict[str, int]]
Bindings = Mapping[str, Any] | tuple[Any, ...]


class Transaction:
    """What a verb does its work with, inside `BEGIN IMMEDIATE` … `COMMIT`."""

    def __init__(self, connection: apsw.Connection, now: int, memo: Memo) -> None:
        self.connection, self.now, self.memo = connection, now, memo
        self.taken_ids = 0
        self.deltas: Deltas = defaultdict(lambda: defaultdict(int))
        self.touched: set[str] = set()

    def execute(self, name: str, bindings: Bindings = ()) -> apsw.Cursor:
        """Run the named statement; its rows are in the cursor."""
        return self.connection.execute(TEXTS[name], bindings)

    def rows(self, name: str, bindings: Bindings = ()) -> list[Any]:
        """All rows of the named statement."""
        return self.execute(name, bindings).fetchall()

    def row(self, name: str, bindings: Bindings = ()) -> Any:
        """The first row of the named statement, or None."""
        return self.execute(name, bindings).fetchone()

    def many(self, name: str, bindings: Iterable[Bindings]) -> list[Any]:
        """Run the named statement once for each of `bindings`; the rows of all."""
        return self.connection.executemany(TEXTS[name], bindings).fetchall()

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
        number: int = 1,
        was_retrying: bool = False,
        is_retrying: bool = False,
    ) -> None:
        """Count jobs, `size` payload bytes in all, out of state `old` and into `new`.

        None stands for no row: a job that comes in, or is deleted.
        """
        delta = self.deltas[queue_id]
        if old is not None:
            delta[old] -= number
        if new is not None:
            delta[new] += number
        delta["bytes"] += size * ((new in LIVE_STATES) - (old in LIVE_STATES))
        delta["retrying"] += is_retrying - was_retrying

    def _stored(self, queue_id: int) -> list[int]:
        """A queue's counters before this transaction."""
        known = self.memo.counters.get(queue_id)
        if known is None:
            known = list(self.row("counters_of_queue", (queue_id,)) or _NOTHING)
            self.memo.counters[queue_id] = known
        return known

    def live(self, queue_id: int) -> tuple[int, int]:
        """How many jobs count against the queue's bound, and their payload bytes."""
        stored, delta = self._stored(queue_id), self.deltas.get(queue_id, {})
        depth = sum(stored[COUNTERS.index(s)] + delta.get(s, 0) for s in LIVE_STATES)
        return depth, stored[_BYTES] + delta.get("bytes", 0)

    def changes(self) -> Deltas:
        """The counter changes so far, without those that came to nothing."""
        kept = {q: {f: n for f, n in sorted(d.items()) if n} for q, d in self.deltas.items()}
        return {queue_id: delta for queue_id, delta in sorted(kept.items()) if delta}

    def flush(self) -> Deltas:
        """Write the counter changes; what they were."""
        changes = self.changes()
        for queue_id, delta in changes.items():
            self.execute("add_to_counters", {"queue_id": queue_id, **_ZEROES, **delta})
        return changes

    def remember(self, head: Head, changes: Deltas) -> None:
        """The transaction is durable: what the writer knows moves on with it."""
        self.memo.head = head
        for queue_id, delta in changes.items():
            stored = self.memo.counters.get(queue_id)
            if stored is not None:
                for name, amount in delta.items():
                    stored[COUNTERS.index(name)] += amount
