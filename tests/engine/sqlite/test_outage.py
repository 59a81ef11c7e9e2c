"""What is answered while a file cannot be written, and for how long it is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import Definite, FileUnusable, LockedFile
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend, heads, reopening
from pillarbox_engine.sqlite.connection import open_reader
from pillarbox_engine.sqlite.memo import Head
from pillarbox_engine.sqlite.outage import Outage
from pillarbox_engine.sqlite.readers import Readers

FAULT = Definite("jobs cannot be used", "the disk failed", "")
JOB = NewJob(payload_json="{}")


@pytest.fixture
def outage(path: Path, clock: ManualClock) -> Outage:
    return Outage(path, clock)


def test_the_first_failure_is_followed_by_a_try_at_once(outage: Outage) -> None:
    assert outage.refusal() is None
    outage.met(FAULT)
    assert outage.refusal() is None


def test_pauses_grow_until_something_works(outage: Outage, clock: ManualClock) -> None:
    outage.met(FAULT)
    for pause in (0.1, 0.2, 0.4, 0.8):
        outage.met(FAULT)
        clock.advance(pause - 0.01)
        refusal = outage.refusal()
        assert isinstance(refusal, Definite)
        assert "the disk failed" in refusal.reason
        clock.advance(0.01)
        assert outage.refusal() is None
    outage.over()
    outage.met(FAULT)
    assert outage.refusal() is None


def test_pauses_have_a_limit(outage: Outage, clock: ManualClock) -> None:
    for _ in range(100):
        outage.met(FAULT)
    clock.advance(5.0)
    assert outage.refusal() is None


def test_a_file_that_cannot_be_used_is_refused_as_such(outage: Outage) -> None:
    gone = FileUnusable("jobs cannot be used", "it is gone", "Put it back")
    outage.met(gone)
    outage.met(gone)
    refusal = outage.refusal()
    assert isinstance(refusal, FileUnusable)
    assert refusal.reason == "it is gone"
    assert refusal is not gone, "each caller gets an error of its own"


def test_whoever_waited_for_a_lock_is_not_refused(outage: Outage) -> None:
    for _ in range(3):
        outage.met(LockedFile("jobs cannot be used", "another program holds its lock", ""))
    assert outage.refusal() is None
    assert isinstance(outage.fault, LockedFile)


# -- opening anew ---------------------------------------------------------------------------


def _reopened(backend: SqliteBackend, uuid: str = "") -> None:
    file = backend._file
    reopening.reopen(file.place, uuid or file.uuid).close()


def test_another_file_in_its_place_is_refused(backend: SqliteBackend) -> None:
    with pytest.raises(FileUnusable, match="not the file that was opened"):
        _reopened(backend, "0" * 32)


def test_a_file_that_lost_a_commit_is_refused(backend: SqliteBackend) -> None:
    backend.enqueue("email", [JOB])
    file = backend._file
    note = heads.HeadFile(file.side, 99, file.uuid)
    note.write(Head(1_000, b"x" * 16))
    note.close()
    with pytest.raises(FileUnusable, match="has lost commits"):
        _reopened(backend)


def test_each_opening_anew_is_counted_in_the_file(backend: SqliteBackend, path: Path) -> None:
    for _ in range(3):
        _reopened(backend)
    with backend._file.read() as reading:
        rows = reading.connection.execute("SELECT value FROM meta WHERE key = 'reopened'")
        assert rows.fetchall() == [("3",)]
    assert backend.check() == ()


# -- readers --------------------------------------------------------------------------------


def test_after_a_read_that_failed_every_connection_is_opened_anew(
    backend: SqliteBackend, path: Path
) -> None:
    opened: list[apsw.Connection] = []
    failures: list[bool] = []

    def connect(path: Path) -> apsw.Connection:
        opened.append(open_reader(path))
        return opened[-1]

    readers = Readers(path, connect, lambda error: error, lambda: failures.append(True))
    with readers.read(), readers.read():
        assert len(opened) == 2
    with pytest.raises(Definite, match="the disk failed"), readers.read():
        raise apsw.IOError("as told")
    assert failures == [True]
    with readers.read():
        assert len(opened) == 3
    readers.close()


def test_a_read_that_failed_makes_the_writer_open_anew_too(
    backend: SqliteBackend, reopen: Callable[..., SqliteBackend]
) -> None:
    backend.enqueue("email", [JOB])
    with pytest.raises(Definite), backend._file.read():
        raise apsw.IOError("as told")
    backend.enqueue("email", [JOB])
    with backend._file.read() as reading:
        rows = reading.connection.execute("SELECT value FROM meta WHERE key = 'reopened'")
        assert rows.fetchall() == [("1",)]
