"""A queue file with a million jobs, for pictures of the window on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pillarbox.root import open_engine
from pillarbox_engine.queues import Queue

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
