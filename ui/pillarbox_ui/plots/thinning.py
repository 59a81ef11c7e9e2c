"""Fewer points where there are more than one can see. Pure, no Qt.

A line of 1.5 px is drawn in time only if it has few points; the peaks are what must not go.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

MOST = 240
"""Points a curve is drawn with: one every three pixels of a usual graph."""


def peaks(values: Sequence[float], most: int = MOST) -> list[int]:
    """The places of at most `most` + 1 values: the highest of each run, and the last."""
    if len(values) <= most:
        return list(range(len(values)))
    run = -(-len(values) // most)
    starts = range(0, len(values), run)
    kept = [max(range(s, min(s + run, len(values))), key=values.__getitem__) for s in starts]
    last = len(values) - 1
    return kept if kept[-1] == last else [*kept, last]


def spaced(times: Sequence[float], least: float) -> list[int]:
    """The place of the last time in each step of `least` seconds of the clock: as time goes on,
    what was chosen stays chosen, so a curve moves without trembling."""
    if least <= 0:
        return list(range(len(times)))
    steps = [int(time // least) for time in times]
    ends = [at for at, (step, following) in enumerate(pairwise(steps)) if following != step]
    return [*ends, len(times) - 1] if times else []
