"""The one writer of this process: group commit by flat combining.

Owns the writing connection. A caller queues its work; whoever leads runs the work of all who wait
in one transaction, so they share one fsync (the combining idea: Hendler, Incze, Shavit and
Tzafrir, "Flat Combining and the Synchronization-Parallelism Tradeoff", SPAA 2010). The leader
takes what waits only once the transaction has begun: callers that came meanwhile ride along. A
piece of work that fails after it has written is taken out by rolling the transaction back and
running every piece on its own, so one caller's failure never touches another's work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any, TypeVar, cast

import apsw

from pillarbox_engine.clock import Clock
from pillarbox_engine.errors import Indeterminate, LockedFile, PillarboxError
from pillarbox_engine.protocols import Change
from pillarbox_engine.refusals import closed
from pillarbox_engine.sqlite import chain, counting, one_step
from pillarbox_engine.sqlite.combining import Combiner, Piece, Together, Work
from pillarbox_engine.sqlite.connection import (
    BUSY_TIMEOUT_MS,
    close,
    open_writer,
    stops,
    translate,
)
from pillarbox_engine.sqlite.enqueue import Enqueue
from pillarbox_engine.sqlite.memo import Head, Memo
from pillarbox_engine.sqlite.migrate import require_current
from pillarbox_engine.sqlite.offers import Offers, deliver, give_back
from pillarbox_engine.sqlite.outage import Anew, Outage
from pillarbox_engine.sqlite.transaction import Transaction

T = TypeVar("T")
_LOG = logging.getLogger("pillarbox.file")


class Writer:
    """Runs work in durable transactions, one after the other, for all threads of the process."""

    def __init__(
        self, path: Path, clock: Clock, committed: Callable[[Head, Change], None],
        offers: Offers | None = None, anew: Anew | None = None,
    ) -> None:  # fmt: skip
        self._path, self._clock, self._committed = path, clock, committed
        self._anew = anew or Anew(Outage(path, clock), lambda: open_writer(path))
        self._combiner = Combiner(self._run_pending)
        self._memo, self._offers = Memo(), offers
        self._connection: apsw.Connection | None = open_writer(path)
        self._closed = self._distrusted = False

    def run(self, work: Work[T]) -> T:
        """Do `work` in a transaction; return when it is durable.

        What `work` raises reaches only this caller, and then nothing of it was kept. Raises
        `Definite` or `Indeterminate` where storage failed, `EngineClosed` after `close`.
        """
        return self._combiner.run(work)

    def between(self, action: Callable[[], None]) -> None:
        """Do `action` while nothing is being written by this process; nothing after `close`."""
        with self._combiner.alone():
            if not self._closed:
                action()

    def try_again(self) -> None:
        """Find out whether what kept the file from being written is over, waiting for nobody."""
        with self._combiner.alone_if_free() as free:
            if free and not self._closed and self._anew.outage.refusal() is None:
                self._try_again()

    def _try_again(self) -> None:
        try:
            connection = self._opened()
            connection.set_busy_timeout(0)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            self._anew.outage.over()
        except (PillarboxError, apsw.Error) as error:
            _LOG.info("%s still cannot be written: %s", self._path, error)
            if stops(error):
                self._drop_connection()
        finally:
            if self._connection is not None:
                self._connection.set_busy_timeout(BUSY_TIMEOUT_MS)

    def distrust(self) -> None:
        """The disk failed elsewhere in this process: open the file anew before the next write."""
        self._distrusted = True

    def close(self) -> None:
        """Close the connection; later work is answered with `EngineClosed`."""
        with self._combiner.alone():
            self._closed = True
            self._run_pending()
            self._drop_connection()

    def _run_pending(self) -> None:
        pieces: list[Piece[Any]] = []
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
                piece.tell()

    def _serve(self, pieces: list[Piece[Any]]) -> None:
        if self._distrusted:
            self._drop_connection()
        refusal = closed() if self._closed else self._anew.outage.refusal()
        if refusal is not None:
            pieces += self._combiner.take()
            _settle(pieces, refusal)
        elif not (self._store_in_one_step(pieces) or self._commit(pieces, gather=True)):
            for piece in pieces:
                self._commit_alone(piece)

    def _commit_alone(self, piece: Piece[Any]) -> None:
        """What is left of a full disk's room is for what ends jobs, not for more of them."""
        full = self._anew.fault()
        if full is not None and isinstance(piece.work, Enqueue):
            piece.error = full
        elif not self._commit([piece], gather=False):
            self._commit([piece], gather=False)

    def _store_in_one_step(self, pieces: list[Piece[Any]]) -> bool:
        """Whether all who wait could go the short way, and did."""
        pieces += self._combiner.take()
        connection = self._connection
        step = one_step.plan(self._memo, self._offers, pieces, self._clock.now_us())
        if connection is None or step is None:
            return False
        try:
            if not step.run(connection):
                self._memo.forget()
                return False
        except apsw.Error as error:
            self._made_room(error)
            self._fail(pieces, _of_commit(error))
            return True
        self._memo.committed(step.head, step.changes)
        self._anew.worked()
        for piece, answer in zip(pieces, step.answers, strict=True):
            piece.result = answer
        self._committed(step.head, step.change)
        return True

    def _commit(self, pieces: list[Piece[Any]], *, gather: bool) -> bool:
        """Commit `pieces` together; `gather`: with all who came until the transaction had begun.

        False: one failed midway, or there is room only now; nothing was kept, try each alone.
        """
        try:
            connection = self._begin(pieces, gather=gather)
            self._run_and_commit(connection, pieces)
        except _Torn as torn:
            self._roll_back()
            if len(pieces) > 1:
                return False
            pieces[0].error = torn.error
        except apsw.Error as error:
            made_room = self._made_room(error)
            self._fail(pieces, error)  # until a try that goes well says otherwise
            return not made_room
        except PillarboxError as error:
            self._roll_back()
            _settle(pieces, error)
        return True

    def _begin(self, pieces: list[Piece[Any]], *, gather: bool) -> apsw.Connection:
        try:
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            (version,) = connection.execute("PRAGMA data_version").fetchone() or (0,)
        finally:
            if gather:
                pieces += self._combiner.take()
        if not self._memo.is_current(version):
            require_current(connection, self._path)
        return connection

    def _opened(self) -> apsw.Connection:
        if self._connection is None:
            try:
                self._connection = self._anew.open()
            except PillarboxError as fault:
                self._anew.outage.met(fault)
                raise
        return self._connection

    def _run_and_commit(self, connection: apsw.Connection, pieces: list[Piece[Any]]) -> None:
        transaction = Transaction(connection, self._clock.now_us(), self._memo, self._offers)
        try:
            self._write(transaction, pieces)
        except BaseException:
            give_back(transaction.handed)
            raise
        if transaction.handed:
            deliver(transaction.handed)

    def _write(self, transaction: Transaction, pieces: list[Piece[Any]]) -> None:
        connection = transaction.connection
        before = connection.total_changes()
        _run_all(transaction, pieces)
        if connection.total_changes() == before:
            connection.execute("COMMIT")
            return
        counting.settle_when_due(transaction)
        changes = transaction.changes()
        head = chain.append(transaction, changes)
        self._make_durable(connection)
        self._memo.committed(head, changes)
        self._anew.worked()
        self._committed(head, transaction.change())

    def _make_durable(self, connection: apsw.Connection) -> None:
        try:
            connection.execute("COMMIT")
        except (apsw.IOError, apsw.CorruptError) as error:
            raise _of_commit(error) from error

    def _made_room(self, error: apsw.Error) -> bool:
        """Whether the disk was full and is not any more, for a while."""
        if not isinstance(error, apsw.FullError):
            return False
        self._roll_back()
        return self._anew.ran_out()

    def _fail(self, pieces: list[Piece[Any]], error: apsw.Error) -> None:
        """Storage failed: nothing of `pieces` is kept (or, in COMMIT itself, it is uncertain)."""
        fault = self._spoken(error)
        if isinstance(error, _Uncertain) or stops(error):
            self._drop_connection()
            self._anew.outage.met(fault)
        else:
            self._roll_back()
            if isinstance(fault, LockedFile):
                self._anew.outage.met(fault)
        _settle(pieces, fault)

    def _spoken(self, error: apsw.Error) -> PillarboxError:
        if not isinstance(error, _Uncertain):
            return translate(error, self._path)
        return _uncertain(f"the disk failed while it was being committed ({error})")

    def _roll_back(self) -> None:
        self._memo.forget()
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except apsw.Error:
            self._drop_connection()

    def _drop_connection(self) -> None:
        """After an I/O error nothing of what this process has open is used any further."""
        self._memo.forget()
        self._distrusted = False
        if self._connection is not None:
            close(self._connection)
            self._connection = None
        self._anew.dropped()


class _Torn(Exception):
    """A piece of work failed after it had written."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class _Uncertain(apsw.Error):
    """COMMIT itself met an I/O error."""


def _of_commit(error: apsw.Error) -> apsw.Error:
    """What an error means that came from a commit, or from what commits by itself."""
    return _Uncertain(str(error)) if isinstance(error, (apsw.IOError, apsw.CorruptError)) else error


def _run_all(transaction: Transaction, pieces: list[Piece[Any]]) -> None:
    """What can be done together first: all who wait came at the same time, in no order."""
    alone = pieces
    if len(pieces) > 1:
        joint = [piece for piece in pieces if _joins(transaction, piece)]
        if len(joint) > 1:
            _run_together(transaction, joint, [cast("Together", piece.work) for piece in joint])
            alone = [piece for piece in pieces if piece not in joint]
    for piece in alone:
        _run(transaction, piece)


def _joins(transaction: Transaction, piece: Piece[Any]) -> bool:
    return isinstance(piece.work, Together) and piece.work.joins(transaction)


def _run_together(transaction: Transaction, joint: list[Piece[Any]], works: list[Together]) -> None:
    answers = works[0].all(transaction, works)
    for piece, answer in zip(joint, answers, strict=True):
        piece.result, piece.error = _apart(answer)


def _apart(answer: object) -> tuple[object, BaseException | None]:
    return (None, answer) if isinstance(answer, BaseException) else (answer, None)


def _run(transaction: Transaction, piece: Piece[Any]) -> None:
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


def _settle(pieces: list[Piece[Any]], error: PillarboxError) -> None:
    """Give each caller an error of its own: each writes its own idempotency key on it."""
    for piece in pieces:
        piece.result, piece.error = None, copy(error)


def _uncertain(reason: str) -> Indeterminate:
    return Indeterminate(
        "The write may or may not be durable",
        reason,
        "Repeat the call with the same idempotency key",
    )
