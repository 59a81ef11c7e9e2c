"""A disk that can lose power: it knows which writes were not synced yet.

Owns `Disk` and the VFS that tells it of every write, truncation, sync and deletion of the queue
file, its `-wal` and its `-journal`. Reads, locks and shared memory go to SQLite's own VFS
untouched; the bytes are really written too, so the file works as ever until `lose_power` makes
the image a machine would find after a power cut.
"""

from __future__ import annotations

import os
import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
VFS_NAME = "forgetful"
WATCHED = apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
MODES = ("dropped", "subset", "torn", "prefix")
"""What becomes of un-synced writes: all dropped; a random subset kept; each sector of 512 bytes
kept or not; those up to one moment kept, the last of them torn."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a file: bytes written at `at`, or a cut to `at` bytes (`data` None).

    `entry`: it changes the folder instead, "made" or "deleted". Such changes reach the disk in
    their order, and what is written to a file whose entry never did is lost with it.
    """

    at: int
    data: bytes | None = None
    entry: str = ""


@dataclass(slots=True)
class Tracked:
    """A file: what is certainly on the disk (None: no file), and what came since."""

    durable: bytearray | None
    pending: list[Change] = field(default_factory=list)

    @property
    def fresh(self) -> bool:
        """Whether its entry in the folder is not durable yet."""
        return any(change.entry == "made" for change in self.pending)

    def sync(self) -> None:
        """All of it is durable now."""
        self.durable = applied(self.durable, self.pending)
        if self.durable is None:
            self.durable = bytearray()
        self.pending = []

    def sync_entry(self) -> None:
        """Its folder was synced: it is there or not, whatever it holds."""
        last = max((n for n, change in enumerate(self.pending) if change.entry), default=-1)
        if last >= 0:
            self.durable = applied(self.durable, [self.pending[last]])
            del self.pending[: last + 1]


def applied(start: bytearray | None, changes: list[Change]) -> bytearray | None:
    """A file's bytes after `changes`, applied in place."""
    content = start
    for change in changes:
        if change.entry:
            content = bytearray() if change.entry == "made" else None
            continue
        content = bytearray() if content is None else content
        if change.data is None:
            del content[change.at :]
        else:
            if len(content) < change.at:
                content.extend(bytes(change.at - len(content)))
            content[change.at : change.at + len(change.data)] = change.data
    return content


def survivors(changes: list[Change], mode: str, chance: random.Random) -> list[Change]:
    """Which of the un-synced changes reached the disk after all."""
    if mode == "dropped":
        return []
    reached = _in_the_folder(changes, chance)
    if mode == "prefix":
        kept = reached[: chance.randint(0, len(reached))]
        return [*kept[:-1], *_cut(kept[-1], chance)] if kept else []
    if mode == "subset":
        return [change for change in reached if change.entry or chance.random() < 0.5]
    parts = [part for change in reached for part in _sectors(change)]
    return [part for part in parts if part.entry or chance.random() < 0.5]


def _in_the_folder(changes: list[Change], chance: random.Random) -> list[Change]:
    """The changes up to the first one of the folder that did not reach the disk."""
    for number, change in enumerate(changes):
        if change.entry and chance.random() < 0.5:
            return changes[:number]
    return changes


def _sectors(change: Change) -> list[Change]:
    if not change.data:
        return [change]
    starts = range(0, len(change.data), SECTOR)
    return [Change(change.at + n, change.data[n : n + SECTOR]) for n in starts]


def _cut(change: Change, chance: random.Random) -> list[Change]:
    parts = _sectors(change)
    if change.entry:
        return parts
    return parts[: chance.randint(0, len(parts))]


class Disk:
    """What of the files of one queue is durable. `reached` is told of every write and sync."""

    def __init__(self, reached: Callable[[str, bool], None]) -> None:
        self._lock = threading.RLock()
        self._files: dict[str, Tracked] = {}
        self._reached = reached

    def opened(self, path: str, fresh: bool) -> None:
        """A file was opened; `fresh`: SQLite made it."""
        with self._lock:
            known = self._files.get(path)
            if known is None:
                content = None if fresh else bytearray(Path(path).read_bytes())
                known = self._files[path] = Tracked(content)
            if fresh:
                known.pending += [Change(0, entry="made")]

    def changed(self, path: str, change: Change) -> None:
        """A change was made."""
        with self._lock:
            self._reached("write", False)
            self._files[path].pending.append(change)
            self._reached("write", True)

    def synced(self, path: str, sync: Callable[[], None]) -> None:
        """A file is synced."""
        with self._lock:
            self._reached("sync", False)
            sync()
            known = self._files[path]
            if known.fresh:
                # SQLite syncs the folder with the first sync of a journal or WAL it has made.
                for other in self._files.values():
                    other.sync_entry()
            known.sync()
            self._reached("sync", True)

    def deleted(self, path: str, durably: bool) -> None:
        """A file was deleted."""
        with self._lock:
            known = self._files.setdefault(path, Tracked(None))
            if durably:
                known.durable, known.pending = None, []
            else:
                known.pending.append(Change(0, entry="deleted"))

    def lose_power(self, folder: Path, mode: str, chance: random.Random) -> None:
        """Write into `folder` the files as they are found after a power cut now."""
        with self._lock:
            for path, known in self._files.items():
                image = applied(known.durable, survivors(known.pending, mode, chance))
                if image is not None:
                    (folder / Path(path).name).write_bytes(image)


class SideFiles:
    """The small files beside the queue file, and what of them was fsynced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._synced: dict[str, bytes] = {}
        self._fsync = os.fsync
        os.fsync = self._note  # type: ignore[assignment]

    def _note(self, descriptor: Any) -> None:
        self._fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        if path.parent == self._folder:
            self._synced[path.name] = path.read_bytes()

    def lose_power(self, folder: Path, *, dropped: bool) -> None:
        """Write them into `folder`: as they are, or as they were fsynced last."""
        if not dropped:
            shutil.copytree(self._folder, folder / self._folder.name)
            return
        kept = folder / self._folder.name
        kept.mkdir(mode=0o700)
        for name, content in self._synced.items():
            if (self._folder / name).exists():
                (kept / name).write_bytes(content)


class ForgetfulVFS(apsw.VFS):
    """SQLite's own VFS, telling `disk` of what is written; the process' default from now on."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(VFS_NAME, "", makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open; the queue file, its WAL and its journal are watched."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if not flags[0] & WATCHED:
            return apsw.VFSFile("unix", name, flags)
        fresh = not Path(path).exists()
        file = ForgetfulFile(name, flags, self._disk, path)
        self._disk.opened(path, fresh)
        return file

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        """Delete."""
        super().xDelete(filename, syncdir)
        self._disk.deleted(filename, syncdir)


class ForgetfulFile(apsw.VFSFile):
    """A watched file."""

    def __init__(self, name: Any, flags: list[int], disk: Disk, path: str) -> None:
        self._disk, self._path = disk, path
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """Write."""
        super().xWrite(data, offset)
        self._disk.changed(self._path, Change(offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """Cut."""
        super().xTruncate(newsize)
        self._disk.changed(self._path, Change(newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Sync."""
        self._disk.synced(self._path, lambda: super(ForgetfulFile, self).xSync(flags))
