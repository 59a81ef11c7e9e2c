"""A file that is moved, replaced, write-protected or locked while open: said, and then over."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import FileUnusable, LockedFile, ReadOnlyFile
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend
from pillarbox_engine.sqlite.writer import Writer

JOB = NewJob(payload_json="{}")
CALLS: dict[str, Callable[[SqliteBackend], object]] = {
    "enqueue": lambda backend: backend.enqueue("email", [JOB]),
    "counts": lambda backend: backend.counts(),
    "file_info": lambda backend: backend.file_info(),
    "maintain": lambda backend: backend.maintain(),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("deed", ["moved", "deleted"])
def test_a_file_that_is_gone_is_said_by_each_call(
    backend: SqliteBackend, clock: ManualClock, path: Path, call: str, deed: str
) -> None:
    backend.enqueue("email", [JOB])
    kept = path.with_name("kept")
    if deed == "moved":
        os.link(path, kept)
    path.unlink()
    clock.advance(1.0)
    with pytest.raises(FileUnusable, match="moved or deleted while it was open"):
        CALLS[call](backend)
    assert not path.exists()


def test_a_folder_that_became_something_else_is_said(
    backend: SqliteBackend, clock: ManualClock, path: Path
) -> None:
    away = path.parent.with_name("away")
    path.parent.rename(away)
    path.parent.write_text("a file where the folder was")
    clock.advance(1.0)
    with pytest.raises(FileUnusable, match="Not a directory"):
        backend.counts()
    path.parent.unlink()
    away.rename(path.parent)
    clock.advance(1.0)
    assert backend.counts().ready == 0


def test_put_back_it_goes_on(backend: SqliteBackend, clock: ManualClock, path: Path) -> None:
    backend.enqueue("email", [JOB])
    away = path.with_name("away")
    path.rename(away)
    clock.advance(1.0)
    with pytest.raises(FileUnusable):
        backend.enqueue("email", [JOB])
    away.rename(path)
    clock.advance(1.0)
    backend.enqueue("email", [JOB])
    assert backend.counts().ready == 2
    assert backend.check() == ()


def test_another_file_in_its_place_is_never_written_to(
    backend: SqliteBackend, clock: ManualClock, path: Path
) -> None:
    backend.enqueue("email", [JOB])
    other = path.with_name("other")
    shutil.copy(path, other)
    before = other.read_bytes()
    other.replace(path)
    clock.advance(1.0)
    with pytest.raises(FileUnusable, match="another file has taken its place"):
        backend.enqueue("email", [JOB])
    backend.close()
    assert path.read_bytes() == before


def _failing_commit(error: apsw.Error) -> Callable[[Writer, apsw.Connection], None]:
    def fail(self: Writer, connection: apsw.Connection) -> None:
        raise error

    return fail


def test_a_file_that_became_read_only_is_said_until_it_can_be_written(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.enqueue("email", [JOB])
    with monkeypatch.context() as protected:
        protected.setattr(Writer, "_make_durable", _failing_commit(apsw.ReadOnlyError("told")))
        with pytest.raises(ReadOnlyFile, match="it cannot be written"):
            backend.pause("email")
        assert isinstance(backend._file.outage.fault, ReadOnlyFile)
        assert backend.counts().ready == 1, "it can still be looked at"
    assert backend.file_info().trouble is None, "asking has it tried again"
    backend.pause("email")


def test_a_lock_that_another_program_keeps_is_said_until_it_is_given_up(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.enqueue("email", [JOB])
    assert backend._file._writer is not None
    connection = backend._file._writer._connection
    assert connection is not None
    connection.set_busy_timeout(1)
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LockedFile, match="another program has held its lock"):
        backend.pause("email")
    assert isinstance(backend.file_info().trouble, LockedFile)
    other.execute("ROLLBACK")
    other.close()
    assert backend.file_info().trouble is None
    backend.pause("email")
