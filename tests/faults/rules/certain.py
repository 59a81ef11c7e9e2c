"""Which jobs lived for certain: shared by the rules that compare jobs with each other."""

from __future__ import annotations

from collections.abc import Iterator

from pillarbox_engine.states import EventKind
from tests.faults.final import Final, Row
from tests.faults.told import Stored, Told

MOST_LOST = 3
UNTOLD = (EventKind.OVERFLOWED, EventKind.EXPIRED, EventKind.CHILD_FAILED)
"""Ends that come without anybody being told."""
MOVED = (EventKind.REPLAYED, EventKind.PURGED)
"""What an operation does to jobs it found for itself."""


def lasting(told: Told, final: Final) -> Iterator[Stored]:
    """Jobs that nothing but what the history tells can have ended or moved."""
    operated = any(True for _ in told.of("operation"))
    for stored in told.stored.values():
        row = final.rows.get(stored.id)
        if not operated if row is None else not (_ended_unseen(row) or _was_moved(told, row)):
            yield stored


def _ended_unseen(row: Row) -> bool:
    return bool(row.count(*UNTOLD)) or row.count(EventKind.LOST) >= MOST_LOST


def _was_moved(told: Told, row: Row) -> bool:
    """Whether an operation had it: more often so than anybody asked for by its id."""
    asked = sum(call.op in ("replay", "purge") for call in told.touched.get(row.id, ()))
    return row.count(*MOVED) > asked
