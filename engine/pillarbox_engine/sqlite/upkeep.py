"""Maintenance: what falls due by time alone, done by one process at a time.

Owns the sweep: leases that ran out, leases of dead processes, scheduled jobs that fell due,
schedules whose time has come, expired jobs, alarms, roll-ups, retention, folding the chain. An idle
file costs one read a second and no write: the maintainer's lease is taken only when there is
something to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pillarbox_engine.alarms import bounds
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.sqlite import (
    alarming,
    chain,
    claim,
    groups,
    operating,
    overview,
    registry,
    retention,
    samples,
    scheduling,
    settle,
)
from pillarbox_engine.sqlite.claim_check import Blobs
from pillarbox_engine.sqlite.job_rows import load
from pillarbox_engine.sqlite.queue_rows import QueueRow, by_id
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.transaction import Transaction

CHUNK = 500
TICK = 1.0
"""Seconds between two looks while a lease runs: its process may die without a word."""
IDLE_TICK = 5.0
"""Seconds between two looks where nothing is in flight: a change brings the next one forward."""
MAINTAINER_LEASE_US = seconds_to_us(5.0)


@dataclass(frozen=True, slots=True)
class Due:
    """What a look at the file found to do. `more`: one sweep will not do it all."""

    dead: tuple[int, ...] = ()
    stale: tuple[int, ...] = ()
    schedules: tuple[scheduling.DueSchedule, ...] = ()
    operations: tuple[str, ...] = ()
    alarms: tuple[alarming.QueueTurn, ...] = ()
    other: bool = False
    more: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.dead or self.stale or self.schedules or self.operations or self.alarms
            or self.other
        )  # fmt: skip


def look(reading: Reading, own: int, now: int, *, reap: bool) -> Due:
    """What there is to do, by reads alone."""
    over = max(
        (_over_retention(reading, queue, now) for queue in overview.all_queues(reading)), default=0
    )
    return Due(
        dead=tuple(registry.dead_processes(reading, own)),
        stale=tuple(samples.stale(reading)),
        schedules=scheduling.due(reading, now),
        operations=operating.due(reading, now),
        alarms=alarming.due(reading, now),
        other=over > 0 or _something_due(reading, now, reap=reap),
        more=over > retention.CHUNK,
    )


def _something_due(reading: Reading, now: int, *, reap: bool) -> bool:
    if reap and reading.rows("expired_leases", (now, 1)):
        return True
    if reading.rows("expired_jobs", (now, 1)) or _chain_is_long(reading):
        return True
    if operating.has_leavings(reading, now):
        return True
    return any(_falls_due(reading, queue, now) for queue in overview.all_queues(reading))


def pause(reading: Reading, now: int) -> float:
    """Seconds until the next look: sooner where a job or a schedule is due before the tick."""
    queues = overview.all_queues(reading)
    moments = [_next_due(reading, queue) for queue in queues]
    moments.append(scheduling.next_due(reading))
    ahead = [(moment - now) / 1e6 for moment in moments if moment is not None]
    busy = reading.row("one_lease") is not None or any(bounds(q.settings) for q in queues)
    tick = TICK if busy else IDLE_TICK
    return max(0.02, min([tick, *ahead, *operating.wakes(reading, now)]))


def _falls_due(reading: Reading, queue: QueueRow, now: int) -> bool:
    due = _next_due(reading, queue)
    return due is not None and due <= now


def _next_due(reading: Reading, queue: QueueRow) -> int | None:
    """When time next makes a job of the queue ready, or frees the head of a group."""
    row, free = reading.row("next_scheduled", (queue.id,)), groups.next_free(reading, queue)
    if row is None or free is None:
        return free if row is None else int(row[0])
    return min(int(row[0]), free)


def _over_retention(reading: Reading, queue: QueueRow, now: int) -> int:
    """How many jobs of a queue have to go, counting no further than one more than a chunk."""
    return len(retention.doomed(reading, queue, now, retention.CHUNK + 1))


def _chain_is_long(reading: Reading) -> bool:
    oldest, newest = reading.row("chain_span")
    return oldest is not None and newest - oldest >= chain.KEEP_LINKS + chain.FOLD_SLACK


def sweep(
    transaction: Transaction, side: Path, own: int, due: Due, *, reap: bool, stored: Blobs
) -> registry.Recovered | None:
    """Do a chunk of what is due; None where another process holds the maintainer's lease."""
    if not _take_lease(transaction, own):
        return None
    taken = samples.measure(transaction, due.stale)
    recovered = registry.recover(transaction, side, due.dead)
    if reap:
        recovered += registry.Recovered(lost=reap_leases(transaction))
    for (number,) in transaction.rows("expired_jobs", (transaction.now, CHUNK)):
        claim.bury_expired(transaction, number)
    for queue in by_id(transaction).values():
        claim.promote(transaction, queue)
        retention.prune(transaction, queue)
    scheduling.fire(transaction, due.schedules, stored)
    alarming.apply(transaction, due.alarms)
    transaction.execute("drop_keys", (transaction.now, CHUNK))
    operating.tidy(transaction)
    chain.fold(transaction)
    samples.sample(transaction, taken)
    return recovered


def _take_lease(transaction: Transaction, own: int) -> bool:
    values = {
        "process": own, "now": transaction.now, "expires": transaction.now + MAINTAINER_LEASE_US,
    }  # fmt: skip
    return transaction.row("become_maintainer", values) is not None


def reap_leases(transaction: Transaction) -> int:
    """Return leases that ran out; how many."""
    queues, count = by_id(transaction), 0
    for (number,) in transaction.rows("expired_leases", (transaction.now, CHUNK)):
        job = load(transaction, number)
        if job is not None:
            queue = queues[job.queue_id]
            ending = settle.lost(job, queue, detail="its lease ran out")
            settle.end_lease(transaction, queue, job, ending)
            count += 1
    return count
