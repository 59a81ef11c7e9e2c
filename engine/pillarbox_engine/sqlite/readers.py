"""Short-lived reads beside the writer.

Owns a small set of read-only connections that callers borrow for one read each. A read sees one
consistent state of the file; no read transaction stays open across idle time. After an I/O error
all of them are closed and others opened.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.refusals import closed
from pillarbox_engine.sqlite.connection import close, disk_failed, translate
from pillarbox_engine.sqlite.damage import GARBLED, garbled
from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.sqlite.transaction import Bindings


class Reading:
    """One consistent look at the file."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection

    def rows(self, name: str, bindings: Bindings = ()) -> list[Any]:
        """All rows of the named statement."""
        return self.connection.execute(statement(name), bindings).fetchall()

    def each(self, name: str, bindings: Bindings = ()) -> Iterator[Any]:
        """The rows of the named statement, one at a time."""
        return iter(self.connection.execute(statement(name), bindings))

    def row(self, name: str, bindings: Bindings = ()) -> Any:
        """The first row of the named statement, or None."""
        return self.connection.execute(statement(name), bindings).fetchone()

    def row_of(self, text: str, bindings: Bindings = ()) -> Any:
        """The first row of a statement put together from named parts, or None."""
        return self.connection.execute(text, bindings).fetchone()

    def select(self, text: str, bindings: Bindings = ()) -> list[Any]:
        """All rows of a statement put together from named parts."""
        return self.connection.execute(text, bindings).fetchall()


class Readers:
    """A stack of read connections; a borrowed one is used by one thread at a time.

    `failed` is called when the disk failed a read, or an opening.
    """

    def __init__(
        self, path: Path, connect: Callable[[Path], apsw.Connection],
        told: Callable[[PillarboxError], PillarboxError], failed: Callable[[], None],
    ) -> None:  # fmt: skip
        """`told` may add to what SQLite's errors are told as."""
        self._path, self._connect = path, connect
        self._told, self._failed = told, failed
        self._idle: list[apsw.Connection] = []
        self._generation = 0
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """Borrow a connection inside one read transaction."""
        generation, connection = self._borrow()
        try:
            try:
                connection.execute("BEGIN")
                yield Reading(connection)
            finally:
                self._give_back(generation, connection)
        except apsw.Error as error:
            if disk_failed(error):
                self.renew()
                self._failed()
            raise self._told(translate(error, self._path)) from error
        except GARBLED as error:
            raise self._told(garbled(self._path, error)) from error

    def renew(self) -> None:
        """Open anew before the next read: what is idle is closed, what is borrowed will be."""
        with self._lock:
            self._generation += 1
            idle, self._idle = self._idle, []
        for connection in idle:
            close(connection)

    def _borrow(self) -> tuple[int, apsw.Connection]:
        with self._lock:
            if self._closed:
                raise closed()
            generation = self._generation
            if self._idle:
                return generation, self._idle.pop()
        return generation, self._connect(self._path)

    def _give_back(self, generation: int, connection: apsw.Connection) -> None:
        sound = _ended(connection)
        with self._lock:
            if sound and generation == self._generation and not self._closed:
                self._idle.append(connection)
                return
        close(connection)

    def close(self) -> None:
        """Close what is idle; what is borrowed closes when it is given back."""
        with self._lock:
            self._closed = True
        self.renew()


def _ended(connection: apsw.Connection) -> bool:
    """End the read transaction; whether that went well."""
    try:
        if connection.in_transaction:
            connection.execute("COMMIT")
    except apsw.Error:
        return False
    return True
