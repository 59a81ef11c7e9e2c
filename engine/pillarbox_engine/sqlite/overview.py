"""Reading queues for people: summaries and counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from pillarbox_engine.alarms import AlarmKind
from pillarbox_engine.clock import from_us, from_us_or_none, seconds_to_us
from pillarbox_engine.model import Counts, QueueSummary
from pillarbox_engine.sqlite import counting, groups
from pillarbox_engine.sqlite.claim import next_start
from pillarbox_engine.sqlite.memo import COUNTERS
from pillarbox_engine.sqlite.queue_rows import QueueRow, parse_settings
from pillarbox_engine.sqlite.readers import Reading

RATE_SPAN_US = 10_000_000
TREND_SPAN_US = 300_000_000
TREND_POINTS = 60


def all_queues(reading: Reading) -> list[QueueRow]:
    """Every queue by name."""
    rows = reading.rows("all_queues")
    return [QueueRow(row[0], row[1], parse_settings(row[2]), row[3]) for row in rows]


def counts_of(row: Any) -> Counts:
    """A row of counters as `Counts`; the fields have the columns' names."""
    return Counts(**dict(zip(COUNTERS, row, strict=True)))


def counts(reading: Reading, queue_id: int | None) -> Counts:
    """One queue's counts, or the sum of all."""
    if queue_id is not None:
        return counts_of(counting.of_queue(reading, queue_id))
    rows = counting.of_all(reading).values()
    return counts_of([sum(column) for column in zip(*rows, strict=True)] or [0] * len(COUNTERS))


def summaries(reading: Reading, served: frozenset[str], now: int) -> tuple[QueueSummary, ...]:
    """Every queue as the queues table lists it."""
    alarms = open_alarms(reading)
    return tuple(
        replace(_summary(reading, queue, served, now), alarms=alarms.get(queue.id, ()))
        for queue in all_queues(reading)
    )


def open_alarms(reading: Reading) -> dict[int, tuple[AlarmKind, ...]]:
    """The alarms that are open, by queue; a queue without one is not in it."""
    found: dict[int, tuple[AlarmKind, ...]] = {}
    for queue_id, kind in reading.rows("open_alarms"):
        found[queue_id] = (*found.get(queue_id, ()), AlarmKind(kind))
    return found


def _summary(reading: Reading, queue: QueueRow, served: frozenset[str], now: int) -> QueueSummary:
    numbers = counts(reading, queue.id)
    samples = reading.rows("recent_depths", (queue.id, now - TREND_SPAN_US))
    current = (now, numbers.ready, numbers.enqueued_total, numbers.done_total)
    incoming, outgoing = _rates([*samples, current], now)
    oldest = reading.row("oldest_ready", (queue.id,))[0]
    due = reading.row("next_scheduled", (queue.id,))
    return QueueSummary(
        name=queue.name, settings=queue.settings, paused=queue.mode != "running",
        draining=queue.mode == "draining" and numbers.leased > 0, counts=numbers,
        oldest_ready_at=from_us_or_none(oldest),
        next_due_at=None if due is None else from_us(due[0]),
        in_rate=incoming, out_rate=outgoing, run_p95=_p95(reading, queue.id),
        depth_trend=_trend([*samples, current], now), rate_used=_rate_used(reading, queue, now),
        rate_until=_rate_until(reading, queue, now),
        served=queue.name in served or "*" in served,
    )  # fmt: skip


def _rates(samples: list[tuple[int, int, int, int]], now: int) -> tuple[float, float]:
    """Jobs in and out a second, over the last 10 s."""
    recent = [sample for sample in samples if sample[0] >= now - RATE_SPAN_US]
    before = [sample for sample in samples if sample[0] < now - RATE_SPAN_US]
    start = before[-1] if before else recent[0]
    span = RATE_SPAN_US / 1e6 if before else max(1.0, (now - start[0]) / 1e6)
    end = recent[-1]
    return (end[2] - start[2]) / span, (end[3] - start[3]) / span


def _trend(samples: list[tuple[int, int, int, int]], now: int) -> tuple[int, ...]:
    """The ready count at 60 moments over the last five minutes; what was last known holds on."""
    step = TREND_SPAN_US // TREND_POINTS
    places = iter(samples)
    ahead = next(places, None)
    depth, trend = 0, []
    for point in range(TREND_POINTS):
        moment = now - TREND_SPAN_US + (point + 1) * step
        while ahead is not None and ahead[0] <= moment:
            depth, ahead = ahead[1], next(places, None)
        trend.append(depth)
    return tuple(trend)


def _p95(reading: Reading, queue_id: int) -> float | None:
    times = sorted(row[0] for row in reading.rows("recent_run_times", (queue_id,)))
    return None if not times else times[min(len(times) - 1, len(times) * 95 // 100)] / 1e6


def _rate_used(reading: Reading, queue: QueueRow, now: int) -> int:
    limit = queue.settings.rate_limit
    if limit is None:
        return 0
    return int(reading.row("starts_since", (queue.id, now - seconds_to_us(limit.window)))[0])


def _rate_until(reading: Reading, queue: QueueRow, now: int) -> datetime | None:
    """When a used-up rate limit lets the next job start."""
    limit = queue.settings.rate_limit
    return None if limit is None else from_us_or_none(next_start(reading.row, queue.id, limit, now))


def next_due(reading: Reading, queues: list[QueueRow], now: int) -> int | None:
    """When the next job of these queues may become claimable by time alone."""
    moments = []
    for queue in queues:
        if queue.mode != "running":
            continue
        due = reading.row("next_scheduled", (queue.id,))
        limit = queue.settings.rate_limit
        if limit is not None and counts(reading, queue.id).ready:
            moments.append(next_start(reading.row, queue.id, limit, now))
        if due is not None:
            moments.append(due[0])
        moments.append(groups.next_free(reading, queue))
    return min((moment for moment in moments if moment is not None), default=None)
