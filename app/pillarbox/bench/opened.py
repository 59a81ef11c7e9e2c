"""Queue files for the benchmark: opened as any program opens them, with every feature on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pillarbox.bench.room import Room, payload
from pillarbox.root import open_engine

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.queues import Queue

BATCH = 1_000


def opened(room: Room, path: Path | None = None) -> Engine:
    """An engine over `path`, or over a fresh file."""
    return open_engine(str(path or room.fresh("bench.pillarbox")), kind="program")


def fill(queue: Queue, jobs: int, *, delay: float | None = None) -> None:
    """Put `jobs` jobs into `queue`, due after `delay` seconds where that is given."""
    for first in range(0, jobs, BATCH):
        numbers = range(first, min(jobs, first + BATCH))
        queue.enqueue_many(map(payload, numbers), delay=delay)
