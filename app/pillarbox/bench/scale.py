"""Whether the drain stays as fast when the file is large.

Owns the drains at a backlog of 100 k, of 1 M, and of 1 M with 1 M done and 1 M scheduled beside
it, in turns on three files that are filled once.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from pillarbox.bench.draining import nothing
from pillarbox.bench.opened import fill, opened
from pillarbox.bench.room import Room
from pillarbox.bench.turns import Side, in_turns
from pillarbox_engine.queues import Queue

WORKERS = 4
SLICES = 4
FILL_WORKERS = 4
LOOK_EVERY = 1.0
LATER = 86_400.0
KEEP_ALL = 2**40


def backlogs(room: Room) -> dict[str, float]:
    """Jobs a second at each size, in one and the same stretch of time."""
    sizes = room.sizes
    jobs = sizes.scale_drained // SLICES
    paths = [room.fresh(f"{name}.pillarbox") for name in ("base", "large", "beside")]
    base = sizes.scale_base + sizes.scale_drained
    _fill(room, paths[0], ready=base)
    _fill(room, paths[1], ready=sizes.scale)
    _fill(room, paths[2], ready=sizes.scale, done=sizes.scale, scheduled=sizes.scale)
    small, large, beside = in_turns(SLICES, *(_side(room, path, jobs) for path in paths))
    return {"drain-at-100k": small, "drain-at-1m": large, "drain-at-1m-beside": beside}


def _fill(room: Room, path: Path, *, ready: int, done: int = 0, scheduled: int = 0) -> None:
    room.tell(f"filling a file: {ready:,} ready, {done:,} done, {scheduled:,} scheduled")
    with opened(room, path) as engine:
        queue = engine.queue("bench")
        queue.configure(keep_done=KEEP_ALL)
        if done:
            fill(queue, done)
            with queue.worker(nothing, concurrency=FILL_WORKERS) as worker:
                worker.join_idle()
        fill(queue, scheduled, delay=LATER)
        fill(queue, ready)


def _side(room: Room, path: Path, jobs: int) -> Side:
    def side() -> tuple[int, float]:
        """Run `jobs` jobs of the backlog, and close the file again."""
        with opened(room, path) as engine:
            return drain_some(engine.queue("bench"), jobs)

    return side


def drain_some(queue: Queue, jobs: int) -> tuple[int, float]:
    """Run at least `jobs` jobs of a longer backlog; how many are done, in how long."""
    ran, enough = [0], threading.Event()

    def handler(_payload: Any) -> None:
        ran[0] += 1
        if ran[0] >= jobs:
            enough.set()

    before = queue.counts().done_total
    started = time.perf_counter()
    with queue.worker(handler, concurrency=WORKERS):
        while not enough.wait(LOOK_EVERY) and _some_can_run(queue):
            pass  # an earlier turn may have run more than its share, up to all there was
    return queue.counts().done_total - before, time.perf_counter() - started


def _some_can_run(queue: Queue) -> bool:
    """Whether anything is ready or in flight: what is scheduled for later will not come."""
    counts = queue.counts()
    return counts.ready + counts.leased > 0
