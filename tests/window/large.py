"""A queue file with a million jobs, and the pictures of the window on it, read-only too.

Owns making the file, and its states.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pillarbox.root import open_engine
from pillarbox_engine.queues import Queue
from tests.window.steps import QUEUE, State, ask, at, both, choose, choose_group, filtered

_BATCH = 1_000
_ERRORS = ("billing timed out after 2 s", "no such host: mail.example.com", "customer 42 is gone")


def make_large(path: Path, jobs: int) -> None:
    """`jobs` jobs ready and a tenth as many dead letters, of three errors."""
    with open_engine(str(path)) as engine:
        queue = engine.queue("user-registration")
        queue.configure(max_attempts=1)
        _fill(queue, jobs // 10)
        with queue.worker(_fail, concurrency=4) as worker:
            worker.join_idle()
        _fill(queue, jobs)


def _fill(queue: Queue, jobs: int) -> None:
    for first in range(0, jobs, _BATCH):
        numbers = range(first, first + _BATCH)
        queue.enqueue_many(
            [{"userId": n, "email": f"user.{n}@mail.example"} for n in numbers],
            type="process-registration",
        )


def _fail(job: Any) -> None:
    raise RuntimeError(_ERRORS[job.payload["userId"] % len(_ERRORS)])


LARGE = (
    State(name="60-million-overview", arrange=at("overview")),
    State(name="61-million-queue", arrange=at(QUEUE), then=choose(3)),
    State(
        name="62-million-all-matching",
        arrange=both(at(QUEUE), filtered("state:ready")),
        then=ask("select-all"),
        leave=filtered(""),
    ),
    State(name="63-million-dead-letters", arrange=at("dead-letters"), then=choose_group),
    State(name="64-million-replay", arrange=at("dead-letters"), then=ask("replay")),
)

READ_ONLY = (
    State(name="70-read-only-overview", arrange=at("overview")),
    State(name="71-read-only-queue", arrange=at(QUEUE), then=choose(3)),
    State(name="72-read-only-dead-letters", arrange=at("dead-letters"), then=choose_group),
)
