"""A disk that can lose power: of each file what is certainly on it, and what came since.

Owns `Disk`, which is told of every write, truncation, sync and deletion and makes the image that a
machine would find after a power cut, and `SideFiles`, the same for small files that are fsynced
whole. What clients do is written down by `disk_log`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.history import NEVER

SECTOR = 512
MODES = ("dropped", "subset", "torn", "prefix")
"""What becomes of un-synced writes: all dropped; a random subset kept; each sector of 512 bytes
kept or not; those up to one moment kept, the last of them torn."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a file: bytes written at `at`, or a cut to `at` bytes (`data` None).

    `entry`: it changes the folder instead, "made" or "deleted". Such changes reach the disk in
    their order, and what is written to a file whose entry never did is lost with it. `moment`:
    when it was made, by a clock all processes share.
    """

    at: int
    data: bytes | None = None
    entry: str = ""
    moment: int = 0


@dataclass(slots=True)
class Tracked:
    """A file: what is certainly on the disk (None: no file), and what came since."""

    durable: bytearray | None
    pending: list[Change] = field(default_factory=list)

    @property
    def fresh(self) -> bool:
        """Whether its entry in the folder is not durable yet."""
        return any(change.entry == "made" for change in self.pending)

    def sync(self, before: int) -> None:
        """All that was changed before a moment is durable now."""
        done = [change for change in self.pending if change.moment < before]
        self.pending = [change for change in self.pending if change.moment >= before]
        self.durable = applied(self.durable, done)
        if self.durable is None:
            self.durable = bytearray()

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
    """What of the files of one queue is durable."""

    def __init__(self) -> None:
        self._files: dict[str, Tracked] = {}

    def found(self, path: str, content: bytes) -> None:
        """A file was there, whole, from before."""
        self._files[path] = Tracked(bytearray(content))

    def changed(self, path: str, change: Change) -> None:
        """A change was made."""
        self._files.setdefault(path, Tracked(None)).pending.append(change)

    def synced(self, path: str, before: int = NEVER) -> None:
        """A sync of a file returned that began at the moment `before`."""
        known = self._files.setdefault(path, Tracked(None))
        if known.fresh:
            # SQLite syncs the folder with the first sync of a journal or WAL it has made.
            for other in self._files.values():
                other.sync_entry()
        known.sync(before)

    def forget(self, path: str) -> None:
        """A sync failed, and the system has let go of what it could not write."""
        self._files[path].pending = []

    def deleted(self, path: str, durably: bool, moment: int = 0) -> None:
        """A file was deleted."""
        known = self._files.setdefault(path, Tracked(None))
        if durably:
            known.durable, known.pending = None, []
        else:
            known.pending.append(Change(0, entry="deleted", moment=moment))

    def lose_power(self, folder: Path, mode: str, chance: random.Random) -> None:
        """Write into `folder` the files as they are found after a power cut now."""
        for path, known in self._files.items():
            image = applied(known.durable, survivors(known.pending, mode, chance))
            if image is not None:
                (folder / Path(path).name).write_bytes(image)


class SideFiles:
    """Small files and folders: what they held when they were fsynced last."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}
        self._entries: dict[str, list[str]] = {}

    def synced(self, path: str, content: bytes) -> None:
        """A file was fsynced, holding `content`."""
        self._contents[path] = content

    def listed(self, path: str, names: list[str]) -> None:
        """A folder was fsynced, holding these entries, of files and folders."""
        self._entries[path] = names

    def lose_power(self, of: str, folder: Path) -> None:
        """Make `folder` what is found of the folder `of`: a file never fsynced is empty."""
        folder.mkdir(mode=0o700)
        for name in self._entries.get(of, ()):
            path = f"{of}/{name}"
            if path in self._entries or Path(path).is_dir():
                self.lose_power(path, folder / name)
            else:
                (folder / name).write_bytes(self._contents.get(path, b""))
