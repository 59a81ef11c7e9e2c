"""Two engines on one file: limits of a queue and its groups hold over both, nothing stalls."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.sqlite import open_backend

QUEUE = "shared"


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[list[Engine]]:
    with ExitStack() as stack:
        path = tmp_path / "jobs.pillarbox"
        yield [stack.enter_context(Engine(open_backend(path))) for _ in range(2)]


class Running:
    """How many handlers run at once, of all jobs and of each group."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.order: dict[str, list[int]] = {}
        self._pause = threading.Event()

    def handle(self, job: JobContext) -> None:
        """A handler that takes a moment."""
        group, place = job.payload
        with self._lock:
            self.order.setdefault(group, []).append(place)
            for key in ("all", group):
                self._now[key] = self._now.get(key, 0) + 1
                self.most[key] = max(self.most.get(key, 0), self._now[key])
        self._pause.wait(0.002)
        with self._lock:
            for key in ("all", group):
                self._now[key] -= 1


def drain(engines: list[Engine], jobs: int) -> Running:
    """Work with both engines until all is done."""
    running = Running()
    with ExitStack() as stack:
        workers = [
            stack.enter_context(engine.queue(QUEUE).worker(running.handle, concurrency=4))
            for engine in engines
        ]
        for worker in workers:
            assert worker.join_idle(timeout=60)
    assert engines[0].queue(QUEUE).counts().done == jobs
    return running


def test_a_queue_s_concurrency_holds_over_both(engines: list[Engine]) -> None:
    queue = engines[0].queue(QUEUE)
    queue.configure(max_in_flight=3)
    queue.enqueue_many([["", number] for number in range(150)])
    running = drain(engines, 150)
    assert running.most["all"] == 3


def test_one_of_each_group_runs_and_in_order(engines: list[Engine]) -> None:
    queue = engines[0].queue(QUEUE)
    for number in range(30):
        for group in "abcde":
            queue.enqueue([group, number], group=group)
    running = drain(engines, 150)
    assert {group: running.most[group] for group in "abcde"} == dict.fromkeys("abcde", 1)
    assert all(running.order[group] == list(range(30)) for group in "abcde")
    assert running.most["all"] > 1
