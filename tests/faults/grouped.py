"""Two processes of workers on a queue of ordered groups, judged by what their handlers wrote down.

Owns that run: `run` starts it, `disorder` judges. Run as a program it is one of the two. Each
handler notes its beginning and, unless it fails, its end; a share of the attempts fails.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.sqlite import open_backend

QUEUE = "grouped"
WORKERS = 5
FAILING = 0.15
LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Note:
    """What a handler wrote down: `place` is the job's in its group, `at` monotonic nanoseconds."""

    at: int
    group: str
    place: int
    what: str


def run(folder: Path, jobs: int, groups: int, *, kill: bool = False) -> list[Note]:
    """Have that many jobs done by two processes, one of which may be killed on the way and
    another started; what handlers wrote, in time order."""
    path = folder / "jobs.pillarbox"
    with Engine(open_backend(path)) as engine:
        queue = engine.queue(QUEUE)
        queue.configure(max_attempts=1_000, max_lost=1_000, backoff=Fixed(seconds=0.01), lease=5.0)
        for place in range(jobs // groups):
            for group in range(groups):
                queue.enqueue([f"g{group}", place], group=f"g{group}")
        clients = [_start(path, number) for number in range(2)]
        if kill:
            _until(lambda: queue.counts().done > jobs // 3)
            clients[1].kill()
            clients[1].wait()
            clients[1] = _start(path, 2)
        _until(lambda: queue.counts().done == jobs)
        assert [client.wait(30) for client in clients] == [0, 0]
        assert engine.backend.check() == ()
    return sorted(_notes(folder), key=lambda note: note.at)


def _start(path: Path, number: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, str(path), str(number)])


def _until(reached: object) -> None:
    assert callable(reached)
    end = time.monotonic() + LONGEST
    while not reached():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def _notes(folder: Path) -> Iterator[Note]:
    for log in folder.glob("*.log"):
        for line in log.read_text(encoding="utf-8").splitlines():
            at, group, place, what = line.split()
            yield Note(int(at), group, int(place), what)


def disorder(notes: list[Note]) -> list[str]:
    """Where a group's jobs ended out of order, or two of them ran at once."""
    return [problem for group in _by_group(notes).values() for problem in _judge(group)]


def _by_group(notes: list[Note]) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = defaultdict(list)
    for note in notes:
        found[note.group].append(note)
    return found


def _judge(notes: list[Note]) -> Iterator[str]:
    """One that began may end or fail before the next begins; with a kill, it may do neither."""
    running, ended = None, -1
    for note in notes:
        where = f"{note.group}: job {note.place}"
        if note.what == "begins":
            if note.place not in (ended, ended + 1):
                yield f"{where} began after job {ended} had ended"
            running = note.place
        elif note.place != running:
            yield f"{where} {note.what} while job {running} ran"
        elif note.what == "ends":
            ended = note.place


def work(path: Path, number: int) -> None:
    """Be one of the processes, until nothing is left to do."""
    log = path.with_name(f"{number}.log").open("w", buffering=1, encoding="utf-8")
    chance = random.Random(number)

    def note(job: JobContext, what: str) -> None:
        group, place = job.payload
        log.write(f"{time.monotonic_ns()} {group} {place} {what}\n")

    def handler(job: JobContext) -> None:
        note(job, "begins")
        time.sleep(0.001)
        if chance.random() < FAILING:
            note(job, "fails")
            raise ValueError("as told")
        note(job, "ends")

    with (
        Engine(open_backend(path, kind="worker")) as engine,
        engine.worker((QUEUE,), handler, concurrency=WORKERS) as worker,
    ):
        while not worker.join_idle(LONGEST) or engine.queue(QUEUE).counts().live:
            time.sleep(0.01)
    log.close()


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
