"""How fast jobs are stored: one producer, eight, a thousand at once, and while workers consume.

Owns the enqueue figures in jobs a second. Each call returns when its job is durable.
"""

from __future__ import annotations

import threading
import time

from pillarbox.bench.draining import nothing
from pillarbox.bench.opened import opened
from pillarbox.bench.room import Room, payload
from pillarbox_engine.queues import Queue

PRODUCERS = 8
WORKERS = 4
BATCH = 1_000
WARM_UP = 20


def one(room: Room) -> dict[str, float]:
    """Jobs a second by one producer, one at a time."""
    return {"enqueue-1": _rate(room, 1)}


def eight(room: Room) -> dict[str, float]:
    """Jobs a second by eight producer threads together, each one at a time."""
    return {"enqueue-8": _rate(room, PRODUCERS)}


def many(room: Room) -> dict[str, float]:
    """Jobs a second by `enqueue_many` of 1,000."""
    batches = max(1, room.sizes.many // BATCH)
    with opened(room) as engine:
        queue = engine.queue("bench")
        queue.enqueue_many(map(payload, range(BATCH)))
        started = time.perf_counter()
        for _ in range(batches):
            queue.enqueue_many(map(payload, range(BATCH)))
        spent = time.perf_counter() - started
    return {"enqueue-many": batches * BATCH / spent}


def both(room: Room) -> dict[str, float]:
    """Jobs a second through the whole queue: eight producers and four workers at once.

    The clock stops when the last job is done, not when the last is stored.
    """
    with opened(room) as engine:
        queue = engine.queue("bench")
        with queue.worker(nothing, concurrency=WORKERS) as worker:
            started = time.perf_counter()
            stored, _ = produce(queue, PRODUCERS, room.sizes.seconds)
            worker.join_idle()
            spent = time.perf_counter() - started
    return {"both": stored / spent}


def _rate(room: Room, producers: int) -> float:
    with opened(room) as engine:
        queue = engine.queue("bench")
        for number in range(WARM_UP):
            queue.enqueue(payload(number))
        stored, spent = produce(queue, producers, room.sizes.seconds)
    return stored / spent


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
