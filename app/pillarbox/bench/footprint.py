"""What a backlog costs: memory of the process that works on it, and room in the file.

Owns both figures. The file is looked at when closed, its WAL folded in.
"""

from __future__ import annotations

from pathlib import Path

from pillarbox.bench.children import Child
from pillarbox.bench.opened import fill, opened
from pillarbox.bench.room import PAYLOAD_BYTES, Room

RUN_FIRST = 100
"""One of so many jobs of the backlog is run before the memory is looked at."""


def of_a_backlog(room: Room) -> dict[str, float]:
    """PSS in MB, and bytes a job beyond its payload."""
    jobs, path = room.sizes.backlog, room.fresh("bench.pillarbox")
    empty = _closed_size(room, path, 0)
    grown = (_closed_size(room, path, jobs) - empty) / jobs - PAYLOAD_BYTES
    with Child("resident", path, max(1, jobs // RUN_FIRST)) as resident:
        return {"memory": resident.value("memory"), "growth": grown}


def _closed_size(room: Room, path: Path, jobs: int) -> int:
    with opened(room, path) as engine:
        fill(engine.queue("bench"), jobs)
    return path.stat().st_size
