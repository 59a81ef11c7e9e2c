"""For the tests of programs that use Pillarbox: a store in memory, a clock to move, and no threads.

Owns `memory_engine`, `run_due` and `run_until_idle`. Nothing here waits: time passes when the test
says so, and jobs run in the test's own thread, in claim order, so a test is the same each time.
Loads no Qt and no SQLite.
"""

from __future__ import annotations

from collections.abc import Sequence

from pillarbox_engine import arguments
from pillarbox_engine.clock import ManualClock as Clock
from pillarbox_engine.engine import Engine
from pillarbox_engine.inline import Inline
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import Job
from pillarbox_engine.routing import Handlers

DAY = 86_400.0

__all__ = ["DAY", "Clock", "memory_engine", "run_due", "run_until_idle"]


def memory_engine(clock: Clock | None = None) -> Engine:
    """An engine that forgets everything at its end, on a clock that stands still.

    `clock`: one to move by `advance(seconds)`, which begins on 2026-01-01 UTC unless made with
    another aware datetime; without it the engine has one of its own. Delays are drawn without
    jitter. Nothing runs by itself: schedules fire, leases expire and alarms are raised when
    `run_due` or `run_until_idle` is called. `InvalidOption`.
    """
    ticking = Clock() if clock is None else arguments.kind("clock", clock, Clock)
    backend = MemoryBackend(clock=ticking)
    return Engine(backend, clock=ticking, random=lambda: 0.0, maintain=False)


def run_due(
    engine: Engine, handlers: Handlers, queues: Sequence[str] | None = None
) -> tuple[Job, ...]:
    """Run all jobs that may run now, and those they enqueue, in this thread; no time passes.

    `handlers` as for `Engine.worker`: a function, or {type: function}. `queues`: only of these
    (None: all). Answers the jobs in the order they ran, each as it is after all have run: its
    `state`, `result`, `log` and `attempts` tell the rest. An exception of a handler fails its job,
    as it would in a worker. `ProgrammingFault` when 10,000 jobs have run and there are still more.
    """
    return Inline(engine, handlers, _named(queues)).run_due()


def run_until_idle(
    engine: Engine, handlers: Handlers, queues: Sequence[str] | None = None, *, within: float = DAY
) -> tuple[Job, ...]:
    """Run jobs as `run_due` does, moving the clock to whatever is next, until nothing is to come.

    So retries, delays, rate limits and schedules come about at once, each at its time. The clock
    goes `within` seconds forward at most; a schedule alone would never let it end.
    """
    return Inline(engine, handlers, _named(queues)).run_until_idle(within)


def _named(queues: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if queues is None else tuple(arguments.queue_names("queues", queues))
