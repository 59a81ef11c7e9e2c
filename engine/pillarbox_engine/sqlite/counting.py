"""How many jobs are where: the counters as they were stored, and what later commits changed.

Owns the reading of counters and their bringing up to date. Each commit's changes are in its link
of the chain, so the table of counters need not be written with every commit: it is every
`EVERY` commits, and a reader adds up the links since then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from pillarbox_engine.sqlite.memo import COUNTERS, NOTHING, Memo, add

if TYPE_CHECKING:
    from pillarbox_engine.sqlite.transaction import Transaction

EVERY = 128
"""After how many commits the table of counters is brought up to date."""

_ZEROES = dict.fromkeys(COUNTERS, 0)
_DECODE = msgspec.json.Decoder(dict[int, dict[str, int]]).decode


class Rows(Protocol):
    """Whoever reads named statements: a `Reading` or a `Transaction`."""

    def rows(self, name: str, bindings: Any = ()) -> list[Any]:
        """All rows of the named statement."""

    def row(self, name: str, bindings: Any = ()) -> Any:
        """The first row of the named statement, or None."""


def of_all(reader: Rows) -> dict[int, list[int]]:
    """Every queue's counters, in the order of `COUNTERS`."""
    found = {row[0]: list(row[1:]) for row in reader.rows("counters_of_all")}
    add_links(found, reader.rows("links_not_counted"))
    return found


def of_queue(reader: Rows, queue_id: int) -> list[int]:
    """One queue's counters."""
    row = reader.row("counters_of_queue", (queue_id,))
    found = {queue_id: list(row or NOTHING)}
    add_links(found, reader.rows("links_not_counted"))
    return found[queue_id]


def add_links(counters: dict[int, list[int]], links: Iterable[tuple[str]]) -> None:
    """Add what `links` changed to the queues in `counters`."""
    for (deltas,) in links:
        for queue_id, delta in _DECODE(deltas).items():
            known = counters.get(queue_id)
            if known is not None:
                add(known, delta)


def settle(transaction: Transaction) -> None:
    """Bring the table of counters up to the link before this transaction's."""
    before = transaction.head()
    total: dict[int, list[int]] = {}
    links = transaction.rows("links_not_counted")
    for (deltas,) in links:
        for queue_id in _DECODE(deltas):
            total.setdefault(queue_id, list(NOTHING))
    add_links(total, links)
    for queue_id, amounts in total.items():
        changed = dict(zip(COUNTERS, amounts, strict=True))
        transaction.execute("add_to_counters", {"queue_id": queue_id, **changed})
    transaction.execute("set_counted", (before.sequence,))
    transaction.memo.counted = before.sequence


def settle_when_due(transaction: Transaction) -> None:
    """Bring the counters up to date where that was put off long enough."""
    memo = transaction.memo
    if memo.counted is None:
        memo.counted = int(transaction.row("counted")[0])
    transaction.head()
    if is_due(memo):
        settle(transaction)


def is_due(memo: Memo) -> bool:
    """Whether the table of counters lags so far behind the head that the writer knows of."""
    return memo.head is not None and memo.head.sequence - (memo.counted or 0) >= EVERY
