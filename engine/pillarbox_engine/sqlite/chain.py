"""The chain of commits: one small row a transaction, each hashed over the one before.

Owns appending, folding and verifying. It makes a lost commit visible: a flipped bit in the WAL
drops its tail while SQLite's own integrity check still says ok.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b

import apsw
import msgspec

from pillarbox_engine.sqlite import counting
from pillarbox_engine.sqlite.memo import Head
from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.sqlite.transaction import GENESIS, Deltas, Transaction

KEEP_LINKS = 10_000
FOLD_SLACK = 2_000

_ENCODE = msgspec.json.Encoder().encode


def head(connection: apsw.Connection) -> Head:
    """The newest link, or the base, or number 0 where nothing was ever written."""
    row = connection.execute(statement("chain_head")).fetchone()
    if row is None:
        row = connection.execute(statement("chain_base")).fetchone()
    return GENESIS if row is None else Head(*row[:3])


def append(transaction: Transaction, changes: Deltas) -> Head:
    """Add this transaction's link; the new head."""
    now = transaction.now
    deltas, head = linked(transaction.head(), now, transaction.taken_ids, changes)
    link = (head.sequence, now, head.last_job_id, deltas, head.hash)
    transaction.execute("add_link", link)
    return head


def linked(before: Head, now: int, ids: int, changes: Deltas) -> tuple[str, Head]:
    """The changes as the link after `before` holds them, and that link as the new head."""
    sequence, last = before.sequence + 1, before.last_job_id + ids
    deltas = _ENCODE(changes).decode()
    return deltas, Head(sequence, _hash(before.hash, sequence, now, last, deltas), last)


def _hash(before: bytes, sequence: int, at: int, last: int, deltas: str) -> bytes:
    text = f"{sequence}|{at}|{last}|{deltas}"
    return blake2b(before + text.encode(), digest_size=16).digest()


def holds(connection: apsw.Connection, expected: Head) -> bool:
    """Whether the file's chain has the link `expected`, or has folded past it."""
    row = connection.execute(statement("chain_link"), (expected.sequence,)).fetchone()
    if row is not None:
        return bool(row[0] == expected.hash)
    base = connection.execute(statement("chain_base")).fetchone()
    return base is not None and base[0] >= expected.sequence


def fold(transaction: Transaction) -> bool:
    """Fold the oldest links into the base where there are too many; whether it did."""
    oldest, newest = transaction.row("chain_span")
    if oldest is None or newest - oldest < KEEP_LINKS + FOLD_SLACK:
        return False
    counting.settle(transaction)
    last = newest - KEEP_LINKS
    total, link = _folded(transaction, oldest, last)
    deltas = json.dumps(total.value(), separators=(",", ":"))
    transaction.execute("set_base", (last, link.last_job_id, deltas, link.hash))
    transaction.execute("drop_links", (last,))
    return True


def _folded(transaction: Transaction, oldest: int, last: int) -> tuple[_Sum, Head]:
    base = transaction.row("chain_base")
    total = _Sum(json.loads(base[3]) if base else {})
    link = GENESIS
    for sequence, _, job_id, deltas, stored in transaction.execute("chain_links", (oldest, last)):
        total.add(json.loads(deltas))
        link = Head(sequence, stored, job_id)
    return total, link


class _Sum:
    """A running sum of deltas, by queue and counter."""

    def __init__(self, start: dict[str, dict[str, int]]) -> None:
        self._total: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.add(start)

    def add(self, deltas: dict[str, dict[str, int]]) -> None:
        for queue_id, delta in deltas.items():
            for field, amount in delta.items():
                self._total[queue_id][field] += amount

    def value(self) -> dict[str, dict[str, int]]:
        return {queue_id: dict(delta) for queue_id, delta in self._total.items()}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What walking the whole chain found: problems in words, and the counters it adds up to."""

    problems: tuple[str, ...]
    counters: dict[str, dict[str, int]]


def verify(connection: apsw.Connection) -> Verdict:
    """Walk the chain from its base: every number there, every hash right."""
    base = connection.execute(statement("chain_base")).fetchone()
    sequence, link = (base[0], base[1]) if base else (0, GENESIS.hash)
    total, problems = _Sum(json.loads(base[3]) if base else {}), []
    for number, at, last, deltas, stored in connection.execute(
        statement("chain_links"), (sequence + 1, 2**62)
    ):
        if number != sequence + 1:
            problems.append(f"the chain of commits has a gap after commit {sequence}")
        elif stored != _hash(link, number, at, last, deltas):
            problems.append(f"commit {number} does not follow from the one before it")
        total.add(json.loads(deltas))
        sequence, link = number, stored
    return Verdict(tuple(problems), total.value())
