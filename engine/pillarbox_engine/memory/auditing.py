"""Finding broken promises: counters against rows, the ledger, and what each state demands."""

from __future__ import annotations

from collections import Counter

from pillarbox_engine.flows import pending
from pillarbox_engine.memory import groups
from pillarbox_engine.memory.rows import QueueState, Row
from pillarbox_engine.memory.store import GAUGES, Store, gauges
from pillarbox_engine.model import Counts
from pillarbox_engine.states import State
from pillarbox_engine.uniqueness import UNSTARTED


def audit(store: Store) -> tuple[str, ...]:
    """Every broken promise, in words."""
    found = [problem for queue in store.queues.values() for problem in _audit(store, queue)]
    odd = [problem for row in store.rows.values() for problem in _odd(row)]
    repeating = [
        f"schedule {name!r} is to fire again for a time it has dealt with"
        for name, planned in store.schedules.items() if planned.repeats
    ]  # fmt: skip
    return (
        *found,
        *odd,
        *repeating,
        *(p for row in store.rows.values() for p in _miscounted(store, row)),
    )


def _miscounted(store: Store, row: Row) -> list[str]:
    left = sum(pending(child.state, child.trashed_from) for child in store.children(row))
    waits = row.state is State.WAITING
    right = left == (row.children_left or 0) and (waits == bool(left) or row.state not in UNSTARTED)
    return [] if right else [f"job {row.id} waits, or does not, against what its children are"]


def _audit(store: Store, queue: QueueState) -> list[str]:
    counted = Counter[str]()
    for row in store.rows.values():
        if row.queue == queue.name:
            counted.update(gauges(row))
    found = [
        f"queue {queue.name!r} counts {queue.counts[name]} as {name}, its jobs come to "
        f"{counted[name]}"
        for name in GAUGES
        if queue.counts[name] != counted[name]
    ]
    return found + _unbalanced(queue) + groups.faults(store, queue)


def _unbalanced(queue: QueueState) -> list[str]:
    ledger = Counts(**queue.counts).ledger()
    enqueued = ledger.pop("enqueued")
    if enqueued == sum(ledger.values()):
        return []
    return [f"the ledger of queue {queue.name!r} does not balance: {enqueued} enqueued, {ledger}"]


def _odd(row: Row) -> list[str]:
    found = []
    if (row.state is State.LEASED) != (row.lease_expires_us is not None):
        found.append(f"job {row.id} is {row.state}, but its lease says otherwise")
    if (row.state is State.TRASHED) != (row.trashed_from is not None):
        found.append(f"job {row.id} is {row.state}, but was trashed from {row.trashed_from}")
    if row.attempt < 0 or row.lost < 0 or row.fence < row.attempt:
        found.append(f"job {row.id} has attempt {row.attempt}, lost {row.lost}, fence {row.fence}")
    return found
