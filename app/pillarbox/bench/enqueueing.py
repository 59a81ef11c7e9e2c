"""How fast jobs are stored: one producer, eight, a thousand at once, and while workers consume.

Owns the enqueue figures, in jobs a second, each in turns with the raw loop it is held against.
A call returns when its job is durable.
"""

from __future__ import annotations

import threading
import time

from pillarbox.bench.draining import nothing
from pillarbox.bench.opened import opened
from pillarbox.bench.raw import BATCH, RawFile
from pillarbox.bench.room import Room, payload
from pillarbox.bench.turns import in_turns
from pillarbox_engine.queues import Queue

PRODUCERS = 8
WORKERS = 4
WARM_UP = 20
SLICES = 5


def one(room: Room) -> dict[str, float]:
    """One producer, one job at a time."""
    return _stored(room, 1)


def eight(room: Room) -> dict[str, float]:
    """Eight producer threads together, each one job at a time."""
    return _stored(room, PRODUCERS)


def _stored(room: Room, producers: int) -> dict[str, float]:
    span = room.sizes.seconds / SLICES
    with opened(room) as engine, RawFile(room) as raw:
        queue = engine.queue("bench")
        for number in range(WARM_UP):
            queue.enqueue(payload(number))
        bare, ours = in_turns(
            SLICES,
            lambda: raw.one_by_one(span),
            lambda: produce(queue, producers, span),
        )
    return {f"raw-insert-{producers}": bare, f"enqueue-{producers}": ours}


def many(room: Room) -> dict[str, float]:
    """`enqueue_many` of 1,000."""
    batches = max(1, room.sizes.many // BATCH // SLICES)
    with opened(room) as engine, RawFile(room) as raw:
        queue = engine.queue("bench")
        queue.enqueue_many(map(payload, range(BATCH)))
        bare, ours = in_turns(SLICES, lambda: raw.many(batches), lambda: _many(queue, batches))
    return {"raw-many": bare, "enqueue-many": ours}


def _many(queue: Queue, batches: int) -> tuple[int, float]:
    payloads = [payload(number) for number in range(BATCH)]
    started = time.perf_counter()
    for _ in range(batches):
        queue.enqueue_many(payloads)
    return batches * BATCH, time.perf_counter() - started


def both(room: Room) -> dict[str, float]:
    """Through the whole queue: eight producers and four workers at once.

    The clock stops when the last job is done, not when the last is stored.
    """
    span = room.sizes.seconds / 2
    with opened(room) as engine, RawFile(room) as raw:
        queue = engine.queue("bench")
        with queue.worker(nothing, concurrency=WORKERS) as worker:

            def ours() -> tuple[int, float]:
                started = time.perf_counter()
                stored, _ = produce(queue, PRODUCERS, span)
                worker.join_idle()
                return stored, time.perf_counter() - started

            bare, through = in_turns(2, lambda: raw.one_by_one(span), ours)
    return {"raw-insert-both": bare, "both": through}


def produce(queue: Queue, producers: int, seconds: float) -> tuple[int, float]:
    """Let `producers` threads enqueue for `seconds`; how many jobs, in how long."""
    counts = [0] * producers
    started = time.perf_counter()
    until = started + seconds
    threads = [
        threading.Thread(target=_produce, args=(queue, until, counts, number))
        for number in range(producers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts), time.perf_counter() - started


def _produce(queue: Queue, until: float, counts: list[int], place: int) -> None:
    stored = 0
    while time.perf_counter() < until:
        queue.enqueue(payload(stored))
        stored += 1
    counts[place] = stored
