"""When schedules fire, against brute force over every wall-clock minute; and the engine's verbs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pillarbox_engine.backoff import Table
from pillarbox_engine.clock import from_us, to_us
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.model import NewJob
from pillarbox_engine.planning import NewSchedule
from pillarbox_engine.plans import plan_from_builtins, plan_to_builtins
from pillarbox_engine.schedules import Rhythm, check_cron
from pillarbox_engine.sqlite import open_backend
from pillarbox_engine.states import LIVE_STATES, Missed, Overlap, State
from pillarbox_engine.uniqueness import Unique
from tests.engine.kit import PATIENCE

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

# Changes of the clocks of every kind: an hour, half an hour, at midnight, a whole day left out.
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29)),
    ("Europe/Berlin", datetime(2026, 10, 25)),
    ("America/New_York", datetime(2026, 3, 8)),
    ("America/New_York", datetime(2026, 11, 1)),
    ("Australia/Lord_Howe", datetime(2026, 4, 5)),
    ("Australia/Lord_Howe", datetime(2026, 10, 4)),
    ("Africa/Cairo", datetime(2026, 4, 24)),
    ("America/St_Johns", datetime(2010, 3, 14)),
    ("Pacific/Apia", datetime(2011, 12, 30)),
    ("Asia/Kathmandu", datetime(1986, 1, 1)),
]
MINUTES = {
    "*": range(60), "*/7": range(0, 60, 7), "0": (0,), "30": (30,), "1,59": (1, 59),
    "0-20/5": range(0, 21, 5),
}  # fmt: skip
HOURS = {
    "*": range(24), "0": (0,), "1": (1,), "2": (2,), "3": (3,), "*/2": range(0, 24, 2),
    "23": (23,), "1-3": range(1, 4),
}  # fmt: skip
"""Fields of a cron line, and what each means."""


def wall_times(minute: str, hour: str, first: datetime, last: datetime) -> list[datetime]:
    """Every wall-clock minute from `first` to `last` that the fields name, one by one."""
    number = (last - first) // MINUTE
    walls = (first + count * MINUTE for count in range(number + 1))
    return [one for one in walls if one.minute in MINUTES[minute] and one.hour in HOURS[hour]]


def moments_of(walls: list[datetime], zone: ZoneInfo) -> list[int]:
    """What the policy says, from the definition: the first of two, the minute after a gap."""
    found: list[int] = []
    for wall in walls:
        there = wall
        while _skipped(there, zone):
            there += MINUTE
        moment = to_us(there.replace(tzinfo=zone, fold=0))
        if not found or moment > found[-1]:
            found.append(moment)
    return found


def _skipped(wall: datetime, zone: ZoneInfo) -> bool:
    there = wall.replace(tzinfo=zone)
    return there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(CHANGES), st.sampled_from(sorted(MINUTES)), st.sampled_from(sorted(HOURS)),
    st.integers(-300, 2_000),
)  # fmt: skip
def test_each_time_fires_as_the_policy_says_and_once(
    change: tuple[str, datetime], minute: str, hour: str, begin: int
) -> None:
    name, day = change
    zone, cron = ZoneInfo(name), check_cron(f"{minute} {hour} * * *")
    wanted = moments_of(wall_times(minute, hour, day - DAY, day + 3 * DAY), zone)
    start = to_us((day + begin * MINUTE).replace(tzinfo=zone))
    end = to_us((day + 2 * DAY).replace(tzinfo=zone))
    rhythm = Rhythm(cron, None, name, 0)
    ahead = list(takewhile(lambda moment: moment <= end, rhythm.from_then_on(start)))
    assert ahead == [moment for moment in wanted if start <= moment <= end]
    back = list(takewhile(lambda moment: moment >= start, rhythm.back_from(end)))
    assert back[::-1] == ahead
    assert rhythm.count(start, end, 10_000) == len(ahead)


def test_the_end_of_a_gap_is_among_the_times_from_then_on() -> None:
    plan = NewSchedule(
        name="x", queue="q", job=NewJob(payload_json="1"), cron="30 2 * * *", zone="Europe/Berlin"
    )
    end_of_gap = to_us(datetime(2026, 3, 29, 1, tzinfo=UTC))
    rhythm = plan.rhythm(0)
    assert next(rhythm.from_then_on(end_of_gap)) == end_of_gap
    assert next(rhythm.from_then_on(end_of_gap + 1)) > end_of_gap
    assert next(rhythm.back_from(end_of_gap)) == end_of_gap


@settings(max_examples=60, deadline=None)
@given(st.integers(1_000_000, 10**10), st.integers(0, 10**13), st.integers(0, 10**13))
def test_an_interval_is_a_beat_from_its_first_time(every: int, first: int, start: int) -> None:
    rhythm = Rhythm(None, every, "UTC", first)
    ahead = list(islice(rhythm.from_then_on(start), 5))
    assert all((moment - first) % every == 0 for moment in ahead)
    assert max(first, start) <= ahead[0] < max(first, start) + every
    assert [later - one for one, later in pairwise(ahead)] == [every] * 4
    assert list(islice(rhythm.back_from(ahead[-1]), 5))[::-1] == ahead
    assert rhythm.count(start, ahead[-1], 1) == 5


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("@daily", "0 0 * * *"), ("@HOURLY", "0 * * * *"), ("0 0 ? jan,dec *",) * 2,
        (" 5  4 * * MON-FRI ", "5 4 * * mon-fri"), ("0 0 l * *",) * 2, ("0 0 * * fri#2",) * 2,
    ],
)  # fmt: skip
def test_lines_are_kept_in_one_form(line: str, kept: str) -> None:
    assert check_cron(line) == kept


@pytest.mark.parametrize(
    ("line", "place"),
    [("x 0 * * *", 1), ("0  25 * * *", 4), ("0 0 32 * *", 5), ("0 0 1 13 *", 7), ("0 0 1 1 8", 9)],
)
def test_a_mistake_is_named_with_its_place(line: str, place: int) -> None:
    with pytest.raises(InvalidOption, match=rf"\(character {place}\)"):
        check_cron(line)


def test_both_day_fields_mean_either_day() -> None:
    plan = NewSchedule(
        name="x", queue="q", job=NewJob(payload_json="1"), cron=check_cron("0 0 13 * fri")
    )
    days = [one.day for one in plan.times(datetime(2026, 1, 1, tzinfo=UTC), 5)]
    assert days == [2, 9, 13, 16, 23]


def test_a_plan_survives_being_kept() -> None:
    terms = Unique(states=LIVE_STATES | {State.DONE}, window=5.0, replace=frozenset({"payload"}))
    job = NewJob(
        payload_json='{"a":1}', type="t", priority=3, max_attempts=2, retry_for=9.0, timeout=1.5,
        backoff=Table(delays=(1.0, 2.0)), unique_key="k", unique=terms, group="g",
    )  # fmt: skip
    plan = NewSchedule(
        name="n", queue="q", job=job, every=60.0, start_at=datetime(2030, 1, 1, tzinfo=UTC),
        overlap=Overlap.ALLOW, missed=Missed.ALL, missed_window=5.0,
    )  # fmt: skip
    kept = json.loads(json.dumps(plan_to_builtins(plan)))
    assert plan_from_builtins("n", "q", kept) == plan


def test_an_engine_plans_tells_stops_and_forgets(engine: Engine) -> None:
    queue = engine.queue("reports")
    made = queue.schedule("nightly", {"n": 1}, cron="0 3 * * *", type="t", overlap="allow")
    assert engine.schedules() == (made,)
    assert [one.hour for one in made.next_times(3)] == [3, 3, 3]
    engine.pause_schedule("nightly")
    assert engine.schedules()[0].next_times(3) == ()
    engine.resume_schedule("nightly")
    assert engine.schedules()[0].next_at == made.next_at
    job = engine.job(engine.run_schedule("nightly").id)
    assert (job.type, job.payload, job.schedule) == ("t", {"n": 1}, "nightly")
    engine.remove_schedule("nightly")
    assert engine.schedules() == ()


def test_it_fires_by_itself_and_workers_get_its_jobs(tmp_path: Path) -> None:
    with Engine(open_backend(tmp_path / "jobs.pillarbox")) as engine:
        queue = engine.queue("q")
        made = queue.schedule("beat", 7, every=1.0)
        assert made.next_at is not None
        delivery = queue.claim(wait=PATIENCE)
        assert delivery is not None
        assert engine.job(delivery.id).fire_at == made.next_at
        assert from_us(engine.clock.now_us()) - made.next_at < timedelta(seconds=5)
        delivery.ack()
