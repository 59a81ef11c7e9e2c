"""One write transaction: its time, its counter deltas, and the queues it touched.

Owns `Transaction`, which every verb's SQL runs through. Counters change only by `move` and
`add`; what they come to goes into the commit's link of the chain, so counters and rows change
together or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import apsw

from pillarbox_engine.protocols import Change
from pillarbox_engine.sqlite import counting
from pillarbox_engine.sqlite.memo import PLACES, Head, Memo
from pillarbox_engine.sqlite.offers import Handed, Offers
from pillarbox_engine.sqlite.statements import TEXTS
from pillarbox_engine.states import LIVE_STATES, State

GENESIS = Head(0, b"\0" * 16)
"""Before the first link."""

Deltas = dict[int, dict[str, int]]
Bindings = Mapping[str, Any] | tuple[Any, ...]


class Transaction:
    """What a verb does its work with, inside `BEGIN IMMEDIATE` … `COMMIT`.

    `touched` are the queues that changed; `stirred` those in which nothing can have become
    claimable by it. `handed` are the jobs that are to go to idle workers once this is durable.
    """

    def __init__(
        self, connection: apsw.Connection, now: int, memo: Memo, offers: Offers | None = None
    ) -> None:
        self.connection, self.now, self.memo = connection, now, memo
        self.offers, self.handed = offers or Offers(), Handed()
        self.taken_ids = 0
        self.deltas: Deltas = defaultdict(lambda: defaultdict(int))
        self.touched: set[str] = set()
        self.stirred: set[str] = set()

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

    def head(self) -> Head:
        """The newest link of the chain before this transaction."""
        known = self.memo.head
        if known is None:
            row = self.row("chain_head") or self.row("chain_base")
            known = self.memo.head = Head(*row[:3]) if row else GENESIS
        return known

    def take_ids(self, number: int) -> int:
        """Reserve `number` job ids, never given before; the first of them."""
        first = self.head().last_job_id + self.taken_ids + 1
        self.taken_ids += number
        return first

    def _stored(self, queue_id: int) -> list[int]:
        """A queue's counters before this transaction."""
        memo, now = self.memo, self.head().sequence
        if memo.counters and memo.counters_at < now:
            self._catch_up(now)
        known = memo.counters.get(queue_id)
        if known is None:
            known = memo.counters[queue_id] = counting.of_queue(self, queue_id)
            memo.counters_at = now
        return known

    def _catch_up(self, now: int) -> None:
        """Add what other processes committed since; begin anew where their links are gone."""
        memo = self.memo
        links = self.rows("links_after", (memo.counters_at,))
        if len(links) == now - memo.counters_at:
            counting.add_links(memo.counters, links)
        else:
            memo.counters.clear()
        memo.counters_at = now

    def live(self, queue_id: int) -> tuple[int, int]:
        """How many jobs count against the queue's bound, and their payload bytes."""
        stored, delta = self._stored(queue_id), self.deltas.get(queue_id, {})
        depth = sum(stored[PLACES[s]] + delta.get(s, 0) for s in LIVE_STATES)
        return depth, stored[PLACES["bytes"]] + delta.get("bytes", 0)

    def count(self, queue_id: int, field: str) -> int:
        """A counter of the queue as it is now, in this transaction."""
        delta = self.deltas.get(queue_id, {})
        return self._stored(queue_id)[PLACES[field]] + delta.get(field, 0)

    def changes(self) -> Deltas:
        """The counter changes so far, without those that came to nothing."""
        kept = {q: {str(f): n for f, n in d.items() if n} for q, d in self.deltas.items()}
        return {queue_id: delta for queue_id, delta in kept.items() if delta}

    def change(self) -> Change:
        """What to tell of this transaction."""
        if not self.stirred:
            return Change(frozenset(self.touched))
        return Change(
            frozenset(self.stirred | self.touched), frozenset(self.stirred - self.touched)
        )
