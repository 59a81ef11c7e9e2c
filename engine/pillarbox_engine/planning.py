"""What a schedule is: a plan, and what became of it.

Owns the records `NewSchedule` (when, and which job) and `Schedule` (one in the store), which tell
the times to come. Times are aware UTC datetimes, durations seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from pillarbox_engine.clock import from_us, seconds_to_us, to_us
from pillarbox_engine.model import NewJob
from pillarbox_engine.schedules import Rhythm
from pillarbox_engine.states import Missed, Overlap

DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """A plan: `job` is enqueued in `queue` at each time of `cron`, or every `every` seconds.

    `zone` is the one whose wall clock `cron` goes by. `start_at`: nothing before it; an interval
    counts from there, or else from when the plan was stored. `missed_window`: seconds that
    `Missed.ALL` looks back.
    """

    name: str
    queue: str
    job: NewJob
    cron: str | None = None
    every: float | None = None
    zone: str = "UTC"
    start_at: datetime | None = None
    overlap: Overlap = Overlap.SKIP
    missed: Missed = Missed.LATEST
    missed_window: float = DAY

    def rhythm(self, now: int) -> Rhythm:
        """When it fires, were it stored at `now` (microseconds)."""
        every = None if self.every is None else seconds_to_us(self.every)
        if self.start_at is not None:
            return Rhythm(self.cron, every, self.zone, to_us(self.start_at))
        return Rhythm(self.cron, every, self.zone, now + (every or 0))

    def has_rhythm_of(self, other: NewSchedule) -> bool:
        """Whether both fire at the same times."""
        mine = (self.cron, self.every, self.zone, self.start_at)
        return mine == (other.cron, other.every, other.zone, other.start_at)

    def times(self, after: datetime, number: int) -> tuple[datetime, ...]:
        """The first `number` times it would fire, were it stored at `after`."""
        now = to_us(after)
        return tuple(map(from_us, islice(self.rhythm(now).from_then_on(now + 1), number)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(NewSchedule):
    """A plan in the store. `next_at` is None while it is paused.

    `fired`: jobs it enqueued, those by hand among them. `skipped`: times at which it did not, with
    the reason of the last in `note`. `passed`: times missed and not made up for.
    """

    id: str
    paused: bool
    created_at: datetime
    first_at: datetime
    next_at: datetime | None = None
    last_at: datetime | None = None
    last_job: str | None = None
    fired: int = 0
    skipped: int = 0
    passed: int = 0
    note: str = ""

    def next_times(self, number: int) -> tuple[datetime, ...]:
        """Its next `number` times, soonest first; none while it is paused."""
        if self.next_at is None:
            return ()
        rhythm = replace(self.rhythm(0), first_us=to_us(self.first_at))
        times = rhythm.from_then_on(to_us(self.next_at))
        return tuple(map(from_us, islice(times, max(0, number))))
