"""Depths and totals over time: a row a second, minute and hour in which something changed.

Owns writing and reading the roll-ups. Each row holds the state at its end and cumulative totals,
so rates are differences and a coarser row is simply the last finer one. How long jobs waited and
ran is measured here too, from those that were done since the row before: no job pays for it.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pillarbox_engine.clock import from_us, to_us
from pillarbox_engine.lengths import Lengths, measured, together, unpacked
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
_DEPTHS = slice(1, 1 + len(FIELDS))
_WAITS, _RUNS = 1 + len(FIELDS), 2 + len(FIELDS)
"""Where they are in a row of the `samples` statement."""
MEASURED_MOST = 500
"""Jobs of one queue that are measured each time: the newest, which is enough for percentiles."""
_FIRST_SPAN_US = 60 * SECOND_US
"""How far back the first measurement of a queue looks."""
Taken = tuple[Lengths, Lengths]
"""How long jobs waited, and how long they ran."""


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


def measure(transaction: Transaction, queue_ids: Iterable[int]) -> dict[int, Taken]:
    """How long the jobs of these queues took that were done since they were measured last. Ask
    before retention takes such jobs."""
    return {queue_id: _measure(transaction, queue_id) for queue_id in queue_ids}


def _measure(transaction: Transaction, queue_id: int) -> Taken:
    last = transaction.row("measured_until", (queue_id, transaction.now))
    since = transaction.now - _FIRST_SPAN_US if last is None or last[0] is None else int(last[0])
    span = (queue_id, since, transaction.now, MEASURED_MOST)
    pairs = json.loads(transaction.row("done_between", span)[0])
    return measured(wait for wait, _ in pairs), measured(run for _, run in pairs)


def sample(transaction: Transaction, taken: Mapping[int, Taken]) -> None:
    """Write the current second, minute and hour of these queues; drop what is too old."""
    values = current(transaction)
    for queue_id, lengths in taken.items():
        for resolution, kept in RESOLUTIONS.items():
            length = resolution * SECOND_US
            at = transaction.now - transaction.now % length
            place = (queue_id, resolution, at)
            stored = [part.packed() or None for part in _added(transaction, place, lengths)]
            transaction.execute("put_sample", (*place, *values[queue_id], *stored, transaction.now))
            transaction.execute(
                "drop_samples", (queue_id, resolution, transaction.now - kept * SECOND_US)
            )


def _added(transaction: Transaction, place: tuple[int, int, int], taken: Taken) -> list[Lengths]:
    """`taken`, and what this very second, minute or hour holds already."""
    before = transaction.row("sampled_lengths", place) or (None, None)
    return [together((unpacked(old), new)) for old, new in zip(before, taken, strict=True)]


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
    series = [
        [*rows, (now, *live[queue_id], None, None)]
        for queue_id, rows in zip(ids, series, strict=True)
    ]
    moments = sorted({max(row[0], start) for rows in series for row in rows})
    moments = _thinned(moments, points)
    spans = zip([start - 1, *moments], moments, strict=False)
    return tuple(_point(series, before, moment) for before, moment in spans)


def _thinned(moments: list[int], points: int) -> list[int]:
    step = max(1, len(moments) // points)
    kept = moments[::step]
    return kept if not moments or kept[-1] == moments[-1] else [*kept, moments[-1]]


def _point(series: list[list[Any]], before: int, moment: int) -> HistoryPoint:
    """How things were at `moment`, and how long jobs took since `before`."""
    values = [_at(rows, moment) for rows in series]
    total = [sum(column) for column in zip(*values, strict=True)] or [0] * len(FIELDS)
    ended = [row for rows in series for row in _between(rows, before, moment)]
    return HistoryPoint(
        at=from_us(moment), **dict(zip(FIELDS, total, strict=True)),
        waits=together(unpacked(row[_WAITS]) for row in ended),
        runs=together(unpacked(row[_RUNS]) for row in ended),
    )  # fmt: skip


def _at(rows: list[Any], moment: int) -> tuple[int, ...]:
    place = bisect_right(rows, moment, key=_moment)
    return tuple(rows[place - 1][_DEPTHS]) if place else (0,) * len(FIELDS)


def _between(rows: list[Any], before: int, moment: int) -> list[Any]:
    """Those after `before`, up to `moment`."""
    return rows[bisect_right(rows, before, key=_moment) : bisect_right(rows, moment, key=_moment)]


def _moment(row: Any) -> int:
    return int(row[0])
