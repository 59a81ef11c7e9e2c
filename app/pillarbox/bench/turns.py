"""Two sides measured in turns, so that both meet the same disk and the same neighbours.

Owns the alternating: slice by slice, raw first in one and ours first in the next.
"""

from __future__ import annotations

from collections.abc import Callable

Side = Callable[[], tuple[int, float]]
"""Does a slice of work; how many jobs, in how many seconds."""


def in_turns(slices: int, *sides: Side) -> list[float]:
    """Let each of `sides` do `slices` slices; the rate of each, in jobs a second."""
    totals = [[0, 0.0] for _ in sides]
    for turn in range(slices):
        order = range(len(sides)) if turn % 2 == 0 else reversed(range(len(sides)))
        for place in order:
            jobs, seconds = sides[place]()
            totals[place][0] += jobs
            totals[place][1] += seconds
    return [jobs / seconds for jobs, seconds in totals]
