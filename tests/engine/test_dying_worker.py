"""A handler that kills its process, on the durable store, in real processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pillarbox_engine.engine import Engine
from pillarbox_engine.model import Job
from pillarbox_engine.sqlite import open_backend
from pillarbox_engine.states import DeadReason, State

ROOT = Path(__file__).parents[2]


def work(file: Path) -> int:
    """Run the worker program on `file`; how it exited."""
    command = [sys.executable, "-m", "tests.engine.dying_worker", str(file)]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode


def enqueue(file: Path) -> tuple[str, list[str]]:
    """A deadly job amid innocent ones; its id and theirs."""
    with Engine(open_backend(file)) as engine:
        queue = engine.queue("a")
        first = queue.enqueue_many(range(50), type="innocent")
        deadly = queue.enqueue("deadly", type="deadly")
        after = queue.enqueue_many(range(50), type="innocent")
        return deadly.id, [one.id for one in (*first, *after)]


def look(file: Path, job_ids: list[str]) -> list[Job]:
    with Engine(open_backend(file)) as engine:
        return [engine.job(job_id) for job_id in job_ids]


def test_the_deadly_job_ends_dead_and_innocents_are_charged_nothing(tmp_path: Path) -> None:
    file = tmp_path / "jobs.pillarbox"
    deadly_id, innocent_ids = enqueue(file)

    assert work(file) == 3
    (deadly,) = look(file, [deadly_id])
    assert (deadly.state, deadly.attempt, deadly.lost) == (State.READY, 0, 1)
    for job in look(file, innocent_ids):
        assert (job.lost, job.attempt) == (0, 1 if job.state is State.DONE else 0)

    assert work(file) == 0
    (deadly,) = look(file, [deadly_id])
    assert (deadly.state, deadly.reason, deadly.lost) == (State.DEAD, DeadReason.LOST, 3)
    for job in look(file, innocent_ids):
        assert (job.state, job.attempt, job.lost) == (State.DONE, 1, 0)
