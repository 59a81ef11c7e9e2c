"""How many jobs may run again after a worker's process is killed in full flight.

Owns the count and its bound: the workers, and what finished in the last 20 ms or during the
commit in flight. A job that was started and is not done afterwards runs again.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

from pillarbox.bench.children import Child
from pillarbox.bench.opened import fill, opened
from pillarbox.bench.room import Room

WORKERS = 4
GATHERED_NS = 20_000_000
FASTEST = 100_000
"""Jobs a second that would not outrun the backlog."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a killed worker had noted. Times are monotonic ns."""

    started: int
    finished: tuple[int, ...]
    last: int
    committing_since: int | None

    def may_run_again(self, workers: int) -> int:
        """How many jobs the promise allows to run again."""
        since = (
            self.last if self.committing_since is None else self.committing_since
        ) - GATHERED_NS
        return workers + sum(1 for moment in self.finished if moment >= since)


def kill_a_worker(room: Room) -> dict[str, float]:
    """Jobs that run again, and how many might."""
    path, notes_path = room.fresh("bench.pillarbox"), room.fresh("notes")
    with opened(room, path) as engine:
        fill(engine.queue("bench"), int(room.sizes.killed_after * FASTEST))
    with Child("victim", path, notes_path, WORKERS) as victim:
        victim.value("ready")
        time.sleep(room.sizes.killed_after * random.uniform(0.5, 1.0))
    notes = read(notes_path)
    with opened(room, path) as engine:
        done = engine.counts().done_total
    return {"rerun": notes.started - done, "rerun-allowed": notes.may_run_again(WORKERS)}


def read(path: Path) -> Notes:
    """The notes in the file at `path`."""
    started, finished, last, since = 0, [], 0, None
    for line in path.read_text("ascii").splitlines():
        what, moment = line.split()
        last = int(moment)
        if what == "s":
            started += 1
        elif what == "f":
            finished.append(last)
        else:
            since = last if what == "b" else None
    return Notes(started, tuple(finished), last, since)
