"""What clients do to their disk, written down so that the judge can cut the power afterwards.

Owns the VFS that sees every write, truncation, sync and deletion of the queue file, its `-wal` and
its `-journal`, the watch on `os.fsync`, and the log of both: one file a client, merged by a clock
they share. Reads, locks and shared memory go to SQLite's own VFS untouched; the bytes are really
written too, so the file works as ever. A write is logged before it is made and a sync after it
returned: a client may be killed in between, and then nobody was told of it.
"""

from __future__ import annotations

import fcntl
import heapq
import json
import os
import random
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from tests.faults.disk import Change, Disk, SideFiles

VFS_NAME = "forgetful"
WATCHED = apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
Reached = Callable[[str, bool], None]
"""Told of every write and sync, before it (False) and after it (True)."""
_HEAD = struct.Struct("<cqqII")


class Record(NamedTuple):
    """One line of a log, in the order of moments. `at`: an offset, or the moment a sync began."""

    moment: int
    kind: bytes
    at: int
    path: str
    data: bytes


class Sink:
    """Hears what is done to the watched files; does nothing about it but call `reached`."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached

    def change(
        self, kind: bytes, path: str, at: int, data: bytes, make: Callable[[], None]
    ) -> None:
        """Make a change: a write (w) or a cut (t)."""
        self._reached("write", False)
        self._log(kind, path, at, data)
        make()
        self._reached("write", True)

    def sync(self, path: str, make: Callable[[], None]) -> None:
        """Make a sync."""
        self._reached("sync", False)
        began = time.monotonic_ns()
        make()
        self._log(b"s", path, began, b"")
        self._reached("sync", True)

    def entry(self, kind: bytes, path: str, at: int = 0) -> None:
        """A file was made (m), or is being deleted (d; `at` 1: durably)."""
        self._log(kind, path, at, b"")

    @contextmanager
    def folder(self) -> Iterator[None]:
        """Makings and deletions are done and logged by one process at a time."""
        yield

    def _log(self, kind: bytes, path: str, at: int, data: bytes) -> None:
        """Nobody asks for it."""


class DiskLog(Sink):
    """Writes down what it hears, and what is fsynced beside it."""

    def __init__(self, logs: Path, client: str, side: Path, reached: Reached) -> None:
        super().__init__(reached)
        logs.mkdir(exist_ok=True)
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
        self._descriptor = os.open(logs / f"{client}.log", flags, 0o600)
        self._lock = os.open(logs / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        self._side, self._fsync = side, os.fsync
        os.fsync = self._fsynced  # type: ignore[assignment]

    def _log(self, kind: bytes, path: str, at: int, data: bytes) -> None:
        name = path.encode()
        head = _HEAD.pack(kind, time.monotonic_ns(), at, len(name), len(data))
        os.write(self._descriptor, head + name + data)

    @contextmanager
    def folder(self) -> Iterator[None]:
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _fsynced(self, descriptor: Any) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        watched = path == self._side or self._side in path.parents
        content = _content(path) if watched else b""
        self._fsync(descriptor)
        if watched:
            self._log(b"l" if path.is_dir() else b"f", str(path), 0, content)


def _content(path: Path) -> bytes:
    return json.dumps(os.listdir(path)).encode() if path.is_dir() else path.read_bytes()


def cut_power(
    logs: Path, side: Path, into: Path, mode: str, chance: random.Random, *, side_dropped: bool
) -> None:
    """Make in `into` the files as they are found, had power been lost at the end of `logs`.

    `side_dropped`: of the side files only what was fsynced is found, otherwise all of them.
    """
    disk, files = Disk(), SideFiles()
    for record in heapq.merge(*(_read(path) for path in sorted(logs.glob("*.log")))):
        _replay(record, disk, files)
    into.mkdir()
    disk.lose_power(into, mode, chance)
    if side_dropped:
        files.lose_power(str(side), into / side.name)
    else:
        shutil.copytree(side, into / side.name)


def _read(log: Path) -> Iterator[Record]:
    """Its records; the last may be torn by a kill, and then was not acted upon."""
    raw, place = log.read_bytes(), 0
    while place + _HEAD.size <= len(raw):
        kind, moment, at, name, data = _HEAD.unpack_from(raw, place)
        middle = place + _HEAD.size + name
        place, end = middle + data, middle + data
        if end <= len(raw):
            yield Record(moment, kind, at, raw[middle - name : middle].decode(), raw[middle:end])


def _replay(record: Record, disk: Disk, files: SideFiles) -> None:
    moment, kind, at, path, data = record
    if kind == b"w":
        disk.changed(path, Change(at, data, moment=moment))
    elif kind == b"t":
        disk.changed(path, Change(at, moment=moment))
    elif kind == b"m":
        disk.changed(path, Change(0, entry="made", moment=moment))
    elif kind == b"d":
        disk.deleted(path, bool(at), moment)
    elif kind == b"s":
        disk.synced(path, at)
    elif kind == b"l":
        files.listed(path, json.loads(data))
    else:
        files.synced(path, data)


class ForgetfulVFS(apsw.VFS):
    """SQLite's own VFS, telling `sink` of what is done; the process' default from now on."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        super().__init__(VFS_NAME, "", makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open; the queue file, its WAL and its journal are watched."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if not flags[0] & WATCHED:
            return apsw.VFSFile("unix", name, flags)
        with self._sink.folder():
            fresh = not Path(path).exists()
            file = ForgetfulFile(name, flags, self._sink, path)
            if fresh and Path(path).exists():
                self._sink.entry(b"m", path)
        return file

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        """Delete."""
        with self._sink.folder():
            super().xDelete(filename, syncdir)
            self._sink.entry(b"d", filename, int(syncdir))


class ForgetfulFile(apsw.VFSFile):
    """A watched file."""

    def __init__(self, name: Any, flags: list[int], sink: Sink, path: str) -> None:
        self._sink, self._path = sink, path
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """Write."""
        raw, write = bytes(data), super().xWrite
        self._sink.change(b"w", self._path, offset, raw, lambda: write(raw, offset))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """Cut."""
        cut = super().xTruncate
        self._sink.change(b"t", self._path, newsize, b"", lambda: cut(newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Sync."""
        sync = super().xSync
        self._sink.sync(self._path, lambda: sync(flags))
