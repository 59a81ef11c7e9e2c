"""How fast jobs are run: a backlog of no-op jobs, drained by 1, 4 and 10 workers.

Owns the drain figures in jobs a second, from the workers' start until the last result is durable.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pillarbox.bench.opened import fill, opened
from pillarbox.bench.room import Room

CREWS = (1, 4, 10)


def nothing(_payload: Any) -> None:
    """The job that does nothing."""


def with_workers(workers: int) -> Callable[[Room], dict[str, float]]:
    """The probe that drains with `workers` worker threads."""

    def drain(room: Room) -> dict[str, float]:
        """Jobs a second."""
        with opened(room) as engine:
            queue = engine.queue("bench")
            fill(queue, room.sizes.drained)
            started = time.perf_counter()
            with queue.worker(nothing, concurrency=workers) as worker:
                worker.join_idle()
                spent = time.perf_counter() - started
        return {f"drain-{workers}": room.sizes.drained / spent}

    return drain
