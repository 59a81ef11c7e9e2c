"""Repetitions: every probe once a round, raw loops and ours in turns.

Owns the order and the collecting. A series measured more than once in a round counts with its
mean, and a ratio is taken within each round, so what slows the whole machine for a while slows
both sides.
"""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

from pillarbox.bench.goals import Goal
from pillarbox.bench.room import Room

Measure = Callable[[Room], dict[str, float]]


@dataclass(frozen=True, slots=True)
class Probe:
    """Something that is measured: what to call it, how, and whether once is enough."""

    title: str
    measure: Measure
    once: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured: for each round, each series' figure."""

    rounds: tuple[dict[str, float], ...]

    def series(self, name: str) -> list[float]:
        """A series over the rounds it was measured in."""
        return [values[name] for values in self.rounds if name in values]

    def figures(self, goal: Goal) -> list[float]:
        """What `goal` asks for, round by round; a ratio's parts come from the same round."""
        if goal.per is None:
            return self.series(goal.series)
        return [
            values[goal.series] / values[goal.per]
            for values in self.rounds
            if goal.series in values and values.get(goal.per)
        ]


def run(probes: Sequence[Probe], room: Room) -> Measured:
    """Measure `probes` in as many rounds as the room's sizes say."""
    number = room.sizes.repetitions
    return Measured(tuple(_round(probes, room, turn, number) for turn in range(number)))


def _round(probes: Iterable[Probe], room: Room, turn: int, of: int) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for probe in probes:
        if probe.once and turn:
            continue
        room.tell(f"round {turn + 1} of {of}: {probe.title}")
        for name, value in _in_a_folder(probe.measure, room).items():
            values.setdefault(name, []).append(value)
    return {name: statistics.fmean(found) for name, found in values.items()}


def _in_a_folder(measure: Measure, room: Room) -> dict[str, float]:
    """Measure with a folder that is gone afterwards: no probe runs on a full disk."""
    folder = Path(mkdtemp(dir=room.folder))
    try:
        return measure(replace(room, folder=folder))
    finally:
        shutil.rmtree(folder)
