"""The benchmark's machinery on sizes too small to say anything about speed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox.bench.room import Room, Sizes

TINY = Sizes(
    repetitions=2, seconds=0.05, many=5_000, cycle=2_000, drained=200, wakes=3, idle_seconds=0.05,
    backlog=400, killed_after=0.1, peer=5, scale=3_000, scale_base=2_000, scale_drained=80,
    window_seconds=0.3, pace=0.02,
)  # fmt: skip


@pytest.fixture
def told() -> list[str]:
    """What a benchmark in `room` said of its progress."""
    return []


@pytest.fixture
def room(tmp_path: Path, told: list[str]) -> Room:
    return Room(tmp_path, TINY, told.append)
