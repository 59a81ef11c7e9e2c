"""What happens by time alone: leases run out, jobs fall due or expire, done jobs are pruned.

Owns the sweeps. Claims run the ones their promise needs first; `maintain` runs them all.
"""

from __future__ import annotations

from collections.abc import Iterable

from pillarbox_engine.alarms import bounds
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.memory import groups
from pillarbox_engine.memory.changing import How
from pillarbox_engine.memory.rows import QueueState, Row
from pillarbox_engine.memory.scheduling import next_due
from pillarbox_engine.memory.store import Store
from pillarbox_engine.memory.verbs import apply, erase
from pillarbox_engine.states import DeadReason, State, Verb
from pillarbox_engine.uniqueness import UNSTARTED

SHORTEST_REST, LONGEST_REST = 0.02, 5.0
"""Seconds maintenance rests at least, and at most though nothing is known to fall due."""


def sweep(store: Store, queues: Iterable[QueueState]) -> None:
    """Reap, expire and promote: what a claim must not overlook."""
    reap = store.jumps.settled()
    for queue in queues:
        if reap:
            _reap(store, queue)
        _expire(store, queue)
        _promote(store, queue)
        groups.free_due(store, queue)


def _reap(store: Store, queue: QueueState) -> None:
    for row in store.in_state(queue, State.LEASED):
        if row.lease_expires_us is not None and row.lease_expires_us <= store.now:
            lose(store, row, detail="its lease ran out")


def lose(store: Store, row: Row, *, started_us: int | None = None, detail: str = "") -> bool:
    """The lease ended without a word: dead when that has happened `max_lost` times."""
    dead = row.lost + 1 >= store.settings_of(row).max_lost
    how = How(
        to=State.DEAD if dead else State.READY,
        reason=DeadReason.LOST if dead else None,
        started_us=started_us,
        detail=detail,
    )
    return apply(store, row, Verb.LOSE, how)


def _expire(store: Store, queue: QueueState) -> None:
    for state in (State.WAITING, State.SCHEDULED, State.READY):
        for row in store.in_state(queue, state):
            if row.expires_us is not None and row.expires_us <= store.now:
                apply(store, row, Verb.EXPIRE, How(reason=DeadReason.EXPIRED))


def _promote(store: Store, queue: QueueState) -> None:
    for row in store.in_state(queue, State.SCHEDULED):
        if row.run_us <= store.now:
            apply(store, row, Verb.PROMOTE)


def prune(store: Store) -> None:
    """Retention: done jobs too old or too many, and idempotency keys past their life."""
    for queue in store.queues.values():
        for row in _surplus(store, queue):
            erase(store, row, State.DONE)
    for key in [key for key, (_, expires) in store.keys.items() if expires <= store.now]:
        del store.keys[key]


def _surplus(store: Store, queue: QueueState) -> list[Row]:
    everything = store.in_state(queue, State.DONE)
    done = sorted(everything, key=lambda row: (row.ended_us or 0, row.id))
    free = [row for row in done if row.parent is None]  # a child stays as long as its parent
    oldest_kept = store.now - seconds_to_us(queue.settings.keep_done_for)
    too_many = max(0, len(done) - queue.settings.keep_done)
    return [
        row
        for place, row in enumerate(free)
        if place < too_many or (row.ended_us or 0) < oldest_kept
    ]


def rest(store: Store) -> float:
    """Seconds until something may be due again."""
    moments = [moment for row in store.rows.values() for moment in _moments(row)]
    moments += next_due(store)
    soonest = min(moments, default=store.now + seconds_to_us(LONGEST_REST))
    watching = any(bounds(queue.settings) for queue in store.queues.values())
    longest = 1.0 if store.unsampled or watching else LONGEST_REST
    return min(longest, max(SHORTEST_REST, (soonest - store.now) / 1e6))


def _moments(row: Row) -> list[int]:
    if row.state is State.LEASED:
        return [] if row.lease_expires_us is None else [row.lease_expires_us]
    due = [row.run_us] if row.state is State.SCHEDULED else []
    if row.state is State.READY and row.held_until_us is not None:
        due.append(row.held_until_us)
    expiring = row.expires_us is not None and row.state in UNSTARTED
    return [*due, row.expires_us] if expiring and row.expires_us is not None else due
