"""What may be opened, what is refused, and how that is said."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from pillarbox_engine.errors import (
    BehindHead,
    FileUnusable,
    ForeignFile,
    LockedFile,
    NewerFile,
    PillarboxError,
    ReadOnlyFile,
)
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend, connection, filesystems, open_backend

Opener = Callable[..., SqliteBackend]


def _enqueue(backend: SqliteBackend, number: int = 1) -> None:
    backend.enqueue("email", [NewJob(payload_json="{}")] * number)


def test_a_new_file_is_private(backend: SqliteBackend, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.with_name("jobs.pillarbox.d").stat().st_mode & 0o777 == 0o700


def test_a_file_others_can_read_opens_with_a_notice(reopen: Opener, path: Path) -> None:
    reopen().close()
    path.chmod(0o644)
    assert "Others on this machine can read" in reopen().file_info().notices[0]


def test_jobs_are_there_after_reopening(reopen: Opener) -> None:
    first = reopen()
    _enqueue(first, 3)
    first.close()
    assert reopen().counts("email").ready == 3


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda p: p.write_bytes(b"not a database at all, no " * 40), ForeignFile, "not an SQLite"),
        (lambda p: p.mkdir(), FileUnusable, "it is a folder"),
        (lambda p: p.symlink_to(p.with_name("other")), FileUnusable, "symbolic link"),
        (lambda p: os.mkfifo(p), FileUnusable, "not a regular file"),
    ],
    ids=["text", "folder", "symlink", "pipe"],
)
def test_what_is_no_queue_file_is_refused(
    path: Path, make: Callable[[Path], None], error: type[PillarboxError], says: str
) -> None:
    make(path)
    with pytest.raises(error, match=says):
        open_backend(path)


def test_another_programs_database_is_refused_and_left_as_it_was(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(ForeignFile, match="another program"):
        open_backend(path)
    assert path.read_bytes() == before


def test_what_is_refused_gets_no_side_folder(path: Path) -> None:
    path.write_bytes(b"somebody else's text " * 400)
    with pytest.raises(ForeignFile):
        open_backend(path)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "/proc/jobs.pillarbox"])
def test_a_path_the_system_refuses_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileUnusable, match="cannot be used") as told:
        open_backend(tmp_path / name)
    assert len(str(told.value)) < 600


def test_a_network_file_system_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystems, "kind_of", lambda folder: "nfs4")
    with pytest.raises(FileUnusable, match=r"network file system \(nfs4\)"):
        open_backend(path)
    assert not path.exists()


def test_the_kind_of_a_file_system_is_that_of_the_nearest_mount() -> None:
    assert filesystems.kind_of(Path("/proc/self")) == "proc"
    assert filesystems.kind_of(Path("/")) != ""


def test_a_newer_file_is_refused(reopen: Opener, path: Path) -> None:
    reopen().close()
    other = apsw.Connection(str(path))
    other.pragma("user_version", 999)
    other.close()
    with pytest.raises(NewerFile, match="schema is number 999"):
        open_backend(path)


def test_a_file_that_becomes_newer_takes_no_more_writes(backend: SqliteBackend, path: Path) -> None:
    other = apsw.Connection(str(path))
    other.pragma("user_version", 999)
    with pytest.raises(NewerFile):
        _enqueue(backend)
    other.pragma("user_version", 1)
    other.close()
    _enqueue(backend)


def test_a_read_only_file_is_refused_for_writing_and_can_be_looked_at(
    reopen: Opener, path: Path
) -> None:
    first = reopen()
    _enqueue(first)
    first.close()
    path.chmod(0o400)
    with pytest.raises(ReadOnlyFile, match="read-only"):
        open_backend(path)
    looking = reopen(read_only=True)
    assert looking.counts("email").ready == 1
    with pytest.raises(ReadOnlyFile):
        _enqueue(looking)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="folder does not exist"):
        open_backend(tmp_path / "nowhere" / "jobs.pillarbox")


def test_looking_at_a_missing_file_makes_none(path: Path) -> None:
    with pytest.raises(FileUnusable, match="no such file"):
        open_backend(path, read_only=True)
    assert not path.exists()


def test_a_lock_held_too_long_is_said_and_nothing_is_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_MS", 30)
    backend = open_backend(path)
    _enqueue(backend)
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LockedFile, match="held its lock"):
        _enqueue(backend)
    other.execute("ROLLBACK")
    other.close()
    _enqueue(backend)
    assert backend.counts("email").ready == 2
    backend.close()


def test_a_file_behind_its_head_is_said_and_can_be_accepted(reopen: Opener, path: Path) -> None:
    first = reopen()
    _enqueue(first)
    first.close()
    old = path.read_bytes()
    second = reopen()
    _enqueue(second, 5)
    second.close()
    path.write_bytes(old)
    with pytest.raises(BehindHead, match="lost commits"):
        open_backend(path)
    accepted = reopen(accept_copy=True)
    assert accepted.counts("email").ready == 1
    accepted.close()
    assert reopen().check() == ()


def test_a_backup_put_under_another_name_is_whole(reopen: Opener, path: Path) -> None:
    first = reopen()
    _enqueue(first)
    first.close()
    copy = path.with_name("copy.pillarbox")
    copy.write_bytes(path.read_bytes())
    copy.chmod(0o600)
    other = open_backend(copy)
    assert other.counts("email").ready == 1
    other.close()
