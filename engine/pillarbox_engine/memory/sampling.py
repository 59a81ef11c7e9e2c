"""Queues as they are and as they were: summaries with rates, and samples over time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pillarbox_engine.clock import from_us, from_us_or_none
from pillarbox_engine.lengths import NOTHING_MEASURED, Lengths, measured, together
from pillarbox_engine.memory.claiming import opens, starts_in_window
from pillarbox_engine.memory.rows import QueueState
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import Counts, HistoryPoint, QueueSummary
from pillarbox_engine.states import State

RATE_WINDOW = 10
TREND = 60
_SECOND_US = 1_000_000


def summaries(store: Store) -> tuple[QueueSummary, ...]:
    """All queues by name."""
    return tuple(_summary(store, store.queues[name]) for name in sorted(store.queues))


def _summary(store: Store, queue: QueueState) -> QueueSummary:
    counts = Counts(**queue.counts)
    ready = store.in_state(queue, State.READY)
    scheduled = store.in_state(queue, State.SCHEDULED)
    draining = queue.mode == "draining" and counts.leased > 0
    return QueueSummary(
        name=queue.name, settings=queue.settings, counts=counts, draining=draining,
        paused=queue.mode != "running" and not draining,
        oldest_ready_at=from_us_or_none(min((row.run_us for row in ready), default=None)),
        next_due_at=from_us_or_none(min((row.run_us for row in scheduled), default=None)),
        in_rate=_rate(queue.arrivals, store.now), out_rate=_rate(queue.departures, store.now),
        run_p95=_p95(queue.runs), rate_used=starts_in_window(store, queue),
        rate_until=from_us_or_none(opens(store, queue)),
        depth_trend=tuple(point.ready for point in list(queue.samples)[-TREND:]),
        served=queue.name in store.serving[0],
        alarms=tuple(a.kind for a in store.alarms if a.is_open and a.queue == queue.name),
    )  # fmt: skip


def _rate(moments: deque[int], now: int) -> float:
    """How many a second, over the last ten; older moments are forgotten."""
    while moments and moments[0] <= now - RATE_WINDOW * _SECOND_US:
        moments.popleft()
    return len(moments) / RATE_WINDOW


def _p95(runs: Sequence[float]) -> float | None:
    ordered = sorted(runs)
    return ordered[(len(ordered) * 95 - 1) // 100] if ordered else None


def sample(store: Store) -> None:
    """Write down depths and totals, if anything changed and the last sample is a second old."""
    last = store.sampled_us
    if not store.unsampled or (last is not None and 0 <= store.now - last < _SECOND_US):
        return
    for queue in store.queues.values():
        waits = measured(wait for wait, _ in queue.measured)
        runs = measured(run for _, run in queue.measured)
        queue.samples.append(_point(store, Counts(**queue.counts), waits, runs))
        queue.measured.clear()
    newest = [queue.samples[-1] for queue in store.queues.values()]
    waits, runs = _together(newest)
    store.samples.append(_point(store, store.counts(None), waits, runs))
    store.sampled_us, store.unsampled = store.now, False


def _together(points: Sequence[HistoryPoint]) -> tuple[Lengths, Lengths]:
    return together(point.waits for point in points), together(point.runs for point in points)


def _point(
    store: Store,
    counts: Counts,
    waits: Lengths = NOTHING_MEASURED,
    runs: Lengths = NOTHING_MEASURED,
) -> HistoryPoint:
    return HistoryPoint(
        at=from_us(store.now), ready=counts.ready, scheduled=counts.scheduled,
        retrying=counts.retrying, leased=counts.leased, dead=counts.dead,
        enqueued_total=counts.enqueued_total, done_total=counts.done_total,
        failed_total=counts.failed_total, dead_total=counts.dead_total, waits=waits, runs=runs,
    )  # fmt: skip


def history(
    store: Store, queue: str | None, since: datetime, points: int
) -> tuple[HistoryPoint, ...]:
    """Samples from `since` on, thinned to about `points`, and how it is now."""
    samples = store.samples if queue is None else store.queue(queue).samples
    wanted = [point for point in samples if point.at >= since]
    step = max(1, -(-len(wanted) // max(1, points)))
    kept = (_thinned(wanted[at : at + step]) for at in range(0, len(wanted), step))
    return (*kept, _point(store, store.counts(queue)))


def _thinned(run: Sequence[HistoryPoint]) -> HistoryPoint:
    """The last of `run`, for all of them."""
    waits, runs = _together(run)
    return replace(run[-1], waits=waits, runs=runs)
