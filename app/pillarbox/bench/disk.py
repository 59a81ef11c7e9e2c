"""The disk under the benchmark: how long it takes to make a small write durable.

Owns the fsync figure printed beside all others, and the kind of file system: on one that keeps
files in memory, durability costs nothing and the figures say little.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from pillarbox.bench.room import Room
from pillarbox.bench.spreads import percentile

WRITES = 100
BLOCK = b"\0" * 4_096


def fsync(room: Room) -> dict[str, float]:
    """The median time, in ms, of appending 4 kB and fsync."""
    descriptor = os.open(room.fresh("fsync"), os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        times = [_durable_write(descriptor) for _ in range(WRITES)]
    finally:
        os.close(descriptor)
    return {"fsync-p50": percentile(times, 50) * 1_000}


def _durable_write(descriptor: int) -> float:
    started = time.perf_counter()
    os.write(descriptor, BLOCK)
    os.fsync(descriptor)
    return time.perf_counter() - started


def file_system(folder: Path) -> str:
    """The kind of file system `folder` is on; "unknown" where the system does not say."""
    best, kind = Path(), "unknown"
    for mount, found in _mounts():
        inside = folder.resolve().is_relative_to(mount)
        if inside and len(mount.parts) >= len(best.parts):
            best, kind = mount, found
    return kind


def _mounts() -> list[tuple[Path, str]]:
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    except OSError:
        return []
    return [(Path(words[1]), words[2]) for words in map(str.split, lines)]
