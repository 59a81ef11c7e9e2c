"""A worker that notes what it does outside the queue file, until it is killed.

Each note is one write, so it survives the kill: `s` a handler starts, `f` it has finished, `b` a
call that claims or settles begins, `e` it has returned; with the time in ns (monotonic).

Usage: victim.py QUEUE_FILE NOTES WORKERS
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

from pillarbox.bench.programs.telling import tell
from pillarbox.bench.programs.watched import watching
from pillarbox.cli import SWITCH_INTERVAL
from pillarbox.root import open_engine


class Notes:
    """The notes of this process."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def note(self, what: str) -> None:
        """Note `what` with the time."""
        os.write(self._descriptor, f"{what} {time.monotonic_ns()}\n".encode("ascii"))

    def handle(self, _payload: Any) -> None:
        """The job: nothing but its notes."""
        self.note("s")
        self.note("f")

    def begins(self, _call: str) -> None:
        """A call of the store begins."""
        self.note("b")

    def ends(self, _began: int, _answer: Any) -> None:
        """It has returned."""
        self.note("e")


def main(path: str, notes_path: str, workers: int) -> None:
    """Work until the end, which comes from outside."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    notes = Notes(notes_path)
    engine = open_engine(path, kind="worker", watch=watching(notes.begins, notes.ends))
    with engine, engine.queue("bench").worker(notes.handle, concurrency=workers):
        tell("ready", True)
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
