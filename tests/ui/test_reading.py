"""Reading snapshots: long looks through the store are ended, and not begun anew at once."""

from __future__ import annotations

from typing import Any

from pillarbox_engine.clock import ManualClock, SystemClock
from pillarbox_engine.filters import Filter, Page
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import JobSummary
from pillarbox_ui.interest import Interest, View
from pillarbox_ui.reading import SnapshotReader


def test_a_long_look_nobody_waits_for_is_left() -> None:
    cut: list[bool] = []

    class Slow(MemoryBackend):
        def jobs(self, where: Filter = Filter(), **more: Any) -> Page[JobSummary]:
            cut.append(more["stop"]())
            return Page((), None, partial=cut[-1])

    reader = SnapshotReader(Slow(), SystemClock())
    interest = Interest(view=View.QUEUE, where=Filter(text=("x",)))
    assert reader.read(interest, stop=lambda: True) is None
    assert reader.read(interest, stop=lambda: False) is not None
    assert cut == [True, False]


def test_a_look_that_took_long_is_not_begun_anew_at_once() -> None:
    clock = ManualClock()
    looks: list[Filter] = []

    class Slow(MemoryBackend):
        def jobs(self, where: Filter = Filter(), **more: Any) -> Page[JobSummary]:
            looks.append(where)
            clock.advance(0.5)
            return Page(())

    reader = SnapshotReader(Slow(clock=clock), clock)
    interest = Interest(view=View.QUEUE, where=Filter(text=("x",)))
    for expected in (1, 1):
        reader.read(interest)
        assert len(looks) == expected
    clock.advance(3.0)
    reader.read(interest)
    assert len(looks) == 2
