"""Producers of a fault run that use the public API: many threads, and queues that fill up."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from pillarbox_engine.engine import Engine
from tests.faults.load import QUEUES
from tests.faults.recorded import Recorded
from tests.faults.threads import run_each

if TYPE_CHECKING:
    from tests.faults.actors import Plan

PATIENCE = 60.0
"""Seconds a producer waits for room: a queue that stays full so long is an error."""


def produce(store: Recorded, plan: Plan, until: float) -> None:
    """Enqueue with `plan.threads` threads until `until`, waiting where a queue is full."""
    engine = Engine(store, maintain=False)  # type: ignore[arg-type]

    def run(number: int) -> None:
        chance = random.Random(f"{plan.seed}.{number}")
        made = 0
        while time.monotonic() < until:
            made += _enqueue(engine, f"{plan.client}.{number}", made, chance)

    run_each(plan.threads, run)
    engine.close()


def _enqueue(engine: Engine, name: str, made: int, chance: random.Random) -> int:
    """One call; how many jobs it stored."""
    queue = engine.queue(chance.choice(QUEUES))
    number = chance.choice((1, 1, 1, 1, 2, 5, 20))
    payloads = [{"k": f"{name}-{made + n}", "fill": "x" * 150} for n in range(number)]
    delay = 0.02 if chance.random() < 0.1 else None
    key = f"id-{name}-{made}" if chance.random() < 0.2 else None
    if number == 1:
        queue.enqueue(payloads[0], block=PATIENCE, delay=delay, idempotency_key=key)
    else:
        queue.enqueue_many(payloads, block=PATIENCE, delay=delay, idempotency_key=key)
    return number
