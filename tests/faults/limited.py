"""Two processes of five workers on a rate-limited queue, judged by what their handlers wrote down.

Owns that run: `run` starts it, `most_in_a_window` counts. Run as a program it is one of the two.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.settings import RateLimit
from pillarbox_engine.sqlite import open_backend

QUEUE = "limited"
PROCESSES, WORKERS = 2, 5


def run(folder: Path, limit: RateLimit, seconds: float) -> list[int]:
    """When handlers started, in monotonic nanoseconds, in order: `seconds` of more than enough."""
    path = folder / "jobs.pillarbox"
    with Engine(open_backend(path)) as engine:
        queue = engine.queue(QUEUE)
        queue.configure(rate_limit=limit)
        queue.enqueue_many(range(round(limit.max * (seconds / limit.per + 3))))
        clients = [_start(path, number, seconds) for number in range(PROCESSES)]
        assert [client.wait(seconds + 60) for client in clients] == [0] * PROCESSES
        done = queue.counts().done_total
    starts = sorted(int(line) for log in folder.glob("*.log") for line in log.open())
    assert len(starts) == done
    return starts


def _start(path: Path, number: int, seconds: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, __file__, str(path), str(number), str(seconds)]
    return subprocess.Popen(command)


def most_in_a_window(starts: Sequence[int], seconds: float) -> int:
    """The most starts that any stretch of so many seconds holds, wherever it begins."""
    most = first = 0
    for last, moment in enumerate(starts):
        while moment - starts[first] >= seconds * 1e9:
            first += 1
        most = max(most, last - first + 1)
    return most


def closest(starts: Sequence[int], number: int) -> float:
    """The shortest time, in seconds, in which `number + 1` handlers started."""
    pairs = zip(starts, starts[number:], strict=False)
    return min((late - early for early, late in pairs), default=2**63) / 1e9


def work(path: Path, number: int, seconds: float) -> None:
    """Be one of the processes: each handler writes down when it started."""
    log = path.with_name(f"{number}.log").open("w", buffering=1)

    def handler(job: JobContext) -> None:
        log.write(f"{time.monotonic_ns()}\n")

    engine = Engine(open_backend(path, kind="worker"))
    with engine, engine.worker((QUEUE,), handler, concurrency=WORKERS):
        time.sleep(seconds)
    log.close()


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
