"""Which probes make up the quick half and the full run, and in which order.

Owns the order: each figure stands beside the raw loop it is divided by.
"""

from __future__ import annotations

from pillarbox.bench import burning, disk, draining, enqueueing, raw, waking
from pillarbox.bench.rounds import Probe

_RAW_INSERT = Probe("raw one-insert", raw.one_insert)
_RAW_CYCLE = Probe("raw life cycle", raw.life_cycle)

QUICK: tuple[Probe, ...] = (
    Probe("fsync", disk.fsync),
    _RAW_INSERT,
    Probe("enqueue, 1 producer", enqueueing.one),
    Probe("enqueue, 8 producers", enqueueing.eight),
    _RAW_INSERT,
    Probe("8 producers and 4 workers", enqueueing.both),
    Probe("raw executemany", raw.many),
    Probe("enqueue_many", enqueueing.many),
    *(
        part
        for workers in draining.CREWS
        for part in (
            _RAW_CYCLE,
            Probe(f"drain, {workers} at work", draining.with_workers(workers)),
        )
    ),
    Probe("wake, same process", waking.own_process),
    Probe("wake, another process", waking.other_process),
    Probe("enqueue beside a busy handler", burning.beside_a_handler),
)

FULL: tuple[Probe, ...] = QUICK


def chosen(*, full: bool, only: str | None = None) -> tuple[Probe, ...]:
    """The probes of the quick half or of the full run; `only` those with that word, and raw."""
    probes = FULL if full else QUICK
    if only is None:
        return probes
    always = ("raw", "fsync")
    return tuple(p for p in probes if only in p.title or p.title.startswith(always))
