"""Workers give way: they ask before each job, and a fault in what they ask ends nothing."""

from __future__ import annotations

import logging
import threading

import pytest

from pillarbox_engine.engine import Engine
from tests.engine.kit import PATIENCE


def test_a_job_begins_only_when_what_goes_first_is_through(engine: Engine) -> None:
    asked, through, ran = threading.Event(), threading.Event(), threading.Event()

    def stand_back() -> None:
        asked.set()
        through.wait(PATIENCE)

    engine.give_way(stand_back)
    queue = engine.queue("a")
    queue.enqueue(1)
    with queue.worker(lambda job: ran.set()) as worker:
        assert asked.wait(PATIENCE)
        assert not ran.is_set()
        through.set()
        assert worker.join_idle(PATIENCE)
    assert ran.is_set()


def test_what_it_waits_is_no_time_of_the_job(engine: Engine) -> None:
    passed: list[int] = []
    engine.give_way(lambda: passed.append(engine.clock.now_us()))
    queue = engine.queue("a")
    job = queue.enqueue(1)
    with queue.worker(lambda job: None, concurrency=1) as worker:
        assert worker.join_idle(PATIENCE)
    started = engine.job(job.id).history[-1].started_at
    assert started is not None
    assert any(moment <= started.timestamp() * 1e6 + 1 for moment in passed)


def test_a_fault_in_it_is_told_once_and_work_goes_on(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    def fault() -> None:
        raise ZeroDivisionError

    engine.give_way(fault)
    queue = engine.queue("a")
    queue.enqueue_many([1, 2, 3])
    with caplog.at_level(logging.ERROR), queue.worker(lambda job: None, concurrency=1) as worker:
        assert worker.join_idle(PATIENCE)
    assert queue.counts().done == 3
    assert "give way" in caplog.text
