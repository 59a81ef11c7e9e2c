"""Schedules: stored once, fired on time and never twice, whatever the clock or the machine did."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pillarbox_engine import schedules
from pillarbox_engine.errors import InvalidName, InvalidOption, NotFound, PayloadTooLarge, QueueFull
from pillarbox_engine.model import NewJob
from pillarbox_engine.planning import NewSchedule, Schedule
from pillarbox_engine.states import Missed, Overlap, State
from tests.contract.workshop import QUEUE, Workshop

MINUTE, HOUR = 60.0, 3_600.0
START = datetime(2026, 1, 1, tzinfo=UTC)


def plan(name: str = "tick", **changes: Any) -> NewSchedule:
    given = {"queue": QUEUE, "job": NewJob(payload_json='{"n":1}', type="report"), **changes}
    if "cron" not in given:
        given.setdefault("every", MINUTE)
    return NewSchedule(name=name, **given)


def put(shop: Workshop, name: str = "tick", **changes: Any) -> Schedule:
    return shop.backend.put_schedule(plan(name, **changes))


def look(shop: Workshop, name: str = "tick") -> Schedule:
    (found,) = [one for one in shop.backend.schedules() if one.name == name]
    return found


def fired(shop: Workshop) -> int:
    return shop.counts().enqueued_total


def work(shop: Workshop) -> int:
    """Run all there is; how many jobs that were."""
    number = 0
    for claimed in shop.claim(100):
        shop.ack(claimed)
        number += 1
    return number


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


# -- what is stored -------------------------------------------------------------------------


def test_a_new_schedule_is_told_whole(shop: Workshop) -> None:
    made = put(shop, cron="*/5  * * * *", zone="Europe/Berlin", overlap=Overlap.ALLOW)
    assert made == look(shop)
    assert (made.cron, made.zone, made.overlap) == ("*/5 * * * *", "Europe/Berlin", Overlap.ALLOW)
    assert (made.missed, made.paused, made.created_at) == (Missed.LATEST, False, START)
    assert made.next_at == START + timedelta(minutes=5)
    assert (made.fired, made.skipped, made.passed, made.last_at) == (0, 0, 0, None)
    assert made.next_times(3) == tuple(START + timedelta(minutes=m) for m in (5, 10, 15))
    assert [queue.name for queue in shop.backend.queues()] == [QUEUE]


def test_they_are_listed_by_name(shop: Workshop) -> None:
    put(shop, "b")
    put(shop, "a", queue="other")
    assert [one.name for one in shop.backend.schedules()] == ["a", "b"]


def test_saying_the_same_again_changes_nothing(shop: Workshop) -> None:
    made = put(shop)
    sequence = shop.backend.file_info().sequence
    shop.clock.advance(30)
    assert put(shop) == made
    shop.pass_time(30)
    assert fired(shop) == 1
    assert shop.backend.file_info().sequence >= sequence


def test_another_job_keeps_the_times(shop: Workshop) -> None:
    made = put(shop)
    shop.clock.advance(30)
    changed = put(shop, job=NewJob(payload_json="2"))
    assert (changed.id, changed.next_at) == (made.id, made.next_at)
    shop.pass_time(30)
    assert shop.take().payload_json == "2"


def test_other_times_bring_none_back(shop: Workshop) -> None:
    put(shop, cron="0 * * * *")
    shop.pass_time(HOUR)
    work(shop)
    shop.clock.step(-600)
    changed = put(shop, cron="0,30 * * * *")
    assert changed.next_at == at(2026, 1, 1, 1, 30)


def test_a_name_is_one_queues(shop: Workshop) -> None:
    put(shop)
    with pytest.raises(InvalidOption, match='queue "orders"'):
        put(shop, queue="other")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cron": "61 * * * *"}, r"field 1 \(character 1\), minute, is '61'"),
        ({"cron": "0 0 * jam *"}, r"field 4 \(character 7\), month"),
        ({"cron": "* * * *"}, "4 fields and not 5"),
        ({"cron": "R 0 * * *"}, "minute"),
        ({"cron": "0 0 30 2 *"}, "never fires"),
        ({"cron": 5}, "cron must be text"),
        ({"cron": "0 0 * * *", "every": 60.0}, "both were given"),
        ({"every": None}, "neither was given"),
        ({"every": 0.5}, "every is out of range"),
        ({"every": float("nan")}, "every is out of range"),
        ({"every": True}, "every must be a number"),
        ({"every": "60"}, "every must be a number"),
        ({"zone": "Europe/Berln"}, "Did you mean Europe/Berlin"),
        ({"zone": "../../etc/passwd"}, "no zone"),
        ({"zone": None}, "no zone"),
        ({"start_at": START - timedelta(seconds=1)}, "in the past"),
        ({"start_at": datetime(2027, 1, 1)}, "without a zone"),
        ({"start_at": "tomorrow"}, "must be a time"),
        ({"overlap": "queue"}, "Use one of: skip, allow"),
        ({"missed": "some"}, "Use one of: none, latest, all"),
        ({"missed_window": -1.0}, "missed_window is out of range"),
        ({"job": NewJob(payload_json="1", delay=5.0)}, "cannot have delay"),
        ({"job": NewJob(payload_json="1", priority=5_000)}, "priority"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_stored(
    shop: Workshop, changes: dict[str, Any], says: str
) -> None:
    before = shop.backend.file_info().sequence
    with pytest.raises(InvalidOption, match=says):
        put(shop, **changes)
    assert shop.backend.schedules() == ()
    assert shop.backend.queues() == ()
    assert shop.backend.file_info().sequence == before


@pytest.mark.parametrize("name", ["", " x", "a/b", "x" * 201])
def test_a_bad_name_is_refused(shop: Workshop, name: str) -> None:
    with pytest.raises(InvalidName):
        put(shop, name)


def test_what_is_not_there_is_not_found(shop: Workshop) -> None:
    for verb in ("remove_schedule", "pause_schedule", "run_schedule"):
        with pytest.raises(NotFound, match='no schedule "nil"'):
            getattr(shop.backend, verb)("nil")
        with pytest.raises(InvalidName, match="must be text"):
            getattr(shop.backend, verb)(["nil"])


# -- firing ---------------------------------------------------------------------------------


def test_it_fires_when_its_time_has_come_and_not_before(shop: Workshop) -> None:
    put(shop)
    shop.pass_time(MINUTE - 0.001)
    assert fired(shop) == 0
    shop.pass_time(0.001)
    assert fired(shop) == 1
    shop.backend.maintain()
    assert fired(shop) == 1
    claimed = shop.take()
    assert (claimed.type, claimed.payload_json) == ("report", '{"n":1}')
    record = look(shop)
    assert (record.fired, record.last_at, record.last_job) == (1, shop.now, claimed.lease.job_id)
    assert record.next_at == START + timedelta(minutes=2)


def test_maintenance_comes_back_in_time(shop: Workshop) -> None:
    put(shop)
    shop.clock.advance(MINUTE - 0.3)
    shop.backend.maintain()
    assert shop.backend.maintain() == pytest.approx(0.3)


def test_an_idle_schedule_writes_nothing(shop: Workshop) -> None:
    put(shop, every=HOUR)
    shop.pass_time(1)
    shop.pass_time(1)
    before = shop.backend.file_info().sequence
    for _ in range(20):
        shop.pass_time(1)
    assert shop.backend.file_info().sequence == before


def test_an_interval_keeps_its_beat_though_it_is_fired_late(shop: Workshop) -> None:
    put(shop, overlap=Overlap.ALLOW)
    for late in (61, 62, 59.5, 57.5):
        shop.pass_time(late)
    assert fired(shop) == 4
    assert look(shop).next_at == START + timedelta(minutes=5)


def test_it_starts_when_it_is_told_to(shop: Workshop) -> None:
    start = START + timedelta(hours=2)
    assert put(shop, every=HOUR, start_at=start).next_at == start
    assert put(shop, "c", cron="*/7 * * * *", start_at=start).next_at == start
    shop.pass_time(2 * HOUR)
    assert fired(shop) == 2
    assert put(shop, every=HOUR, start_at=start).next_at == start + timedelta(hours=1)


def test_options_of_its_job_are_kept(shop: Workshop) -> None:
    job = NewJob(payload_json="1", type="t", priority=7, max_attempts=2, timeout=5.0)
    put(shop, job=job)
    shop.pass_time(MINUTE)
    made = shop.job(shop.take().lease.job_id)
    assert (made.type, made.priority, made.max_attempts, made.timeout) == ("t", 7, 2, 5.0)


def test_a_job_tells_which_schedule_fired_it_and_for_when(shop: Workshop) -> None:
    put(shop)
    shop.pass_time(MINUTE + 3)
    made = shop.job(shop.take().lease.job_id)
    assert (made.schedule, made.fire_at) == ("tick", START + timedelta(minutes=1))
    plain = shop.job(shop.add())
    assert (plain.schedule, plain.fire_at) == (None, None)


# -- overlap --------------------------------------------------------------------------------


@pytest.mark.parametrize("take", [False, True], ids=["ready", "leased"])
def test_a_live_job_keeps_the_next_one_away(shop: Workshop, take: bool) -> None:
    shop.configure(lease=HOUR)
    put(shop)
    shop.pass_time(MINUTE)
    held = [shop.take()] if take else []
    shop.pass_time(MINUTE)
    record = look(shop)
    assert (fired(shop), record.fired, record.skipped) == (1, 1, 1)
    assert record.note == f"job {record.last_job} of an earlier run was still " + (
        "leased" if take else "ready"
    )
    assert record.next_at == START + timedelta(minutes=3)
    for claimed in held or shop.claim():
        shop.ack(claimed)
    shop.pass_time(MINUTE)
    assert (fired(shop), look(shop).skipped) == (2, 1)


def test_a_retrying_job_is_live_and_a_dead_one_is_not(shop: Workshop) -> None:
    put(shop)
    shop.pass_time(MINUTE)
    shop.nack(shop.take(), delay=90.0)
    shop.pass_time(MINUTE)
    assert (fired(shop), look(shop).skipped) == (1, 1)
    shop.pass_time(MINUTE - 1)
    shop.reject(shop.take())
    shop.pass_time(1)
    assert (fired(shop), look(shop).skipped) == (2, 1)


def test_allow_fires_all_the_same(shop: Workshop) -> None:
    put(shop, overlap=Overlap.ALLOW)
    for _ in range(5):
        shop.pass_time(MINUTE)
    assert (fired(shop), look(shop).skipped, shop.counts().ready) == (5, 0, 5)


def test_jobs_of_others_keep_nobody_away(shop: Workshop) -> None:
    put(shop)
    put(shop, "other")
    shop.add()
    shop.pass_time(MINUTE)
    assert (look(shop).fired, look(shop, "other").fired) == (1, 1)


def test_an_old_live_job_is_never_overlooked(shop: Workshop) -> None:
    shop.configure(lease=86_400.0)
    put(shop, overlap=Overlap.ALLOW)
    shop.pass_time(MINUTE)
    oldest = shop.take()
    for _ in range(150):
        shop.pass_time(MINUTE)
        work(shop)
    put(shop, overlap=Overlap.SKIP)
    shop.pass_time(MINUTE)
    assert look(shop).skipped == 1
    assert oldest.lease.job_id in look(shop).note


# -- what stands in the way -----------------------------------------------------------------


def test_a_full_queue_skips_and_says_so_and_hinders_no_other(shop: Workshop) -> None:
    shop.configure(max_depth=1)
    shop.add()
    put(shop)
    put(shop, "other", queue="free")
    shop.pass_time(MINUTE)
    record = look(shop)
    assert (record.fired, record.skipped) == (0, 1)
    assert "is full" in record.note
    assert look(shop, "other").fired == 1
    work(shop)
    shop.pass_time(MINUTE)
    assert look(shop).fired == 1


def test_a_unique_key_that_is_held_skips(shop: Workshop) -> None:
    held = shop.add(unique_key="k")
    put(shop, overlap=Overlap.ALLOW, job=NewJob(payload_json="1", unique_key="k"))
    shop.pass_time(MINUTE)
    record = look(shop)
    assert (record.fired, record.skipped, fired(shop)) == (0, 1, 1)
    assert record.note == f"job {held} holds its unique key"


def test_a_payload_larger_than_the_queue_takes_is_refused_or_skipped(shop: Workshop) -> None:
    large = NewJob(payload_json='"' + "x" * 5_000 + '"')
    shop.configure(max_payload=1_000)
    with pytest.raises(PayloadTooLarge):
        put(shop, job=large)
    assert shop.backend.schedules() == ()
    shop.configure(max_payload=10_000)
    put(shop, job=large)
    shop.configure(max_payload=1_000)
    shop.pass_time(MINUTE)
    assert (look(shop).fired, look(shop).skipped) == (0, 1)
    assert "payload" in look(shop).note


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_payload_that_waits_beside_the_file_comes_whole(shop: Workshop, by_hand: bool) -> None:
    shop.configure(claim_check=1_000)
    text = '"' + "x" * 5_000 + '"'
    put(shop, job=NewJob(payload_json=text), overlap=Overlap.ALLOW, missed=Missed.ALL)
    if by_hand:
        shop.backend.run_schedule("tick")
    else:
        shop.pass_time(3 * MINUTE)
    claimed = shop.claim(5)
    assert [one.payload_json for one in claimed] == [text] * (1 if by_hand else 3)


def test_a_paused_queue_still_gets_its_jobs(shop: Workshop) -> None:
    put(shop)
    shop.backend.pause(QUEUE)
    shop.pass_time(MINUTE)
    assert shop.counts().ready == 1


def test_a_zone_that_is_not_known_here_pauses_its_schedule_and_hinders_no_other(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shop, cron="* * * * *", zone="Asia/Tokyo")
    put(shop, "other")
    known = schedules.zone_named

    def lost(name: str) -> ZoneInfo:
        return known("No/Such" if name == "Asia/Tokyo" else name)

    monkeypatch.setattr(schedules, "zone_named", lost)
    shop.pass_time(MINUTE)
    record = look(shop)
    assert (record.paused, record.fired, look(shop, "other").fired) == (True, 0, 1)
    assert "knows no zone" in record.note
    monkeypatch.undo()
    shop.backend.pause_schedule("tick", False)
    shop.pass_time(MINUTE)
    assert look(shop).fired == 1


# -- by hand --------------------------------------------------------------------------------


def test_a_paused_schedule_fires_nothing_and_makes_up_for_nothing(shop: Workshop) -> None:
    put(shop, missed=Missed.ALL)
    shop.backend.pause_schedule("tick")
    assert (look(shop).paused, look(shop).next_at, look(shop).next_times(5)) == (True, None, ())
    shop.pass_time(HOUR + 30)
    assert fired(shop) == 0
    shop.backend.pause_schedule("tick", False)
    record = look(shop)
    assert record.next_at == START + timedelta(hours=1, minutes=1)
    shop.pass_time(30)
    assert (fired(shop), look(shop).passed) == (1, 0)


def test_run_now_is_beside_its_times(shop: Workshop) -> None:
    put(shop)
    shop.clock.advance(MINUTE)
    first, second = (shop.backend.run_schedule("tick") for _ in range(2))
    assert (first.conflict, second.conflict, look(shop).fired) == (False, False, 2)
    assert shop.job(first.id).schedule == "tick"
    work(shop)
    shop.backend.maintain()
    assert (look(shop).fired, fired(shop)) == (3, 3)


def test_run_now_counts_as_a_live_run(shop: Workshop) -> None:
    put(shop)
    shop.backend.run_schedule("tick")
    shop.pass_time(MINUTE)
    assert (look(shop).fired, look(shop).skipped) == (1, 1)


def test_run_now_works_while_paused_and_is_refused_by_a_full_queue(shop: Workshop) -> None:
    shop.configure(max_depth=1)
    put(shop)
    shop.backend.pause_schedule("tick")
    shop.backend.run_schedule("tick")
    with pytest.raises(QueueFull):
        shop.backend.run_schedule("tick")
    assert look(shop).fired == 1


def test_removing_it_leaves_its_jobs(shop: Workshop) -> None:
    put(shop)
    shop.pass_time(MINUTE)
    job_id = shop.ids()[0]
    shop.backend.remove_schedule("tick")
    shop.pass_time(HOUR)
    assert (shop.backend.schedules(), fired(shop)) == ((), 1)
    assert (shop.state(job_id), shop.job(job_id).schedule) == (State.READY, None)
    again = put(shop)
    assert (again.fired, again.next_at) == (0, shop.now + timedelta(minutes=1))


# -- sleep, and clocks that jump ------------------------------------------------------------

ASLEEP = 3 * HOUR


def sleeps(shop: Workshop, **changes: Any) -> Schedule:
    """A schedule of each quarter, on a machine that sleeps from 00:20 to 03:20."""
    put(shop, cron="*/15 * * * *", **changes)
    shop.pass_time(15 * MINUTE)
    work(shop)
    shop.pass_time(5 * MINUTE)
    shop.pass_time(ASLEEP)
    return look(shop)


@pytest.mark.parametrize(
    ("missed", "window", "fires"),
    [("none", 86_400.0, 0), ("latest", 86_400.0, 1), ("all", 86_400.0, 12), ("all", HOUR, 4)],
)
def test_a_machine_asleep_for_three_hours(
    shop: Workshop, missed: str, window: float, fires: int
) -> None:
    record = sleeps(shop, missed=Missed(missed), missed_window=window)
    assert (record.fired, record.passed, record.skipped) == (1 + fires, 12 - fires, 0)
    assert fired(shop) == 1 + fires
    work(shop)
    for _ in range(3):
        shop.backend.maintain()
    assert fired(shop) == 1 + fires
    assert record.next_at == at(2026, 1, 1, 3, 30)
    shop.pass_time(10 * MINUTE)
    assert fired(shop) == 2 + fires


def test_runs_made_up_for_tell_their_own_times(shop: Workshop) -> None:
    sleeps(shop, missed=Missed.ALL, missed_window=HOUR)
    times = [shop.job(job_id).fire_at for job_id in reversed(shop.ids(states={State.READY}))]
    assert times == [at(2026, 1, 1, 2, 30), at(2026, 1, 1, 2, 45), at(2026, 1, 1, 3),
                     at(2026, 1, 1, 3, 15)]  # fmt: skip


def test_overlap_is_asked_before_what_was_missed_is_fired(shop: Workshop) -> None:
    shop.configure(lease=86_400.0)
    put(shop, cron="*/15 * * * *", missed=Missed.ALL)
    shop.pass_time(15 * MINUTE)
    shop.take()
    shop.pass_time(ASLEEP)
    assert (look(shop).fired, look(shop).skipped) == (1, 12)


@pytest.mark.parametrize("missed", ["none", "latest", "all"])
def test_a_little_late_is_not_missed(shop: Workshop, missed: str) -> None:
    put(shop, missed=Missed(missed), missed_window=0.0)
    shop.pass_time(MINUTE + 15)
    assert (fired(shop), look(shop).passed) == (1, 0)


def test_none_lets_go_of_what_came_too_late(shop: Workshop) -> None:
    put(shop, missed=Missed.NONE)
    shop.pass_time(MINUTE + 15.001)
    assert (fired(shop), look(shop).passed) == (0, 1)


def test_a_very_long_sleep_is_made_up_for_in_bounds(shop: Workshop) -> None:
    put(shop, "cron", cron="* * * * *", missed=Missed.ALL, missed_window=366 * 86_400.0)
    put(shop, "beat", every=1.0)
    shop.pass_time(300 * 86_400.0)
    assert (look(shop, "cron").fired, look(shop, "beat").fired) == (1_000, 1)
    assert look(shop, "beat").passed == 300 * 86_400 - 1


def test_a_clock_set_back_fires_nothing_again(shop: Workshop) -> None:
    put(shop, cron="0 * * * *")
    shop.pass_time(HOUR + 1)
    work(shop)
    shop.clock.step(-HOUR)
    for _ in range(59):
        shop.pass_time(MINUTE)
    assert fired(shop) == 1
    shop.pass_time(MINUTE)
    assert fired(shop) == 1
    assert look(shop).next_at == at(2026, 1, 1, 2)
    shop.pass_time(HOUR)
    assert fired(shop) == 2


def test_a_clock_set_back_before_resuming_fires_nothing_again(shop: Workshop) -> None:
    put(shop, cron="0 * * * *")
    shop.pass_time(HOUR)
    work(shop)
    shop.backend.pause_schedule("tick")
    shop.clock.step(-600)
    shop.backend.pause_schedule("tick", False)
    assert look(shop).next_at == at(2026, 1, 1, 2)


# -- the clocks of a zone -------------------------------------------------------------------


def run_through(shop: Workshop, begin: datetime, hours: int, **changes: Any) -> list[datetime]:
    """When a schedule fired for, in a zone whose clocks change, looked at every ten minutes."""
    shop.clock.step((begin - shop.now).total_seconds())
    put(shop, overlap=Overlap.ALLOW, **changes)
    for _ in range(hours * 6):
        shop.pass_time(10 * MINUTE)
    times = [shop.job(job_id).fire_at for job_id in reversed(shop.ids())]
    assert len(set(times)) == len(times) == look(shop).fired
    return [moment for moment in times if moment is not None]


BERLIN = "Europe/Berlin"
SPRING, AUTUMN = at(2026, 3, 28, 12), at(2026, 10, 24, 12)


def test_a_time_the_clocks_skip_fires_once_after_the_gap(shop: Workshop) -> None:
    times = run_through(shop, SPRING, 40, cron="30 2 * * *", zone=BERLIN)
    assert times == [at(2026, 3, 29, 1), at(2026, 3, 30, 0, 30)]


def test_a_time_that_comes_twice_fires_at_the_first(shop: Workshop) -> None:
    times = run_through(shop, AUTUMN, 40, cron="30 2 * * *", zone=BERLIN)
    assert times == [at(2026, 10, 25, 0, 30), at(2026, 10, 26, 1, 30)]


@pytest.mark.parametrize(("begin", "number"), [(SPRING, 24), (AUTUMN, 24)])
def test_an_interval_goes_by_elapsed_time(shop: Workshop, begin: datetime, number: int) -> None:
    times = run_through(shop, begin, 24, every=HOUR, zone=BERLIN)
    assert len(times) == number
    assert {later - one for one, later in itertools.pairwise(times)} == {timedelta(hours=1)}


def test_asleep_over_the_gap_and_over_the_repeated_hour(shop: Workshop) -> None:
    for begin, fires in ((at(2026, 3, 29, 0, 50), at(2026, 3, 29, 1)),
                         (at(2026, 10, 25, 0, 20), at(2026, 10, 25, 0, 30))):  # fmt: skip
        shop.clock.step((begin - shop.now).total_seconds())
        put(shop, cron="30 2 * * *", zone=BERLIN)
        assert look(shop).next_at == fires
        shop.pass_time(ASLEEP)
        (job_id,) = shop.ids(states={State.READY})
        assert shop.job(job_id).fire_at == fires
        work(shop)
        shop.backend.maintain()
        assert look(shop).fired == 1
        shop.backend.remove_schedule("tick")
