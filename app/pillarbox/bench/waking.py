"""How soon a waiting worker notices a new job, in this process and in another.

Owns the wake figures, in ms. In the same process: from the return of `enqueue` until the idle
worker's handler starts. In another: from that return until the claim that takes the job begins.
A worker that is on its way before `enqueue` has returned counts as 0.
"""

from __future__ import annotations

import queue as queues
import time
from typing import Any

from pillarbox.bench.children import Child
from pillarbox.bench.opened import opened
from pillarbox.bench.room import Room, payload
from pillarbox.bench.spreads import percentile
from pillarbox_engine.queues import Queue

PATIENCE = 30.0
REST = 0.004
"""Seconds between jobs in which the worker settles the last and goes idle."""
SETTLE_IN = 0.2


def own_process(room: Room) -> dict[str, float]:
    """p50 and p99 of the wake within one process."""
    heard: queues.SimpleQueue[float] = queues.SimpleQueue()

    def handler(_payload: Any) -> None:
        heard.put(time.perf_counter())

    with opened(room) as engine:
        queue = engine.queue("bench")
        with queue.worker(handler, concurrency=1):
            time.sleep(SETTLE_IN)
            waits = [_wake(queue, n, heard) for n in range(room.sizes.wakes)]
    return _percentiles("wake-own", waits)


def _wake(queue: Queue, number: int, heard: queues.SimpleQueue[float]) -> float:
    queue.enqueue(payload(number))
    returned = time.perf_counter()
    waited = heard.get(timeout=PATIENCE) - returned
    time.sleep(REST)
    return waited


def other_process(room: Room) -> dict[str, float]:
    """p50 and p99 of the wake of a worker in another process, and what that costs while idle."""
    path, wakes = room.fresh("bench.pillarbox"), room.sizes.wakes
    with opened(room, path) as engine:
        queue = engine.queue("bench")
        with Child("claimer", path, wakes, room.sizes.idle_seconds) as claimer:
            claimer.value("ready")
            time.sleep(SETTLE_IN)
            waits = [_wake_other(queue, number, claimer) for number in range(wakes)]
            idle = claimer.value("idle_cpu")
    return {**_percentiles("wake-other", waits), "idle-cpu": idle}


def _wake_other(queue: Queue, number: int, claimer: Child) -> float:
    queue.enqueue(payload(number))
    # Both processes read the same clock (CLOCK_MONOTONIC).
    returned = time.monotonic_ns()
    claimed = claimer.value("claim_ns")
    time.sleep(REST)
    return float(claimed - returned) / 1e9


def _percentiles(name: str, waits: list[float]) -> dict[str, float]:
    shown = [max(0.0, wait) * 1_000 for wait in waits]
    return {f"{name}-p50": percentile(shown, 50), f"{name}-p99": percentile(shown, 99)}
