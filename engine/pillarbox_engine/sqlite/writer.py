"""The one writer of this process: group commit by flat combining.

Owns the writing connection. A caller queues its work and takes the lock; whoever gets it runs
the work of all who wait in one transaction, so they share one fsync (the combining idea: Hendler,
Incze, Shavit and Tzafrir, "Flat Combining and the Synchronization-Parallelism Tradeoff", SPAA
2010). A piece of work that fails after it has written is taken out by rolling the transaction
back and running every piece on its own, so one caller's failure never touches another's work.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import apsw

from pillarbox_engine.clock import Clock
from pillarbox_engine.errors import EngineClosed, Indeterminate, PillarboxError
from pillarbox_engine.sqlite import chain
from pillarbox_engine.sqlite.chain import Head
from pillarbox_engine.sqlite.connection import open_writer, translate
from pillarbox_engine.sqlite.memo import Memo
from pillarbox_engine.sqlite.migrate import require_current
from pillarbox_engine.sqlite.transaction import Transaction

T = TypeVar("T")
Work = Callable[[Transaction], T]


@dataclass(slots=True)
class _Piece(Generic[T]):
    """One caller's work and what became of it."""

    work: Work[T]
    result: T | None = None
    error: BaseException | None = None
    done: bool = False

    def value(self) -> T:
        if self.error is not None:
            raise self.error
        return cast("T", self.result)


class Writer:
    """Runs work in durable transactions, one after the other, for all threads of the process."""

    def __init__(
        self, path: Path, clock: Clock, committed: Callable[[Head, frozenset[str]], None]
    ) -> None:
        self._path, self._clock, self._committed = path, clock, committed
        self._pending: deque[_Piece[Any]] = deque()
        self._lock = threading.Lock()
        self._memo = Memo()
        self._connection: apsw.Connection | None = open_writer(path)
        self._closed = False

    def run(self, work: Work[T]) -> T:
        """Do `work` in a transaction; return when it is durable.

        What `work` raises reaches only this caller, and then nothing of it was kept. Raises
        `Definite` or `Indeterminate` where storage failed, `EngineClosed` after `close`.
        """
        piece = _Piece(work)
        self._pending.append(piece)
        with self._lock:
            if not piece.done:
                self._run_pending()
        return piece.value()

    def close(self) -> None:
        """Close the connection; later work is answered with `EngineClosed`."""
        with self._lock:
            self._closed = True
            self._run_pending()
            self._drop_connection()

    def _run_pending(self) -> None:
        pieces = [self._pending.popleft() for _ in range(len(self._pending))]
        try:
            self._serve(pieces)
        except BaseException:
            # An interrupt, no memory, a side file: whatever it was, no other caller may be told
            # that all went well.
            self._drop_connection()
            _settle(pieces, _uncertain("the program was interrupted while it was being committed"))
            raise
        finally:
            for piece in pieces:
                piece.done = True

    def _serve(self, pieces: list[_Piece[Any]]) -> None:
        if self._closed:
            error = EngineClosed("The engine is closed", "", "Open the file again")
            _settle(pieces, error)
        elif not self._commit(pieces):
            for piece in pieces:
                self._commit([piece])

    def _commit(self, pieces: list[_Piece[Any]]) -> bool:
        """Commit `pieces` together; False: one failed midway, nothing was kept, try each alone."""
        try:
            connection = self._begin()
            self._run_and_commit(connection, pieces)
        except _Torn as torn:
            self._roll_back()
            if len(pieces) > 1:
                return False
            pieces[0].error = torn.error
        except apsw.Error as error:
            self._fail(pieces, error)
        except PillarboxError as error:
            self._roll_back()
            _settle(pieces, error)
        return True

    def _begin(self) -> apsw.Connection:
        if self._connection is None:
            self._connection = open_writer(self._path)
        self._connection.execute("BEGIN IMMEDIATE")
        (version,) = self._connection.execute("PRAGMA data_version").fetchone() or (0,)
        if not self._memo.is_current(version):
            require_current(self._connection, self._path)
        return self._connection

    def _run_and_commit(self, connection: apsw.Connection, pieces: list[_Piece[Any]]) -> None:
        transaction = Transaction(connection, self._clock.now_us(), self._memo)
        before = connection.total_changes()
        for piece in pieces:
            _run(transaction, piece)
        if connection.total_changes() == before:
            connection.execute("COMMIT")
            return
        changes = transaction.flush()
        head = chain.append(transaction, changes)
        self._make_durable(connection)
        transaction.remember(head, changes)
        self._committed(head, frozenset(transaction.touched))

    def _make_durable(self, connection: apsw.Connection) -> None:
        try:
            connection.execute("COMMIT")
        except (apsw.IOError, apsw.CorruptError) as error:
            raise _Uncertain(str(error)) from error

    def _fail(self, pieces: list[_Piece[Any]], error: apsw.Error) -> None:
        """Storage failed: nothing of `pieces` is kept (or, in COMMIT itself, it is uncertain)."""
        if isinstance(error, (_Uncertain, apsw.IOError, apsw.CorruptError, apsw.NotADBError)):
            self._drop_connection()
        else:
            self._roll_back()
        _settle(pieces, self._spoken(error))

    def _spoken(self, error: apsw.Error) -> PillarboxError:
        if not isinstance(error, _Uncertain):
            return translate(error, self._path)
        return _uncertain(f"the disk failed while it was being committed ({error})")

    def _roll_back(self) -> None:
        self._memo.forget()
        if self._connection is not None and self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _drop_connection(self) -> None:
        self._memo.forget()
        if self._connection is not None:
            self._connection.close(True)
            self._connection = None


class _Torn(Exception):
    """A piece of work failed after it had written."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class _Uncertain(apsw.Error):
    """COMMIT itself met an I/O error."""


def _run(transaction: Transaction, piece: _Piece[Any]) -> None:
    connection = transaction.connection
    before = connection.total_changes()
    piece.result = piece.error = None
    try:
        piece.result = piece.work(transaction)
    except apsw.Error:
        raise
    except Exception as error:
        if connection.total_changes() != before:
            raise _Torn(error) from error
        piece.error = error


def _settle(pieces: list[_Piece[Any]], error: PillarboxError) -> None:
    """Give each caller an error of its own: each writes its own idempotency key on it."""
    for piece in pieces:
        piece.result, piece.error = None, copy(error)


def _uncertain(reason: str) -> Indeterminate:
    return Indeterminate(
        "The write may or may not be durable",
        reason,
        "Repeat the call with the same idempotency key",
    )
