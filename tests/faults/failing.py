"""A disk that says no: the nth write, sync, truncation or opening fails, once or until repaired.

Owns `Script`, what is to fail, and the VFS that obeys it for the queue file, its `-wal` and its
journal. A write that fails has written its first half. Reads, locks and shared memory go to
SQLite's own VFS untouched.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import apsw

from tests.faults.disk_log import WATCHED

VFS_NAME = "failing"


@dataclass(frozen=True, slots=True)
class Kind:
    """A call that fails, and how: SQLite's class of error and its extended result.

    `end`: how the path of a file must end to count.
    """

    call: str
    error: type[apsw.Error]
    result: int
    end: str = ""

    def raised(self) -> apsw.Error:
        """The error, as SQLite's own VFS would report it."""
        error = self.error(f"{self.call} fails as told")
        error.extendedresult = self.result  # type: ignore[attr-defined]
        return error


KINDS = {
    "write": Kind("write", apsw.IOError, apsw.SQLITE_IOERR_WRITE),
    # Not in the file itself: a checkpoint that has no room fails no commit, which SQLite knows and
    # apsw, with an error raised in Python, does not.
    "full": Kind("write", apsw.FullError, apsw.SQLITE_FULL, "-wal"),
    "sync": Kind("sync", apsw.IOError, apsw.SQLITE_IOERR_FSYNC),
    "truncate": Kind("truncate", apsw.IOError, apsw.SQLITE_IOERR_TRUNCATE),
    "open": Kind("open", apsw.CantOpenError, apsw.SQLITE_CANTOPEN),
}


@dataclass(slots=True)
class Script:
    """The `nth` call of a kind fails (0: none), and with `lasting` all after it until `repair`.

    `passed` counts such calls, `struck` those that failed.
    """

    kind: Kind
    nth: int = 0
    lasting: bool = False
    passed: int = 0
    struck: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fails(self, call: str, path: str) -> bool:
        """Whether this call is to fail."""
        if call != self.kind.call or not path.endswith(self.kind.end):
            return False
        with self._lock:
            self.passed += 1
            hit = self.nth > 0 and (
                self.passed >= self.nth if self.lasting else self.passed == self.nth
            )
            self.struck += hit
        return hit

    def break_now(self) -> None:
        """Fail from the next call on."""
        with self._lock:
            self.nth, self.lasting = self.passed + 1, True

    def repair(self) -> None:
        """Fail no more."""
        self.nth = 0


class FailingVFS(apsw.VFS):
    """SQLite's own VFS, failing where `script` says so."""

    def __init__(self, script: Script) -> None:
        self._script = script
        super().__init__(VFS_NAME, "", makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open; the queue file, its WAL and its journal obey the script."""
        if not flags[0] & WATCHED:
            return apsw.VFSFile("unix", name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if self._script.fails("open", path):
            raise self._script.kind.raised()
        return FailingFile(name, flags, self._script, path)


class FailingFile(apsw.VFSFile):
    """A file that obeys the script."""

    def __init__(self, name: Any, flags: list[int], script: Script, path: str) -> None:
        self._script, self._path = script, path
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """Write, or the half of it."""
        if self._script.fails("write", self._path):
            super().xWrite(bytes(data)[: len(data) // 2], offset)
            raise self._script.kind.raised()
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """Cut, or not."""
        if self._script.fails("truncate", self._path):
            raise self._script.kind.raised()
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Say yes or no. Nothing is lost here that was not synced, so there is nothing to do."""
        if self._script.fails("sync", self._path):
            raise self._script.kind.raised()


@contextmanager
def failing(script: Script) -> Iterator[Script]:
    """Have all files opened meanwhile obey `script`; they must be closed before the end."""
    vfs = FailingVFS(script)
    try:
        yield script
    finally:
        apsw.set_default_vfs("unix")
        vfs.unregister()
