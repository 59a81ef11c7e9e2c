"""Which probes make up the quick half and the full run, and in which order.

Owns that list. A probe of a ratio measures both its sides, in turns.
"""

from __future__ import annotations

from pillarbox.bench import (
    burning,
    disk,
    draining,
    enqueueing,
    footprint,
    killing,
    peers,
    scale,
    waking,
    windows,
)
from pillarbox.bench.rounds import Probe

QUICK: tuple[Probe, ...] = (
    Probe("fsync", disk.fsync),
    Probe("enqueue, 1 producer", enqueueing.one),
    Probe("enqueue, 8 producers", enqueueing.eight),
    Probe("8 producers and 4 workers at once", enqueueing.both),
    Probe("enqueue_many", enqueueing.many),
    *(
        Probe(f"drain, {workers} at work", draining.with_workers(workers))
        for workers in draining.CREWS
    ),
    Probe("wake, same process", waking.own_process),
    Probe("wake, another process", waking.other_process),
    Probe("enqueue beside a busy handler", burning.beside_a_handler),
    Probe("kill -9 of a worker", killing.kill_a_worker),
    Probe("memory and file growth", footprint.of_a_backlog, once=True),
    Probe("huey", peers.huey),
)
FULL: tuple[Probe, ...] = (
    *QUICK,
    Probe("window on a small file", windows.small, once=True),
    Probe("window on 1 M jobs", windows.large, once=True),
    Probe("drain of large backlogs", scale.backlogs, once=True),
)


def chosen(*, full: bool, only: str | None = None) -> tuple[Probe, ...]:
    """The probes of the quick half or of the full run; with `only` those with that word."""
    probes = FULL if full else QUICK
    return tuple(p for p in probes if only is None or only in p.title or p.title == "fsync")
