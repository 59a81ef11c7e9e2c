"""Alarms in the file: measured by the maintainer, raised and cleared once, read by everybody.

Owns the statements on `alarms`. Looking is a few reads, and only for queues that set an alarm or
have one open; nothing is written until one is to be raised or cleared.
"""

from __future__ import annotations

from collections.abc import Sequence

from pillarbox_engine.alarms import (
    KEPT_SECONDS,
    RATE_SECONDS,
    Alarm,
    AlarmKind,
    Turn,
    bounds,
    turns,
)
from pillarbox_engine.clock import from_us, from_us_or_none, seconds_to_us
from pillarbox_engine.sqlite import overview
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.transaction import Transaction

MOST_COUNTED = 100_000
"""Dead letters of the last minutes that are counted one by one; more are more than enough."""

QueueTurn = tuple[int, str, Turn]
"""A queue's row id and name, and what is to happen to one of its alarms."""


def due(reading: Reading, now: int) -> tuple[QueueTurn, ...]:
    """The alarms that are to be raised or cleared, by reads alone."""
    raised = overview.open_alarms(reading)
    found: list[QueueTurn] = []
    for queue in overview.all_queues(reading):
        limits = bounds(queue.settings)
        if limits or queue.id in raised:
            values = {kind: _measured(reading, queue, kind, now) for kind in limits}
            changes = turns(limits, values, raised.get(queue.id, ()))
            found += [(queue.id, queue.name, turn) for turn in changes]
    return tuple(found)


def _measured(reading: Reading, queue: QueueRow, kind: AlarmKind, now: int) -> float:
    if kind is AlarmKind.DEPTH:
        return overview.counts(reading, queue.id).ready
    if kind is AlarmKind.DEAD_RATE:
        since = now - seconds_to_us(RATE_SECONDS)
        dead: int = reading.row("dead_since", (queue.id, since, MOST_COUNTED))[0]
        return dead / (RATE_SECONDS / 60)
    name = "oldest_ready" if kind is AlarmKind.OLDEST else "oldest_dead"
    row = reading.row(name, (queue.id,))
    return 0.0 if row is None or row[0] is None else max(0.0, (now - row[0]) / 1e6)


def apply(transaction: Transaction, changes: Sequence[QueueTurn]) -> None:
    """Raise and clear; what another process did meanwhile is done."""
    now = transaction.now
    for queue_id, name, turn in changes:
        if turn.raised:
            values = (queue_id, str(turn.kind), now, turn.value, turn.bound)
            done = transaction.rows("raise_alarm", values)
        else:
            done = transaction.rows("clear_alarm", (now, queue_id, str(turn.kind)))
        if done:
            transaction.touched.add(name)
    if changes:
        transaction.execute("drop_alarms", (now - seconds_to_us(KEPT_SECONDS),))


def alarms(reading: Reading, limit: int) -> tuple[Alarm, ...]:
    """The alarms kept, open ones first, then the newest."""
    return tuple(
        Alarm(
            id=str(number), queue=queue, kind=AlarmKind(kind), raised_at=from_us(raised),
            cleared_at=from_us_or_none(cleared), value=value, bound=bound,
        )
        for number, queue, kind, raised, cleared, value, bound in reading.rows(
            "all_alarms", (limit,)
        )
    )  # fmt: skip
