"""Short-lived reads beside the writer.

Owns a small set of read-only connections that callers borrow for one read each. A read sees one
consistent state of the file; no read transaction stays open across idle time.
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
from pillarbox_engine.sqlite.connection import translate
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
    """A stack of read connections; a borrowed one is used by one thread at a time."""

    def __init__(
        self, path: Path, connect: Callable[[Path], apsw.Connection],
        told: Callable[[PillarboxError], PillarboxError],
    ) -> None:  # fmt: skip
        """`told` may add to what SQLite's errors are told as."""
        self._path, self._connect, self._told = path, connect, told
        self._idle: list[apsw.Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """Borrow a connection inside one read transaction."""
        connection = self._borrow()
        try:
            try:
                connection.execute("BEGIN")
                yield Reading(connection)
            finally:
                self._give_back(connection)
        except apsw.Error as error:
            raise self._told(translate(error, self._path)) from error
        except GARBLED as error:
            raise self._told(garbled(self._path, error)) from error

    def _borrow(self) -> apsw.Connection:
        with self._lock:
            if self._closed:
                raise closed()
            if self._idle:
                return self._idle.pop()
        return self._connect(self._path)

    def _give_back(self, connection: apsw.Connection) -> None:
        if connection.in_transaction:
            connection.execute("COMMIT")
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close(True)

    def close(self) -> None:
        """Close what is idle; what is borrowed closes when it is given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close(True)
