"""History points as the series a graph draws: times, depths, rates. Pure, no Qt.

Times are seconds since 1970 UTC. A gap in the history is a NaN, so no line is drawn across it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

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


def levels(points: Sequence[HistoryPoint], of: Callable[[HistoryPoint], float]) -> Series:
    """A figure of the points as it is; of more than can be seen, the peaks."""
    values = [float(of(point)) for point in points]
    kept = peaks(values)
    times = [points[place].at.timestamp() for place in kept]
    return _with_gaps(times, [values[place] for place in kept])


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
