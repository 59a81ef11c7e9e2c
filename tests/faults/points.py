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

from pillarbox_engine.sqlite.doorbell import Doorbell
from pillarbox_engine.sqlite.heads import HeadFile
from pillarbox_engine.sqlite.statements import statement
from tests.faults.disk import Disk, ForgetfulVFS

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
        writing = False

        def trace(cursor: apsw.Cursor, text: str, bindings: Any) -> bool:
            nonlocal writing
            if text.startswith("BEGIN IMMEDIATE"):
                writing = True
            if writing or text == statement("store_in_one_step"):
                seen(connection, text)
            if text in ("COMMIT", "ROLLBACK"):
                writing = False
            return True

        connection.exec_trace = trace

    apsw.connection_hooks.append(watch)


def _before_statement(start: str) -> Callable[[Bomb], None]:
    def install(bomb: Bomb) -> None:
        on_writers(lambda _, text: bomb() if text.startswith(start) else None)

    return install


def _around(owner: type, method: str, *, after: bool) -> Callable[[Bomb], None]:
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

        keep(ForgetfulVFS(Disk(reached)))

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
}


def arm(point: str, nth: int) -> None:
    """Kill this process when it comes to `point` for the `nth` time."""
    POINTS[point](Countdown(nth))
