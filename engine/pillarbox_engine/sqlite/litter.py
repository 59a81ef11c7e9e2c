"""Blobs that no job refers to: left by a crash before the commit, or by jobs that were deleted.

Owns finding them, a chunk at a time, and deleting them. A blob is rubbish only where the committed
file does not refer to it and, under the write lock, still nothing does: a roll-back can then not
bring a reference back, and an enqueue looks for its blobs under the same lock. The grace only
spares an enqueue under way from writing its blobs twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from pillarbox_engine.clock import Clock, seconds_to_us
from pillarbox_engine.sqlite import blobs
from pillarbox_engine.sqlite.files import size_of
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.transaction import Transaction

GRACE_US = seconds_to_us(3_600.0)
CHUNK = 500
PAUSE_US = seconds_to_us(60.0)
"""How long after the folder was read it is read anew, at the soonest."""


class Litter:
    """Looks through the blobs, again and again, a chunk a call."""

    def __init__(self, side: Path, clock: Clock) -> None:
        self._folder, self._clock = blobs.folder_of(side), clock
        self._names: Iterator[str] = iter(())
        self._again_at = 0

    def look(self, reading: Reading) -> list[Path]:
        """Rubbish among the next blobs."""
        names = list(islice(self._names, CHUNK))
        if not names and self._clock.monotonic_us() >= self._again_at:
            self._names = iter(_names(self._folder))
            self._again_at = self._clock.monotonic_us() + PAUSE_US
            names = list(islice(self._names, CHUNK))
        return unused(reading, self._folder, names, self._clock.now_us())


def unused(
    reading: Reading | Transaction, folder: Path, names: Sequence[str], now: int
) -> list[Path]:
    """Those of `names` that no job refers to and no enqueue under way may want."""
    return [
        folder / name for name in names
        if blobs.made_at(name) < now - GRACE_US and reading.row("blob_in_use", (name,)) is None
    ]  # fmt: skip


def collect(transaction: Transaction, found: Sequence[Path]) -> int:
    """Delete what was `found`, unless a job refers to it by now; how many."""
    rubbish = [path for path in found if transaction.row("blob_in_use", (path.name,)) is None]
    blobs.remove(rubbish)
    return len(rubbish)


def left_over(reading: Reading, side: Path, now: int) -> list[Path]:
    """All rubbish there is."""
    folder = blobs.folder_of(side)
    return unused(reading, folder, _names(folder), now)


def told(left: Sequence[Path]) -> tuple[str, ...]:
    """What a person is told of it."""
    if not left:
        return ()
    size = sum(size_of(path) for path in left)
    many, belong = ("payload", "belongs") if len(left) == 1 else ("payloads", "belong")
    what = f"{len(left):,} {many} beside the file, {size:,} bytes, {belong} to no job any more"
    return (f"{what}; maintenance deletes that while the file is open",)


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
