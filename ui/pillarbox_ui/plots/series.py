"""History points as the series a graph draws: times, depths, rates. Pure, no Qt.

Times are seconds since 1970 UTC. A gap in the history is a NaN, so no line is drawn across it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pillarbox_engine.lengths import Lengths, together
from pillarbox_engine.model import HistoryPoint
from pillarbox_ui.plots.thinning import peaks, spaced

Floats = NDArray[np.float64]
_GAP = 4.0
"""A step this many times the usual one is a gap."""


@dataclass(frozen=True, slots=True)
class Series:
    """One curve: `times` and `values` of the same length."""

    times: Floats
    values: Floats

    def value_at(self, at: float) -> float | None:
        """The value of the point nearest to `at`, or None where there is none."""
        if not len(self.times):
            return None
        place = len(self.times) - 1
        if at < self.times[-1]:
            place = int(np.argmin(np.abs(self.times - at)))
        value = float(self.values[place])
        return None if np.isnan(value) else value

    def high(self) -> float:
        """The highest value, 0 where there is none."""
        return float(np.nanmax(self.values)) if np.isfinite(self.values).any() else 0.0


EMPTY = Series(np.empty(0), np.empty(0))


def stack(
    points: Sequence[HistoryPoint], figures: Sequence[Sequence[float]], number: int
) -> tuple[Series, ...]:
    """`number` figures a point that add up, as curves at the same times; of more points than can be
    seen, those where the sum is highest."""
    kept = peaks([sum(each) for each in figures])
    times = [points[place].at.timestamp() for place in kept]
    return tuple(
        _with_gaps(times, [figures[place][column] for place in kept]) for column in range(number)
    )


def quantiles(
    points: Sequence[HistoryPoint],
    of: Callable[[HistoryPoint], Lengths],
    share: float,
    step: float,
) -> Series:
    """The length that `share` of all in each step of the clock do not exceed, drawn as a level as
    wide as the step; a step without any is a gap."""
    steps: dict[int, list[Lengths]] = {}
    for point in points:
        if of(point):
            steps.setdefault(int(point.at.timestamp() // step), []).append(of(point))
    times: list[float] = []
    values: list[float] = []
    for number, parts in sorted(steps.items()):
        value = together(parts).quantile(share)
        if times and number * step > times[-1]:
            times.append(number * step)
            values.append(math.nan)
        times += [number * step, (number + 1) * step]
        values += [math.nan if value is None else value] * 2
    return Series(np.array(times, dtype=float), np.array(values, dtype=float))


def rates(
    points: Sequence[HistoryPoint],
    total: Callable[[HistoryPoint], int],
    step: float = 0.0,
    over: int = 1,
) -> Series:
    """How fast a cumulative total grew, per second: a value each `step` seconds, taken over the
    last `over` steps of it."""
    times: list[float] = []
    values: list[float] = []
    kept = [points[at] for at in spaced([point.at.timestamp() for point in points], step)]
    for at, after in enumerate(kept[1:], 1):
        before = kept[max(0, at - over)]
        seconds = (after.at - before.at).total_seconds()
        if seconds > 0:
            times.append(after.at.timestamp())
            values.append(max(0, total(after) - total(before)) / seconds)
    return _with_gaps(times, values)


def _with_gaps(times: list[float], values: list[float]) -> Series:
    """The curve with a NaN put into every gap."""
    if len(times) < 3:
        return Series(np.array(times, dtype=float), np.array(values, dtype=float))
    usual = median(after - before for before, after in pairwise(times))
    gaps = [place for place, (a, b) in enumerate(pairwise(times), 1) if b - a > _GAP * usual]
    middles = [(times[place - 1] + times[place]) / 2 for place in gaps]
    return Series(np.insert(times, gaps, middles), np.insert(values, gaps, np.nan))
