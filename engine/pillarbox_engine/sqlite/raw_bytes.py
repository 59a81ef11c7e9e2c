"""The bytes of a queue file and of its WAL, read the only safe way: by SQLite's own file layer.

Owns `RawBytes`. A descriptor that anything but SQLite opens drops SQLite's POSIX locks when it is
closed (https://www.sqlite.org/howtocorrupt.html, 2.2); SQLite's layer keeps one that another
connection of this process still needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import apsw

CHUNK = 1 << 20
"""Bytes read at a time."""


def wal_of(path: Path) -> Path:
    """Where SQLite keeps the WAL of the file at `path`."""
    return path.with_name(path.name + "-wal")


class RawBytes:
    """A file open for reading; `wal`: it is the WAL. Raises `apsw.Error` where it cannot be."""

    def __init__(self, path: Path, *, wal: bool = False) -> None:
        kind = apsw.SQLITE_OPEN_WAL if wal else apsw.SQLITE_OPEN_MAIN_DB
        self._file = apsw.VFSFile("", str(path), [apsw.SQLITE_OPEN_READONLY | kind, 0])
        self.size = self._file.xFileSize()

    def __enter__(self) -> RawBytes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.xClose()

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` bytes from `at`; fewer where the file ends before."""
        wanted = min(size, self.size - at)
        return bytes(self._file.xRead(wanted, at)) if wanted > 0 else b""

    def chunks(self) -> Iterator[bytes]:
        """All of it, a chunk at a time."""
        for at in range(0, self.size, CHUNK):
            yield self.read(at, CHUNK)


def parts(path: Path) -> list[tuple[Path, bool]]:
    """The files that make up the queue file at `path`, each with whether it is the WAL."""
    wal = wal_of(path)
    return [(path, False), (wal, True)] if wal.exists() else [(path, False)]
