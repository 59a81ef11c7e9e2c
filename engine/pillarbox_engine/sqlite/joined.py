"""Enqueueing within the program's own transaction: its rows and the jobs commit together or not.

Owns what is asked of such a connection before anything is written, and what follows its COMMIT.
The jobs, their link of the chain and their counts are written on the connection itself, with
nothing taken from the writer's memory; the writer sees another's commit by `data_version`. SQLite
has no hook that comes after a commit and leaves the program's own hooks alone, so the end of each
statement is watched (`SQLITE_TRACE_PROFILE`, https://sqlite.org/c3ref/c_trace.html): the first
that ends outside of a transaction ended it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import apsw

from pillarbox_engine.clock import Clock
from pillarbox_engine.errors import InvalidOption, PillarboxError, ProgrammingFault
from pillarbox_engine.model import Enqueued
from pillarbox_engine.sqlite import chain, counting
from pillarbox_engine.sqlite.connection import spoken
from pillarbox_engine.sqlite.enqueue import Call, Enqueue
from pillarbox_engine.sqlite.files import Place
from pillarbox_engine.sqlite.memo import Memo
from pillarbox_engine.sqlite.migrate import require_current
from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.sqlite.transaction import Transaction

_LOG = logging.getLogger("pillarbox.file")
_TITLE = "The enqueue cannot join that connection"
_FULL = 2


class Joined:
    """Enqueues on connections of the program's own to one queue file.

    `committed` is called, with the names of the queues, after a transaction that was joined has
    ended; it must look for itself whether it was committed.
    """

    def __init__(
        self, place: Place, uuid: str, clock: Clock, committed: Callable[[frozenset[str]], None]
    ) -> None:
        self._place, self._uuid, self._clock, self._committed = place, uuid, clock, committed
        self._touched: WeakKeyDictionary[apsw.Connection, frozenset[str]] = WeakKeyDictionary()

    def require(self, connection: object) -> apsw.Connection:
        """The connection, if it can be joined; `InvalidOption`, `ProgrammingFault` where not."""
        found = _apsw_connection(connection)
        with _plain(found), spoken(self._place.path):
            _require_transaction(found)
            self._require_file(found)
            _require_durable(found)
        return found

    def enqueue(self, connection: apsw.Connection, call: Call) -> list[Enqueued]:
        """Store the call's jobs in the open transaction, all or none of them."""
        with _plain(connection), spoken(self._place.path), _savepoint(connection):
            transaction = Transaction(connection, self._clock.now_us(), Memo())
            before = connection.total_changes()
            answers = Enqueue(call)(transaction)
            if connection.total_changes() != before:
                counting.settle_when_due(transaction)
                chain.append(transaction, transaction.changes())
        self._watch(connection, frozenset(transaction.touched))
        return answers

    def _require_file(self, connection: apsw.Connection) -> None:
        name, path = connection.db_filename("main"), self._place.path
        if not _same_file(name, path):
            raise _fault(
                f"its main database is {name or 'in memory'}, not {path}", "Open that file"
            )
        row: Any = connection.execute(statement("file_uuid")).fetchone()
        if row is None or row[0] != self._uuid:
            raise _fault(f"{path} is another queue file by now", "Open it, and the engine, again")
        require_current(connection, path)
        if hidden := connection.execute(statement("hidden_tables")).fetchone():
            raise _fault(f"its temporary table {hidden[0]} hides the queue's", "Rename yours")

    def _watch(self, connection: apsw.Connection, touched: frozenset[str]) -> None:
        self._touched[connection] = self._touched.get(connection, frozenset()) | touched
        connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, self._statement_ended, id=self)

    def _statement_ended(self, event: dict[str, Any]) -> None:
        connection: apsw.Connection = event["connection"]
        if connection.in_transaction:
            return
        connection.trace_v2(0, None, id=self)
        touched = self._touched.pop(connection, frozenset())
        try:
            self._committed(touched)
        except (PillarboxError, OSError) as error:
            # The program's commit is durable, or rolled back: what fails beside it fails nobody.
            _LOG.warning("a joined transaction ended, but was not noted: %s", error)


def _same_file(name: str | None, path: Path) -> bool:
    try:
        return bool(name) and os.path.samefile(name or "", path)
    except OSError:
        return False


def _fault(reason: str, remedy: str) -> ProgrammingFault:
    return ProgrammingFault(_TITLE, reason, remedy)


def _apsw_connection(connection: object) -> apsw.Connection:
    if isinstance(connection, apsw.Connection):
        return connection
    # Not imported for this: it would bring the very second copy of SQLite.
    standard = sys.modules.get("sqlite3")
    if standard is not None and isinstance(connection, standard.Connection):
        raise InvalidOption(
            _TITLE,
            "it is one of the module sqlite3, a second copy of SQLite in this process: closing it "
            "drops the locks of the first, and commits get lost",
            "Open the file with apsw.Connection(path)",
        )
    raise InvalidOption(
        _TITLE, f"it is of type {type(connection).__name__}", "Give an apsw.Connection"
    )


@contextmanager
def _plain(connection: apsw.Connection) -> Iterator[None]:
    """Rows as plain tuples, whatever tracers the program has set."""
    tracers = connection.exec_trace, connection.row_trace
    connection.exec_trace = connection.row_trace = None
    try:
        yield
    finally:
        connection.exec_trace, connection.row_trace = tracers


def _require_transaction(connection: apsw.Connection) -> None:
    if connection.readonly("main"):
        raise _fault("it can only read", "Open the file with it to write")
    if connection.txn_state("main") != apsw.SQLITE_TXN_WRITE:
        how = "no write" if connection.in_transaction else "no"
        raise _fault(
            f"{how} transaction is open on it", 'Begin with connection.execute("BEGIN IMMEDIATE")'
        )


def _require_durable(connection: apsw.Connection) -> None:
    if connection.pragma("journal_mode") != "wal":
        raise _fault("its journal is not the WAL", "Leave journal_mode as it is")
    if connection.pragma("synchronous") < _FULL:
        raise _fault(
            "its commits do not survive power loss",
            'Begin after connection.execute("PRAGMA synchronous=FULL")',
        )
    if sys.platform == "darwin" and not connection.pragma("fullfsync"):
        raise _fault(
            "its commits do not survive power loss on this system",
            'Begin after connection.execute("PRAGMA fullfsync=1")',
        )


@contextmanager
def _savepoint(connection: apsw.Connection) -> Iterator[None]:
    """All of it or, where it raises, nothing of it; the program's transaction goes on."""
    connection.execute("SAVEPOINT pillarbox_enqueue")
    try:
        yield
    except BaseException:
        # Some errors of the disk have ended the whole transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK TO pillarbox_enqueue")
            connection.execute("RELEASE pillarbox_enqueue")
        raise
    connection.execute("RELEASE pillarbox_enqueue")
