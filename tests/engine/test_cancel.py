"""Cooperative cancel: a handler learns soon that its job was cancelled or taken away."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from pillarbox_engine.clock import SystemClock
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import LeaseLost
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.protocols import Backend
from pillarbox_engine.states import State
from pillarbox_engine.vigil import EVERY_US, Vigil
from tests.engine import child_handlers
from tests.engine.kit import PATIENCE, until, wait
from tests.engine.test_child import lost_once

HOUR = 3_600.0
"""A lease whose extension would tell far too late: whoever is told, is told by the hint."""


def opened(kind: str, path: Path) -> Backend:
    if kind == "memory":
        return MemoryBackend(clock=SystemClock())
    from pillarbox_engine.sqlite import open_backend

    return open_backend(path, clock=SystemClock())


class Waiting:
    """A handler that runs until it is told to stop."""

    def __init__(self) -> None:
        self.begun, self.told = threading.Event(), threading.Event()
        self.refused = False

    def __call__(self, job: JobContext) -> None:
        self.begun.set()
        if not job.cancelled.wait(PATIENCE):
            return
        try:
            job.progress(50)
        except LeaseLost:
            self.refused = True
        self.told.set()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("verb", ["cancel", "release"])
def test_a_thread_is_told(kind: str, verb: str, tmp_path: Path) -> None:
    waiting = Waiting()
    with Engine(opened(kind, tmp_path / "jobs.pillarbox")) as engine:
        queue = engine.queue("a")
        queue.configure(lease=HOUR)
        job = queue.enqueue(1)
        with queue.worker(waiting, concurrency=1) as worker:
            wait(waiting.begun)
            worker.finish()
            getattr(engine.backend, verb)([job.id])
            wait(waiting.told)
        state = engine.job(job.id).state
    assert waiting.refused, "what it says under the old fence is refused"
    assert state is (State.CANCELLED if verb == "cancel" else State.READY)


def test_another_process_cancel_is_heard(tmp_path: Path) -> None:
    """Another opening of the file is another process to this one's: it shares no listener."""
    path, waiting = tmp_path / "jobs.pillarbox", Waiting()
    with Engine(opened("sqlite", path)) as engine, Engine(opened("sqlite", path)) as operator:
        queue = engine.queue("a")
        queue.configure(lease=HOUR)
        job = queue.enqueue(1)
        with queue.worker(waiting, concurrency=1):
            wait(waiting.begun)
            operator.backend.cancel([job.id], "no longer wanted")
            wait(waiting.told)
        assert engine.job(job.id).history[-1].detail == "no longer wanted"


def test_a_child_is_told(engine: Engine) -> None:
    engine.queue("a").configure(lease=HOUR)
    job_id = lost_once(engine, 1)
    with engine.queue("a").worker(child_handlers.heed_cancel, concurrency=1) as worker:
        until(engine, "a", lambda: engine.job(job_id).progress == 1)
        engine.backend.cancel([job_id])
        assert worker.drain(PATIENCE)
    assert engine.job(job_id).state is State.CANCELLED


def test_it_asks_only_after_a_hint_and_not_too_often() -> None:
    asked: list[LeaseRef] = []

    def holds(leases: Sequence[LeaseRef]) -> list[bool]:
        asked.extend(leases)
        return [True] * len(leases)

    vigil = Vigil(holds, asked.append)
    assert vigil.due_us is None
    vigil.hint()
    assert vigil.due_us == 0
    vigil.look(5, ())
    assert vigil.due_us is None
    vigil.hint()
    assert vigil.due_us == 5 + EVERY_US
    vigil.look(6, ())
    assert vigil.due_us == 5 + EVERY_US, "too early: it is still to be asked"
    assert asked == []
