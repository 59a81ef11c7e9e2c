"""The newest image of each page of a queue file, from the file and from its WAL.

Owns the two forms as far as that needs them (https://www.sqlite.org/fileformat2.html, 1.2 and 4).
Of the WAL SQLite itself drops all that follows a damaged frame; here each frame is judged by the
checksum of the one before it, so a damaged frame costs no more than its own page.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from pillarbox_engine.sqlite.raw_bytes import RawBytes

USUAL = 8192
"""The page size where damage has left none that can be."""

HEADER = 100
"""Bytes of the first page before its rows."""

_SIZES = frozenset(1 << power for power in range(9, 17))
_WAL_HEADER, _FRAME_HEADER = 32, 24
_BIG_ENDIAN = 0x377F0683
_MASK = 0xFFFFFFFF


@dataclass(slots=True)
class Pages:
    """Pages by number, from 1. `damaged` frames of the WAL are used all the same: `faults` says
    which pages they hold."""

    file: RawBytes
    wal: RawBytes | None
    size: int = USUAL
    count: int = 0
    newest: dict[int, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.size = _page_size(self.file, self.wal)
        self.count = -(-self.file.size // self.size)
        if self.wal is not None:
            self._index(self.wal)

    def __getitem__(self, number: int) -> bytes:
        at = self.newest.get(number)
        if at is not None and self.wal is not None:
            return self.wal.read(at, self.size)
        return self.file.read((number - 1) * self.size, self.size)

    def free(self) -> frozenset[int]:
        """Pages that hold nothing any more, as far as their list can be followed."""
        found: set[int] = set()
        (trunk,) = struct.unpack_from(">I", self[1].ljust(HEADER, b"\0"), 32)
        while 1 < trunk <= self.count and trunk not in found:
            found.add(trunk)
            page = self[trunk].ljust(self.size, b"\0")
            trunk, number = struct.unpack_from(">II", page)
            leaves = min(number, self.size // 4 - 2)
            found.update(struct.unpack_from(f">{leaves}I", page, 8))
        return frozenset(found)

    def _index(self, wal: RawBytes) -> None:
        """Note where the newest image of each page is: frames up to the last commit count."""
        waiting: dict[int, int] = {}
        damaged: set[int] = set()
        for at, number, total, whole in _frames(wal, self.size):
            if not whole:
                damaged.add(at)
            waiting[number] = at
            if total:
                self.newest.update(waiting)
                waiting.clear()
                self.count = max(self.count, min(total, max(self.newest)))
        hurt = sorted(number for number, at in self.newest.items() if at in damaged)
        self.faults += [f"page {number} is damaged in the WAL" for number in hurt]


def _page_size(file: RawBytes, wal: RawBytes | None) -> int:
    stated = [int.from_bytes(file.read(16, 2).ljust(2, b"\0"), "big")]
    if wal is not None:
        stated.insert(0, int.from_bytes(wal.read(8, 4), "big"))
    sizes = [65_536 if size == 1 else size for size in stated]
    return next((size for size in sizes if size in _SIZES), USUAL)


def _frames(wal: RawBytes, size: int) -> Iterator[tuple[int, int, int, bool]]:
    """Of each frame of this life of the WAL: where its page is, the page's number, pages in all
    where it ends a commit (else 0), and whether its checksum is right."""
    head = wal.read(0, _WAL_HEADER)
    if len(head) < _WAL_HEADER:
        return
    order = ">" if struct.unpack_from(">I", head)[0] == _BIG_ENDIAN else "<"
    salts, before = head[16:24], struct.unpack(">II", head[24:32])
    for at in range(_WAL_HEADER, wal.size - size - _FRAME_HEADER + 1, size + _FRAME_HEADER):
        frame = wal.read(at, _FRAME_HEADER + size)
        # One flipped bit harms one of the two; frames of an earlier life share neither.
        if frame[8:12] != salts[:4] and frame[12:16] != salts[4:]:
            return
        stored = struct.unpack_from(">II", frame, 16)
        found = _checksum(frame[:8] + frame[_FRAME_HEADER:], order, before)
        number, total = struct.unpack_from(">II", frame)
        yield at + _FRAME_HEADER, number, total, found == stored
        before = stored


def _checksum(data: bytes, order: str, before: tuple[int, int]) -> tuple[int, int]:
    first, second = before
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, two in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & _MASK
        second = (second + two + first) & _MASK
    return first, second
