"""Named places around a commit at which a client kills itself.

Owns the points. None needs a hook in the engine: statements are seen by SQLite's own tracing,
writes and syncs by the VFS, the head and the doorbell by a wrapped method.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from typing import Any

import apsw

from pillarbox_engine.sqlite import blobs
from pillarbox_engine.sqlite.doorbell import Doorbell
from pillarbox_engine.sqlite.heads import HeadFile
from pillarbox_engine.sqlite.statements import statement
from tests.faults.disk_log import ForgetfulVFS, Sink
from tests.faults.program import NOTE_ORDER

Bomb = Callable[[], None]


def die() -> None:
    """End this process as a crash does."""
    os.kill(os.getpid(), signal.SIGKILL)


_kept: list[ForgetfulVFS] = []


def keep(vfs: ForgetfulVFS) -> None:
    """Have a VFS live as long as this process: SQLite does not count as its owner."""
    _kept.append(vfs)


class Countdown:
    """Goes off when it is passed for the `nth` time."""

    def __init__(self, nth: int, act: Bomb = die) -> None:
        self._left, self._act = nth, act

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._act()


def on_writers(seen: Callable[[apsw.Connection, str], None]) -> None:
    """Have `seen` told of each statement of connections that write, before it runs."""

    def watch(connection: apsw.Connection) -> None:
        writing, other = False, connection.exec_trace

        def trace(cursor: apsw.Cursor, text: str, bindings: Any) -> bool:
            nonlocal writing
            if other is not None:
                other(cursor, text, bindings)
            if text.startswith("BEGIN IMMEDIATE"):
                writing = True
            if writing or text == statement("store_in_one_step"):
                seen(connection, text)
            if text in ("COMMIT", "ROLLBACK"):
                writing = False
            return True

        connection.exec_trace = trace

    apsw.connection_hooks.append(watch)


def once_each(act: Callable[[apsw.Connection], object]) -> None:
    """Do something to each connection that writes, before its first transaction.

    They are kept: the next connection must not be taken for one that was closed.
    """
    done: list[apsw.Connection] = []

    def seen(connection: apsw.Connection, text: str) -> None:
        if not any(one is connection for one in done):
            done.append(connection)
            act(connection)

    on_writers(seen)


def _before_statement(start: str) -> Callable[[Bomb], None]:
    def install(bomb: Bomb) -> None:
        on_writers(lambda _, text: bomb() if text.startswith(start) else None)

    return install


def _around(owner: Any, method: str, *, after: bool) -> Callable[[Bomb], None]:
    def install(bomb: Bomb) -> None:
        plain = getattr(owner, method)

        @functools.wraps(plain)
        def wrapped(*arguments: Any) -> Any:
            if not after:
                bomb()
            answer = plain(*arguments)
            if after:
                bomb()
            return answer

        setattr(owner, method, wrapped)

    return install


def _on_disk(kind: str, *, after: bool) -> Callable[[Bomb], None]:
    def install(bomb: Bomb) -> None:
        def reached(what: str, done: bool) -> None:
            if (what, done) == (kind, after):
                bomb()

        keep(ForgetfulVFS(Sink(reached)))

    return install


POINTS: dict[str, Callable[[Bomb], None]] = {
    "before-begin": _before_statement("BEGIN IMMEDIATE"),
    "after-work": _before_statement(statement("add_link")),
    "before-commit": _before_statement("COMMIT"),
    "in-commit-write": _on_disk("write", after=True),
    "before-sync": _on_disk("sync", after=False),
    "after-sync": _on_disk("sync", after=True),
    "after-commit": _around(HeadFile, "write", after=False),
    "after-head": _around(HeadFile, "write", after=True),
    "after-doorbell": _around(Doorbell, "ring", after=True),
    "before-blob": _around(blobs, "write", after=False),
    "after-blob": _around(blobs, "write", after=True),
    "in-joined-commit": _before_statement(NOTE_ORDER),
}


OFTEN = 60
RARE = {"before-blob": 3, "after-blob": 3, "in-joined-commit": 3, "after-doorbell": 8}
"""How often a point is passed in a short run, at least."""


def arm(point: str, nth: int) -> None:
    """Kill this process when it comes to `point` for the `nth` time."""
    POINTS[point](Countdown(nth))
