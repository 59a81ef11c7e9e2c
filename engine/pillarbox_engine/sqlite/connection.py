"""Opens SQLite connections the way the storage rules ask, and tells SQLite's errors in our words.

Owns the pragmas, the busy time-out and the mapping from SQLite's result codes to
`pillarbox_engine.errors`. Durability: WAL with `synchronous=FULL`; `fullfsync` where the platform
has it (https://www.sqlite.org/pragma.html#pragma_fullfsync).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from pillarbox_engine.errors import (
    Definite,
    DiskFull,
    FileUnusable,
    ForeignFile,
    LockedFile,
    PillarboxError,
    ReadOnlyFile,
)
from pillarbox_engine.sqlite.blobs import teach
from pillarbox_engine.sqlite.damage import BROKEN_SCHEMA, damaged
from pillarbox_engine.sqlite.files import size_of
from pillarbox_engine.sqlite.raw_bytes import wal_of

_LOG = logging.getLogger("pillarbox.file")

APPLICATION_ID = 0x50426F78
"""`application_id` of a queue file: the letters "PBox"."""

READ_WRITE = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW
"""How a queue file is opened: it is there, and no symbolic link is followed."""

OLDEST_SQLITE = 3_051_003
BUSY_TIMEOUT_MS = 20_000

AUTOCHECKPOINT = 2_000
"""Pages in the WAL after which a commit copies them into the file."""

_PAGE_SIZE = 8192
_CACHE_KIB = 16_384
_BUSY_PAUSE = 0.005


def require_sqlite() -> None:
    """`FileUnusable` where the SQLite in use is older than 3.51.3."""
    found = apsw.SQLITE_VERSION_NUMBER
    if found < OLDEST_SQLITE:
        raise FileUnusable(
            "Queue files cannot be used: SQLite is too old",
            f"{apsw.sqlite_lib_version()} is installed and 3.51.3 is needed",
            "Upgrade the package apsw, which brings its own",
        )


def open_writer(path: Path) -> apsw.Connection:
    """A connection for the one writer of this process."""
    return _opened(path, _configure_writer)


def _opened(path: Path, configure: Callable[[apsw.Connection], None]) -> apsw.Connection:
    with spoken(path):
        connection = apsw.Connection(str(path), flags=READ_WRITE)
        try:
            connection.set_busy_timeout(BUSY_TIMEOUT_MS)
            configure(connection)
            teach(connection, path)
        except BaseException:
            close(connection)
            raise
    return connection


def close(connection: apsw.Connection) -> None:
    """Close. What is durable is so already: what goes wrong now is for the log."""
    try:
        connection.close(True)
    except apsw.Error as error:
        _LOG.warning("a connection did not close well: %s", error)


def _configure_writer(connection: apsw.Connection) -> None:
    for pragma in (f"page_size={_PAGE_SIZE}", "auto_vacuum=INCREMENTAL"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    _enter_wal(connection)
    for pragma in (
        "synchronous=FULL",
        "fullfsync=1",
        "checkpoint_fullfsync=1",
        "foreign_keys=0",
        "temp_store=MEMORY",
        f"cache_size=-{_CACHE_KIB}",
        f"wal_autocheckpoint={AUTOCHECKPOINT}",
        "trusted_schema=0",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _enter_wal(connection: apsw.Connection) -> None:
    """Switch a new file to WAL. Where another process is doing so at this moment SQLite says busy
    at once, whatever the time-out: it may not wait while it holds a read lock."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1_000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_BUSY_PAUSE)
        else:
            return


def open_reader(path: Path) -> apsw.Connection:
    """A connection that can only read, for short reads beside the writer."""
    return _opened(path, _configure_reader)


def _configure_reader(connection: apsw.Connection) -> None:
    for pragma in ("query_only=1", "temp_store=MEMORY", "trusted_schema=0"):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def open_untouched(path: Path) -> apsw.Connection:
    """A connection to a file that must not be changed at all, on read-only media too.

    Tries an ordinary read-only connection, which sees what the WAL holds; where SQLite cannot
    make its `-shm` file, the file is read as immutable.
    """
    with spoken(path):
        try:
            return _read_only(path, "mode=ro")
        except (apsw.CantOpenError, apsw.ReadOnlyError):
            return _read_only(path, "immutable=1")


def _read_only(path: Path, how: str) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOFOLLOW
    connection = apsw.Connection(f"{path.as_uri()}?{how}", flags=flags)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.execute("PRAGMA query_only=1").fetchall()
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    teach(connection, path)
    return connection


def is_blind(path: Path) -> bool:
    """Whether `open_untouched` cannot see what lies in the WAL: SQLite shares an index of it
    between processes, which cannot be made in a folder that is write-protected."""
    if size_of(wal_of(path)) == 0:
        return False
    try:
        _read_only(path, "mode=ro").close(True)
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        return True
    return False


def unseen(path: Path) -> str:
    """What is said where that is so."""
    name = wal_of(path).name
    return (
        f"what {name} holds cannot be seen in a write-protected folder: copy both, and look there"
    )


_STOPPING = (
    apsw.IOError, apsw.CorruptError, apsw.NotADBError, apsw.CantOpenError, apsw.ReadOnlyError,
    apsw.PermissionsError,
)  # fmt: skip


def stops(error: BaseException) -> bool:
    """Whether a connection that met `error` may not be used any further."""
    return isinstance(error, _STOPPING)


def disk_failed(error: BaseException) -> bool:
    """Whether the disk failed, or would not have the file opened."""
    return isinstance(error, (apsw.IOError, apsw.CantOpenError))


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, naming `path`."""
    try:
        yield
    except apsw.Error as error:
        raise translate(error, path) from error


def _no_room_to_share(error: apsw.Error) -> bool:
    """Whether SQLite found no room for the index of the WAL that processes share."""
    return getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE


def translate(error: apsw.Error, path: Path, *, tested: bool = True) -> PillarboxError:
    """The error of ours that says what SQLite met. What is no fault of the world comes back as a
    `Definite` failure with SQLite's words. `tested`: the statement is one that fits our schema."""
    title = f"{path} cannot be used"
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        return LockedFile(
            title,
            f"another program has held its lock for over {BUSY_TIMEOUT_MS // 1000} s",
            "Close that program, or wait for it, and try again",
        )
    if isinstance(error, apsw.NotADBError):
        return ForeignFile(title, "it is not an SQLite file", "Name a Pillarbox queue file")
    if isinstance(error, apsw.CorruptError) or (tested and BROKEN_SCHEMA.search(str(error))):
        return damaged(path, str(error))
    if isinstance(error, apsw.FullError) or _no_room_to_share(error):
        return DiskFull(title, "no room is left on the disk", "Free some room and try again")
    if isinstance(error, (apsw.ReadOnlyError, apsw.PermissionsError)):
        return ReadOnlyFile(title, "it cannot be written", "Make it and its folder writable")
    if isinstance(error, apsw.CantOpenError):
        return FileUnusable(title, "SQLite could not open it", "Check that it is still there")
    if isinstance(error, apsw.IOError):
        return Definite(
            title, f"the disk failed ({error})", "Look after the disk; it is tried again by itself"
        )
    return Definite(title, f"SQLite said: {error}", "Try again; if it goes on, run the check")
