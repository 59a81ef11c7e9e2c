"""Schedules and real processes: two keep one file, one is killed, and nothing fires twice."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from pillarbox_engine.engine import Engine
from pillarbox_engine.filters import Filter
from pillarbox_engine.queues import Queue
from pillarbox_engine.sqlite import open_backend
from tests.engine.kit import PATIENCE

ROOT = Path(__file__).parents[2]
Program = subprocess.Popen[str]


@contextmanager
def keepers(file: Path, number: int) -> Iterator[list[Program]]:
    """Processes that keep `file`, ended when it is over."""
    command = [sys.executable, "-m", "tests.engine.maintaining", str(file)]
    started = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(number)
    ]
    try:
        for program in started:
            assert program.stdout is not None
            assert program.stdout.readline() == "here\n"
        yield started
    finally:
        for program in started:
            program.kill()
            program.communicate()


def take(queue: Queue, number: int) -> None:
    """Wait for `number` jobs, and ack each."""
    for _ in range(number):
        delivery = queue.claim(wait=PATIENCE)
        assert delivery is not None
        delivery.ack()


def test_the_maintainer_is_killed_and_another_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "jobs.pillarbox"
    with Engine(open_backend(file), maintain=False) as engine:
        queue = engine.queue("q")
        queue.schedule("beat", every=1.0, overlap="allow", missed="all")
        with keepers(file, 2) as programs:
            take(queue, 2)
            (busy,) = [one.pid for one in engine.backend.processes() if one.maintainer]
            (victim,) = [program for program in programs if program.pid == busy]
            victim.kill()
            take(queue, 7)
        times = Counter(engine.job(job.id).fire_at for job in engine.jobs(Filter()))
        plan = engine.schedules()[0]
    assert set(times.values()) == {1}
    assert sum(times.values()) == plan.fired >= 9
    ordered = sorted(moment for moment in times if moment is not None)
    assert ordered == [plan.first_at + timedelta(seconds=n) for n in range(len(ordered))]
