"""The parts in which a file is looked through, each short enough for one read transaction.

Owns their size: a span of ids grows and shrinks by how long the one before took. Where the states
that are asked for have few jobs, the ids of those are all there is to look at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pillarbox_engine.filters import Filter
from pillarbox_engine.sqlite import counting
from pillarbox_engine.sqlite.memo import COUNTERS
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.where import Where
from pillarbox_engine.states import State

FEW = 20_000
"""Up to so many jobs their ids are read first."""
FIRST = 2_000
LEAST = 100
MOST = 200_000
"""How many ids a span has: the first one, and the smallest and largest."""
LISTED = 2_000
"""How many it has where they are listed."""
TARGET_US = 15_000
"""How long a span should take."""

_LISTED_STATES = frozenset(
    {State.LEASED, State.SCHEDULED, State.DONE, State.DEAD, State.CANCELLED, State.TRASHED}
)
"""The states with an index that holds all their jobs."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some ids: from `first` to `last`, and where `ids` are given only those."""

    first: int
    last: int
    ids: tuple[int, ...] | None = None

    def add(self, where: Where) -> None:
        """Hold `where` to these."""
        if self.ids is None:
            where.add("where_span", self.first, self.last)
        else:
            where.add("where_id", json.dumps(self.ids))

    def edge(self, down: bool) -> int:
        """The last id that is looked at."""
        return self.first if down else self.last


def few(reading: Reading, wanted: Filter) -> list[int] | None:
    """The ids that can match at all, in order, where they are few and an index has them."""
    if wanted.ids:
        return sorted({int(job_id) for job_id in wanted.ids if job_id.isdecimal()})
    states = frozenset({State.SCHEDULED}) if wanted.retrying else wanted.states
    if not states or not states <= _LISTED_STATES:
        return None
    places = [at for at, name in enumerate(COUNTERS) if name in states]
    jobs = sum(row[at] for row in counting.of_all(reading).values() for at in places)
    if jobs > FEW:
        return None
    return sorted(row[0] for state in states for row in reading.rows(f"ids_{state}"))


def ends(reading: Reading) -> tuple[int, int]:
    """The lowest and the highest id; (0, -1) where there are no jobs."""
    low, high = reading.row("ends_of_jobs")
    return (0, -1) if low is None else (int(low), int(high))


def lists(ids: Sequence[int], after: int | None, *, down: bool) -> Iterator[Span]:
    """The ids that come after one of them, in parts."""
    if after is not None:
        ids = [one for one in ids if (one < after if down else one > after)]
    chosen = ids[::-1] if down else ids
    for at in range(0, len(chosen), LISTED):
        part = tuple(chosen[at : at + LISTED])
        yield Span(min(part), max(part), part)


def ranges(
    ends: tuple[int, int], after: int | None, *, down: bool, tick: Callable[[], int]
) -> Iterator[Span]:
    """All ids that come after one, span by span, each sized by how long the last one took."""
    low, high = ends
    if after is not None:
        low, high = (low, min(high, after - 1)) if down else (max(low, after + 1), high)
    size = FIRST
    while low <= high:
        began = tick()
        if down:
            first = max(low, high - size + 1)
            yield Span(first, high)
            high = first - 1
        else:
            last = min(high, low + size - 1)
            yield Span(low, last)
            low = last + 1
        size = _next_size(size, tick() - began)


def _next_size(size: int, took_us: int) -> int:
    """Half to twice the size, so that the next takes about as long as it may."""
    factor = min(2.0, max(0.25, TARGET_US / max(1, took_us)))
    return min(MOST, max(LEAST, int(size * factor)))
