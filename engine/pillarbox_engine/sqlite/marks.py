"""Which jobs this process has really started: a small mapped file that survives its kill.

Owns `FILE.d/started-<process>`. Writing a mark costs no system call; a killed process leaves its
marks behind, so what it had claimed ahead but not started is released without being charged.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path

from pillarbox_engine.sqlite.files import reserve

_SLOT = struct.Struct("<qq")
SLOTS = 1_024


class Marks:
    """This process' marks: a slot a worker thread, holding (job id, fence)."""

    def __init__(self, side: Path, process_id: int) -> None:
        self._path = path_of(side, process_id)
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            reserve(descriptor, _SLOT.size * SLOTS)
            self._map = mmap.mmap(descriptor, _SLOT.size * SLOTS)
        finally:
            os.close(descriptor)

    def set(self, slot: int, job_id: int, fence: int) -> None:
        """Slot `slot` (from 0) now runs this claim."""
        _SLOT.pack_into(self._map, (slot % SLOTS) * _SLOT.size, job_id, fence)

    def clear(self, slot: int) -> None:
        """Slot `slot` runs nothing."""
        self.set(slot, 0, 0)

    def close(self) -> None:
        """Close and remove: a process that ended well leaves nothing to explain."""
        self._map.close()
        self._path.unlink(missing_ok=True)


def path_of(side: Path, process_id: int) -> Path:
    """Where a process keeps its marks."""
    return side / f"started-{process_id}"


def read(side: Path, process_id: int) -> frozenset[tuple[int, int]]:
    """The (job id, fence) pairs a process had started; empty where it left no marks."""
    try:
        raw = path_of(side, process_id).read_bytes()
    except FileNotFoundError:
        return frozenset()
    whole = raw[: len(raw) - len(raw) % _SLOT.size]
    return frozenset(pair for pair in _SLOT.iter_unpack(whole) if pair[0])
