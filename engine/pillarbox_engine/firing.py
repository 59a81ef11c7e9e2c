"""What a schedule does when its time has come: which times to fire, and which are let go.

Owns the policy for missed times. A time is missed when nobody was there to fire it within
`ON_TIME` of it: no process was running, or the machine slept. It is decided outside any
transaction; a store carries it out only if the schedule still stands where it was looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, takewhile

from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.errors import EnvironmentFault
from pillarbox_engine.planning import NewSchedule
from pillarbox_engine.schedules import Rhythm
from pillarbox_engine.states import Missed

ON_TIME_US = seconds_to_us(15.0)
"""How late a time may be fired without being a missed one: another process may have to notice
first that the one which did the maintenance has died."""
MOST = 1_000
"""How many missed times are made up for, and how many of a cron line's are counted, at once."""


@dataclass(frozen=True, slots=True)
class Firing:
    """What is to be done now: `times` to fire, oldest first; `passed`: how many are let go.

    `until` is the latest time this deals with, `next` the one after it; None: there is none.
    `fault`: why its times cannot be told here, so that it has to be paused; "" if they can.
    """

    times: tuple[int, ...]
    passed: int
    until: int
    next: int | None
    fault: str = ""


def firing(plan: NewSchedule, rhythm: Rhythm, due: int, now: int) -> Firing | None:
    """What a schedule whose next time was `due` does at `now`; None: nothing is due yet."""
    if due > now:
        return None
    try:
        return _decided(plan, rhythm, due, now)
    except EnvironmentFault as error:
        # One plan that cannot be read on this machine must not keep all others from firing.
        return Firing((), 0, due, due, fault=str(error))


def _decided(plan: NewSchedule, rhythm: Rhythm, due: int, now: int) -> Firing:
    latest = next(rhythm.back_from(now), due)
    times = _chosen(plan, rhythm, due, latest, now)
    passed = rhythm.count(due, latest, MOST) - len(times)
    return Firing(times, max(0, passed), latest, rhythm.after(latest))


def _chosen(plan: NewSchedule, rhythm: Rhythm, due: int, latest: int, now: int) -> tuple[int, ...]:
    on_time = latest >= now - ON_TIME_US
    if plan.missed == Missed.ALL:
        window = max(ON_TIME_US, seconds_to_us(plan.missed_window))
        earliest = max(due, now - window)
        back = takewhile(lambda moment: moment >= earliest, rhythm.back_from(latest))
        return tuple(islice(back, MOST))[::-1]
    return (latest,) if on_time or plan.missed == Missed.LATEST else ()


def busy(job_id: object, state: str) -> str:
    """Why a schedule did not fire: its overlap policy."""
    return f"job {job_id} of an earlier run was still {state}"


def holds_key(job_id: str) -> str:
    """Why a schedule's job was not enqueued: its unique key."""
    return f"job {job_id} holds its unique key"
