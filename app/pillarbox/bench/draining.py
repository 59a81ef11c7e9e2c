"""How fast jobs are run: a backlog of no-op jobs, drained by 1, 4 and 10 workers.

Owns the drain figures in jobs a second, from the workers' start until the last result is durable,
with the raw life cycle before and after.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pillarbox.bench.opened import fill, opened
from pillarbox.bench.raw import BATCH, RawFile
from pillarbox.bench.room import Room
from pillarbox.bench.turns import in_turns
from pillarbox_engine.queues import Queue

CREWS = (1, 4, 10)


def nothing(_payload: Any) -> None:
    """The job that does nothing."""


def with_workers(workers: int) -> Callable[[Room], dict[str, float]]:
    """The probe that drains with `workers` worker threads."""

    def probe(room: Room) -> dict[str, float]:
        """The drain, in turns with the raw life cycle."""
        slices = 2
        jobs, batches = room.sizes.drained // slices, max(1, room.sizes.cycle // BATCH // slices)
        with opened(room) as engine, RawFile(room) as raw:
            queue = engine.queue("bench")
            bare, ours = in_turns(
                slices, lambda: raw.life_cycles(batches), lambda: drain(queue, jobs, workers)
            )
        return {f"raw-cycle-{workers}": bare, f"drain-{workers}": ours}

    return probe


def drain(queue: Queue, jobs: int, workers: int) -> tuple[int, float]:
    """Fill `queue` with `jobs` jobs and run them all; how many, in how long."""
    fill(queue, jobs)
    started = time.perf_counter()
    with queue.worker(nothing, concurrency=workers) as worker:
        worker.join_idle()
        spent = time.perf_counter() - started
    return jobs, spent
