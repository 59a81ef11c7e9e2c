"""Opening a queue file: what is checked, in which order, before anything is promised.

Owns `open_backend`: place → our file, our schema → migrated → the chain reaches the heads noted
beside it → this process registered → what dead processes held returned.
"""

from __future__ import annotations

import os
from pathlib import Path

import apsw

from pillarbox_engine.clock import Clock, SystemClock
from pillarbox_engine.errors import BehindHead, DamagedFile
from pillarbox_engine.sqlite import chain, heads
from pillarbox_engine.sqlite.backend import SqliteBackend
from pillarbox_engine.sqlite.connection import (
    open_reader,
    open_untouched,
    open_writer,
    require_sqlite,
    spoken,
)
from pillarbox_engine.sqlite.files import Place, locate, prepare, told
from pillarbox_engine.sqlite.migrate import migrate, require_ours
from pillarbox_engine.sqlite.statements import statement


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
    _peek(place)
    with told(place.path):
        notices = prepare(place)
    notices += _make_current(place, accept_copy)
    backend = SqliteBackend(place, clock, open_reader, tuple(notices))
    backend.start(kind)
    return backend


def _open_untouched(place: Place, clock: Clock) -> SqliteBackend:
    connection = open_untouched(place.path)
    with spoken(place.path):
        require_ours(connection, place.path)
        _require_tables(connection, place.path)
    connection.close(True)
    return SqliteBackend(place, clock, open_untouched, ())


def _make_current(place: Place, accept_copy: bool) -> list[str]:
    connection = open_writer(place.path)
    try:
        with spoken(place.path):
            notices = migrate(connection, place.path)
            _require_head(connection, place, accept_copy)
    finally:
        connection.close(True)
    return notices


def _peek(place: Place) -> None:
    """Refuse a foreign or newer file before any pragma could change it."""
    if not place.exists:
        return
    with spoken(place.path):
        connection = apsw.Connection(str(place.path), flags=apsw.SQLITE_OPEN_READWRITE)
        connection.set_busy_timeout(20_000)
        connection.execute("PRAGMA query_only=1").fetchall()
        try:
            require_ours(connection, place.path)
        finally:
            connection.close(True)


def _require_tables(connection: apsw.Connection, path: Path) -> None:
    if connection.pragma("user_version") == 0:
        raise DamagedFile(f"{path} cannot be used", "it holds no queues yet", "Open it to write")


def _require_head(connection: apsw.Connection, place: Place, accept_copy: bool) -> None:
    (uuid,) = connection.execute(statement("file_uuid")).fetchone() or ("",)
    expected = heads.highest(place.side, uuid)
    if expected is None or accept_copy or chain.holds(connection, expected):
        return
    found = chain.head(connection).sequence
    raise BehindHead(
        f"{place.path} has lost commits",
        f"it ends with commit {found} and commit {expected.sequence} was noted beside it",
        "Look for the right file, or accept this copy to go on with what it holds",
    )
