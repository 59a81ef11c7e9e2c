"""Opening a queue file: what is checked, in which order, before anything is promised.

Owns `open_backend`: place → our file, our schema → the chain reaches the heads noted beside it →
migrated → this process registered → what dead processes held returned. Until the heads are
reached nothing is written, not even by the closing of a connection: a damaged WAL stays as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from pillarbox_engine.clock import Clock, SystemClock
from pillarbox_engine.errors import BehindHead, DamagedFile, FileUnusable, ForeignFile
from pillarbox_engine.sqlite import chain, heads, quarantine
from pillarbox_engine.sqlite.backend import SqliteBackend
from pillarbox_engine.sqlite.connection import (
    READ_WRITE,
    close,
    is_blind,
    open_reader,
    open_untouched,
    open_writer,
    require_sqlite,
    spoken,
    unseen,
)
from pillarbox_engine.sqlite.damage import of_pages
from pillarbox_engine.sqlite.files import Place, locate, prepare, size_of, told
from pillarbox_engine.sqlite.memo import Head
from pillarbox_engine.sqlite.migrate import migrate, newest, require_ours, require_schema
from pillarbox_engine.sqlite.raw_bytes import wal_of
from pillarbox_engine.sqlite.statements import statement

ACCEPT = "Look for the right file, or accept this copy to go on with what it holds"


def open_backend(
    path: str | os.PathLike[str], *, clock: Clock | None = None, kind: str = "program",
    read_only: bool = False, accept_copy: bool = False,
) -> SqliteBackend:  # fmt: skip
    """Open, or create, the queue file at `path`.

    `kind` says to others what this process is (program, worker, window, cli, demo). `read_only`
    opens an existing file to look at and changes nothing. `accept_copy` takes a file that is
    older than the head noted beside it for the truth. Raises `FileUnusable` and its kin.
    """
    require_sqlite()
    place = locate(path, read_only=read_only)
    clock = clock or SystemClock()
    if read_only:
        return _open_untouched(place, clock)
    with quarantine.guarded(place.path):
        notices = _look(place, accept_copy)
        with told(place.path):
            notices += prepare(place)
        notices += _make_current(place)
    backend = SqliteBackend(place, clock, open_reader, tuple(notices))
    try:
        backend.start(kind)
    except BaseException:
        backend.close()
        raise
    return backend


def _open_untouched(place: Place, clock: Clock) -> SqliteBackend:
    """Commits that are missing are told and not refused: looking makes nothing worse."""
    noted, notices = heads.any_noted(place.side), []
    with _once_ours(place.path, noted):
        connection = open_untouched(place.path)
    try:
        with spoken(place.path), _once_ours(place.path, noted):
            _require_ours(connection, place.path)
            _require_current(connection, place.path)
            _require_head(connection, place)
    except BehindHead as behind:
        notices.append(f"{behind.title}: {behind.reason}")
    finally:
        connection.close(True)
    if is_blind(place.path):
        notices.append(unseen(place.path))
    return SqliteBackend(place, clock, open_untouched, tuple(notices))


def _make_current(place: Place) -> list[str]:
    connection = open_writer(place.path)
    try:
        with spoken(place.path):
            return migrate(connection, place.path)
    finally:
        close(connection)


def _look(place: Place, accept_copy: bool) -> list[str]:
    """Refuse a foreign, newer or damaged file, and one that lost commits, before anything could
    change it; notices for the person, where it was accepted all the same."""
    # First: another process may be making the file at this moment, and notes its head after that.
    noted = heads.any_noted(place.side)
    try:
        if place.exists:
            with _peeking(place) as connection:
                _require_whole(connection, place, noted)
        elif noted is not None:
            raise _vanished(place, noted)
    except BehindHead as behind:
        if not accept_copy:
            raise
        return [f"{behind.reason[:1].upper()}{behind.reason[1:]}. That was accepted",
                quarantine.set_aside(place.path)]  # fmt: skip
    return []


@contextmanager
def _peeking(place: Place) -> Iterator[apsw.Connection]:
    with spoken(place.path):
        connection = apsw.Connection(str(place.path), flags=READ_WRITE)
        connection.set_busy_timeout(20_000)
        if size_of(wal_of(place.path)):
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        try:
            connection.execute("PRAGMA query_only=1").fetchall()
            yield connection
        finally:
            close(connection)


def _require_whole(connection: apsw.Connection, place: Place, noted: Head | None) -> None:
    with _once_ours(place.path, noted), spoken(place.path):
        _require_ours(connection, place.path)
        if connection.pragma("user_version"):
            _require_head(connection, place)
        elif noted is not None:
            raise _vanished(place, noted)


def _require_ours(connection: apsw.Connection, path: Path) -> None:
    require_ours(connection, path)
    require_schema(connection, path)


@contextmanager
def _once_ours(path: Path, noted: Head | None) -> Iterator[None]:
    """What looks foreign is damaged where commits of a queue file are noted beside it."""
    try:
        yield
    except ForeignFile as error:
        if noted is None:
            raise
        raise first_page_damaged(path) from error


def first_page_damaged(path: Path) -> DamagedFile:
    """A file that is no SQLite file, but was a queue file: commits are noted beside it."""
    return of_pages(
        f"{path} cannot be used",
        "its first page is damaged: it is no queue file, and commits of one are noted beside it",
    )


def _require_current(connection: apsw.Connection, path: Path) -> None:
    """An older schema is brought up to date by writing, which looking may not do."""
    found = connection.pragma("user_version")
    if found == 0:
        raise DamagedFile(f"{path} cannot be used", "it holds no queues yet", "Open it to write")
    if found < newest():
        raise FileUnusable(
            f"{path} cannot be looked at as it is",
            f"its schema is number {found} and this version reads {newest()}",
            "Open it to write once: that brings it up to date, and keeps a copy",
        )


def _require_head(connection: apsw.Connection, place: Place) -> None:
    (uuid,) = connection.execute(statement("file_uuid")).fetchone() or ("",)
    expected = heads.highest(place.side, uuid)
    if expected is None or chain.holds(connection, expected):
        return
    found = chain.head(connection).sequence
    raise BehindHead(
        f"{place.path} has lost commits",
        f"it ends with commit {found} and commit {expected.sequence} was noted beside it",
        ACCEPT,
    )


def _vanished(place: Place, noted: Head) -> BehindHead:
    what = "the file is empty" if place.path.exists() else "the file is gone"
    return BehindHead(
        f"{place.path} has lost commits",
        f"{what} and commit {noted.sequence} was noted beside it",
        ACCEPT,
    )
