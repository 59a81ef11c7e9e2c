"""Alarms here: measured, raised and cleared by maintenance."""

from __future__ import annotations

from dataclasses import replace

from pillarbox_engine.alarms import (
    KEPT_SECONDS,
    RATE_SECONDS,
    Alarm,
    AlarmKind,
    Turn,
    bounds,
    turns,
)
from pillarbox_engine.clock import from_us, seconds_to_us, to_us
from pillarbox_engine.memory.rows import QueueState
from pillarbox_engine.memory.store import Store
from pillarbox_engine.states import State


def watch(store: Store) -> None:
    """Raise and clear what is to be."""
    for queue in store.queues.values():
        limits = bounds(queue.settings)
        raised = {a.kind for a in store.alarms if a.is_open and a.queue == queue.name}
        values = {kind: _measured(store, queue, kind) for kind in limits}
        for turn in turns(limits, values, raised):
            _take(store, queue, turn)


def _measured(store: Store, queue: QueueState, kind: AlarmKind) -> float:
    if kind is AlarmKind.DEPTH:
        return len(queue.ids[State.READY])
    if kind is AlarmKind.OLDEST:
        ready = (row.enqueued_us for row in store.in_state(queue, State.READY))
        return _age(store, min(ready, default=store.now))
    ends = [row.ended_us or 0 for row in store.in_state(queue, State.DEAD)]
    if kind is AlarmKind.DEAD_AGE:
        return _age(store, min(ends, default=store.now))
    since = store.now - seconds_to_us(RATE_SECONDS)
    return sum(end > since for end in ends) / (RATE_SECONDS / 60)


def _age(store: Store, since_us: int) -> float:
    return max(0.0, (store.now - since_us) / 1e6)


def _take(store: Store, queue: QueueState, turn: Turn) -> None:
    now = from_us(store.now)
    if turn.raised:
        store.alarm_number += 1
        store.alarms.append(
            Alarm(
                id=str(store.alarm_number), queue=queue.name, kind=turn.kind, raised_at=now,
                value=turn.value, bound=turn.bound,
            )
        )  # fmt: skip
    else:
        store.alarms = [
            replace(alarm, cleared_at=now)
            if alarm.is_open and (alarm.queue, alarm.kind) == (queue.name, turn.kind)
            else alarm
            for alarm in store.alarms
        ]
    store.alarms = [alarm for alarm in store.alarms if not _is_old(store, alarm)]
    store.touched.add(queue.name)


def _is_old(store: Store, alarm: Alarm) -> bool:
    cleared, horizon = alarm.cleared_at, store.now - seconds_to_us(KEPT_SECONDS)
    return cleared is not None and to_us(cleared) < horizon


def alarms(store: Store, limit: int) -> tuple[Alarm, ...]:
    """The alarms kept, open ones first, then the newest."""
    newest = sorted(store.alarms, key=lambda alarm: (not alarm.is_open, -int(alarm.id)))
    return tuple(newest[:limit])
