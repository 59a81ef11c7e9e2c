"""The geometry of the retry timeline: lanes, bars, waits, ghosts, bins. Pure, no Qt.

Owns how a job's history becomes shapes over time. Times are seconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from pillarbox_engine.model import Event, JobSummary
from pillarbox_engine.states import EventKind, State

RUNNING, NEXT = "running", "next"
_GHOST = 2.0
"""How long the next attempt is drawn when none was measured, in seconds."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An attempt from `start` to `end`; `kind` is an `EventKind`, "running" or "next"."""

    start: float
    end: float
    kind: str
    attempt: int

    @property
    def lost(self) -> bool:
        """Whether the attempt ended by a lost lease."""
        return self.kind == EventKind.LOST


@dataclass(frozen=True, slots=True)
class Wait:
    """Time between attempts; `ahead` for what is still to come."""

    start: float
    end: float
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A job's life: its attempts, the waits between, and the next attempt as a ghost."""

    job: str
    name: str
    bars: tuple[Bar, ...] = ()
    waits: tuple[Wait, ...] = ()
    ghost: Bar | None = None

    def span(self) -> tuple[float, float] | None:
        """From the first to the last thing drawn, or None."""
        ends = [edge for bar in self.bars for edge in (bar.start, bar.end)]
        ends += [edge for wait in self.waits for edge in (wait.start, wait.end)]
        if self.ghost is not None:
            ends += [self.ghost.start, self.ghost.end]
        return (min(ends), max(ends)) if ends else None


def lane(job: JobSummary, events: Iterable[Event], now: datetime) -> Lane:
    """The lane of `job` from its history, oldest first, as it is at `now`."""
    at = now.timestamp()
    bars = _bars(job, events, at)
    ghost = _ghost(job, bars, at)
    return Lane(job.id, f"{job.id}  {job.type}", bars, _waits(job, bars, ghost, at), ghost)


def _bars(job: JobSummary, events: Iterable[Event], now: float) -> tuple[Bar, ...]:
    ended = [
        Bar(event.started_at.timestamp(), event.at.timestamp(), str(event.kind), event.attempt)
        for event in events
        if event.started_at is not None
    ]
    if job.state is State.LEASED and job.started_at is not None:
        ended.append(Bar(job.started_at.timestamp(), now, RUNNING, job.attempt))
    return tuple(sorted(ended, key=lambda bar: bar.start))


def _ghost(job: JobSummary, bars: Sequence[Bar], now: float) -> Bar | None:
    """The next attempt: when it is due (or now, if it is overdue), as long as they usually are."""
    if job.state not in (State.SCHEDULED, State.READY):
        return None
    start = max(now, job.run_at.timestamp())
    length = median(bar.end - bar.start for bar in bars) if bars else _GHOST
    return Bar(start, start + max(length, 0.001), NEXT, job.attempt + 1)


def _waits(job: JobSummary, bars: Sequence[Bar], ghost: Bar | None, now: float) -> tuple[Wait, ...]:
    waits = [Wait(one.end, two.start) for one, two in pairwise(bars) if two.start > one.end]
    first = bars[0].start if bars else (ghost.start if ghost else None)
    queued = job.enqueued_at.timestamp()
    if bars and first is not None and first > queued:
        waits.insert(0, Wait(queued, first))
    if ghost is not None:
        since = bars[-1].end if bars else queued
        waits += [Wait(since, now)] if now > since else []
        waits += [Wait(max(now, since), ghost.start, ahead=True)] if ghost.start > now else []
    return tuple(waits)


@dataclass(frozen=True, slots=True)
class Bins:
    """How many retries fall due in each step of `width` seconds from `start` on."""

    start: float
    width: float
    counts: tuple[int, ...] = ()

    @property
    def peak(self) -> int:
        """The most that fall due in one step."""
        return max(self.counts, default=0)


_WIDTHS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)


def bins(due: Iterable[datetime], start: float, end: float, most: int = 120) -> Bins:
    """Coming retries by when they fall due, in at most `most` steps of a round width."""
    span = max(1.0, end - start)
    width = next((float(w) for w in _WIDTHS if span / w <= most), span / most)
    first = start // width * width
    counts = [0] * (int((end - first) // width) + 1)
    for moment in due:
        place = int((moment.timestamp() - first) // width)
        if 0 <= place < len(counts):
            counts[place] += 1
    return Bins(first, width, tuple(counts))


def lane_at(y: float, count: int) -> int | None:
    """Which of `count` lanes lies at height `y` (lanes are one high, the first at the top)."""
    return int(y) if 0 <= y < count else None


def summary(due: Sequence[datetime], now: datetime) -> tuple[int, float]:
    """(how many retries are to come, seconds until the next one); inf where none is."""
    ahead = [max(0.0, (moment - now).total_seconds()) for moment in due]
    return len(ahead), min(ahead, default=float("inf"))
