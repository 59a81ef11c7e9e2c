"""Depths and totals over time: a row a second, minute and hour in which something changed.

Owns writing and reading the roll-ups. Each row holds the state at its end and cumulative totals,
so rates are differences and a coarser row is simply the last finer one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime

from pillarbox_engine.clock import from_us, to_us
from pillarbox_engine.model import HistoryPoint
from pillarbox_engine.sqlite import counting
from pillarbox_engine.sqlite.memo import PLACES
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.transaction import Transaction

SECOND_US = 1_000_000
RESOLUTIONS = {1: 2 * 3_600, 60: 2 * 86_400, 3_600: 366 * 86_400}
"""Resolution in seconds → how long its rows are kept, in seconds."""

FIELDS = (
    "ready", "scheduled", "retrying", "leased", "dead", "enqueued_total", "done_total",
    "failed_total", "dead_total",
)  # fmt: skip
_PLACES = tuple(PLACES[field] for field in FIELDS)


def current(reading: Reading | Transaction) -> dict[int, tuple[int, ...]]:
    """What a roll-up would hold now, by queue."""
    found = counting.of_all(reading)
    return {queue_id: tuple(row[place] for place in _PLACES) for queue_id, row in found.items()}


def stale(reading: Reading | Transaction) -> list[int]:
    """Queues whose newest second no longer tells how things are."""
    return [
        queue_id for queue_id, values in current(reading).items()
        if reading.row("last_sample", (queue_id, 1)) != values and any(values)
    ]  # fmt: skip


def sample(transaction: Transaction, queue_ids: Iterable[int]) -> None:
    """Write the current second, minute and hour of these queues; drop what is too old."""
    values = current(transaction)
    for queue_id in queue_ids:
        for resolution, kept in RESOLUTIONS.items():
            length = resolution * SECOND_US
            at = transaction.now - transaction.now % length
            transaction.execute("put_sample", (queue_id, resolution, at, *values[queue_id]))
            transaction.execute(
                "drop_samples", (queue_id, resolution, transaction.now - kept * SECOND_US)
            )


def resolution_for(span_us: int, points: int) -> int:
    """The finest resolution that covers `span_us` with about `points` rows and is kept so long."""
    for resolution, kept in RESOLUTIONS.items():
        if span_us <= kept * SECOND_US and span_us / (resolution * SECOND_US) <= max(
            4 * points, 900
        ):
            return resolution
    return max(RESOLUTIONS)


def history(
    reading: Reading, queue_ids: Iterable[int], since: datetime, now: int, points: int
) -> tuple[HistoryPoint, ...]:
    """The sum of these queues' roll-ups, oldest first, ending with how things are now."""
    start = to_us(since)
    resolution = resolution_for(now - start, points)
    ids = list(queue_ids)
    series = [reading.rows("samples", (queue_id, resolution, start)) for queue_id in ids]
    live = current(reading)
    series = [[*rows, (now, *live[queue_id])] for queue_id, rows in zip(ids, series, strict=True)]
    moments = sorted({max(row[0], start) for rows in series for row in rows})
    moments = _thinned(moments, points)
    return tuple(_point(moment, [_at(rows, moment) for rows in series]) for moment in moments)


def _thinned(moments: list[int], points: int) -> list[int]:
    step = max(1, len(moments) // points)
    kept = moments[::step]
    return kept if not moments or kept[-1] == moments[-1] else [*kept, moments[-1]]


def _at(rows: list[tuple[int, ...]], moment: int) -> tuple[int, ...]:
    place = bisect_right(rows, moment, key=lambda row: row[0])
    return rows[place - 1][1:] if place else (0,) * len(FIELDS)


def _point(moment: int, values: list[tuple[int, ...]]) -> HistoryPoint:
    total = [sum(column) for column in zip(*values, strict=True)] or [0] * len(FIELDS)
    return HistoryPoint(at=from_us(moment), **dict(zip(FIELDS, total, strict=True)))
