"""What is left of both sides while a handler computes in a thread of the producer's process.

Owns three figures: jobs stored a second by one producer, the p99 of one enqueue in ms, and the
handler's own rate, beside what it has alone.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from pillarbox.bench.opened import opened
from pillarbox.bench.room import Room, payload
from pillarbox.bench.spreads import percentile
from pillarbox_engine.queues import Queue

STEP = 1_000


class Burner:
    """A handler that computes until it is told to stop, counting its rounds."""

    def __init__(self) -> None:
        self.rounds = 0
        self.begun, self.over = threading.Event(), threading.Event()

    def __call__(self, _payload: Any) -> None:
        self.begun.set()
        while not self.over.is_set():
            total = 0
            for number in range(STEP):
                total += number * number
            self.rounds += 1

    def rate_over(self, seconds: float) -> float:
        """Rounds a second while the caller sleeps."""
        before, started = self.rounds, time.perf_counter()
        time.sleep(seconds)
        return (self.rounds - before) / (time.perf_counter() - started)


def beside_a_handler(room: Room) -> dict[str, float]:
    """The figures of both, and of the handler alone."""
    burner, seconds = Burner(), room.sizes.seconds
    with opened(room) as engine, engine.queue("burn").worker(burner, concurrency=1):
        engine.queue("burn").enqueue({})
        burner.begun.wait()
        alone = burner.rate_over(seconds)
        before = burner.rounds
        times, spent = _produce(engine.queue("bench"), seconds)
        beside = (burner.rounds - before) / spent
        burner.over.set()
    return {
        "busy-rate": len(times) / spent,
        "busy-p99": percentile(times, 99) * 1_000,
        "busy-handler": beside,
        "alone-handler": alone,
    }


def _produce(queue: Queue, seconds: float) -> tuple[list[float], float]:
    times: list[float] = []
    started = last = time.perf_counter()
    while last - started < seconds:
        queue.enqueue(payload(len(times)))
        now = time.perf_counter()
        times.append(now - last)
        last = now
    return times, last - started
