"""Alarms: raised once, cleared once, and not flapping in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox_engine.alarms import Alarm, AlarmKind, sentence
from pillarbox_engine.clock import ManualClock
from pillarbox_engine.protocols import Change
from tests.contract.workshop import QUEUE, Workshop, open_store


def open_kinds(shop: Workshop) -> set[AlarmKind]:
    return {alarm.kind for alarm in shop.backend.alarms() if alarm.is_open}


def acked(shop: Workshop, number: int) -> None:
    for claimed in shop.claim(number):
        shop.ack(claimed)


def test_a_queue_that_sets_none_raises_none(shop: Workshop) -> None:
    shop.add_many(50)
    shop.dead()
    shop.pass_time(100_000)
    assert shop.backend.alarms() == ()


def test_depth_is_raised_at_its_bound_and_told_once(shop: Workshop) -> None:
    shop.configure(alarm_depth=10)
    shop.add_many(9)
    shop.pass_time(1)
    assert open_kinds(shop) == set()
    shop.add()
    raised_at = shop.now
    for _ in range(3):
        shop.backend.maintain()
    (alarm,) = shop.backend.alarms()
    assert (alarm.queue, alarm.kind, alarm.value, alarm.bound) == (QUEUE, "depth", 10, 10)
    assert (alarm.raised_at, alarm.is_open) == (raised_at, True)


def test_it_is_cleared_only_well_below_its_bound(shop: Workshop) -> None:
    shop.configure(alarm_depth=10)
    shop.add_many(12)
    shop.pass_time(1)
    acked(shop, 4)
    shop.pass_time(1)
    assert open_kinds(shop) == {AlarmKind.DEPTH}, "8 is not below 0.8 of 10"
    acked(shop, 1)
    shop.pass_time(1)
    (alarm,) = shop.backend.alarms()
    assert alarm.cleared_at == shop.now
    shop.add_many(5)
    shop.pass_time(1)
    assert [one.is_open for one in shop.backend.alarms()] == [True, False], "raised anew"


def test_the_oldest_ready_job(shop: Workshop) -> None:
    shop.configure(alarm_oldest=60.0)
    shop.add()
    shop.pass_time(59)
    assert open_kinds(shop) == set()
    shop.pass_time(1)
    assert open_kinds(shop) == {AlarmKind.OLDEST}
    acked(shop, 1)
    shop.pass_time(1)
    assert open_kinds(shop) == set()


def test_dead_letters_a_minute_over_five(shop: Workshop) -> None:
    shop.configure(alarm_dead_rate=2.0)
    for _ in range(9):
        shop.dead()
    shop.pass_time(1)
    assert open_kinds(shop) == set(), "9 in 5 minutes are 1.8 a minute"
    shop.dead()
    shop.pass_time(1)
    (alarm,) = shop.backend.alarms()
    assert (alarm.kind, alarm.value) == (AlarmKind.DEAD_RATE, 2.0)
    shop.pass_time(301)
    assert open_kinds(shop) == set()


def test_a_dead_letter_left_too_long(shop: Workshop) -> None:
    shop.configure(alarm_dead_age=3_600.0)
    job = shop.dead()
    shop.pass_time(3_600)
    assert open_kinds(shop) == {AlarmKind.DEAD_AGE}
    shop.backend.replay([job])
    shop.pass_time(1)
    assert open_kinds(shop) == set()


def test_a_watched_queue_is_looked_at_each_second_though_nothing_runs(shop: Workshop) -> None:
    shop.configure(alarm_oldest=60.0)
    shop.backend.maintain()
    shop.clock.advance(10)
    shop.backend.maintain()
    assert shop.backend.maintain() <= 1.0


def test_taking_the_setting_away_clears_it(shop: Workshop) -> None:
    shop.configure(alarm_depth=1)
    shop.add()
    shop.pass_time(1)
    shop.configure(alarm_depth=None)
    shop.pass_time(1)
    (alarm,) = shop.backend.alarms()
    assert not alarm.is_open


def test_open_ones_come_first_and_then_the_newest(shop: Workshop) -> None:
    shop.configure("deep", alarm_depth=1)
    shop.add(queue="deep")
    shop.pass_time(1)
    for _ in range(2):
        shop.configure(alarm_depth=1)
        shop.add()
        shop.pass_time(1)
        acked(shop, 10)
        shop.pass_time(1)
    told = shop.backend.alarms()
    assert [(one.queue, one.is_open) for one in told] == [
        ("deep", True), (QUEUE, False), (QUEUE, False),
    ]  # fmt: skip
    assert told[1].raised_at > told[2].raised_at
    assert len(shop.backend.alarms(limit=1)) == 1


def test_who_subscribed_is_told_of_the_queue(shop: Workshop) -> None:
    shop.configure(alarm_oldest=60.0)
    shop.add()
    told: list[Change] = []
    unsubscribe = shop.backend.subscribe(told.append, prompt=True)
    shop.pass_time(60)
    assert any(QUEUE in change.queues or not change.queues for change in told)
    unsubscribe()


def test_cleared_ones_are_forgotten_after_some_months(shop: Workshop) -> None:
    shop.configure(alarm_depth=1)
    for _ in range(2):
        shop.add()
        shop.pass_time(1)
        acked(shop, 1)
        shop.pass_time(1)
        shop.pass_time(91 * 86_400)
    assert len(shop.backend.alarms()) == 1


def test_two_processes_raise_one_and_it_outlives_them(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "jobs.pillarbox"
    first, second = open_store("sqlite", path, clock), open_store("sqlite", path, clock)
    shop = Workshop(first, clock)
    shop.configure(alarm_depth=1)
    shop.add()
    clock.advance(10)
    for _ in range(3):
        first.maintain()
        second.maintain()
        clock.advance(10)
    assert len(first.alarms()) == len(second.alarms()) == 1
    first.close()
    second.close()
    again = open_store("sqlite", path, clock)
    assert [alarm.is_open for alarm in again.alarms()] == [True]
    again.close()


@pytest.mark.parametrize(
    ("kind", "value", "bound", "said"),
    [
        ("depth", 1_204, 1_000, "1,204 jobs are ready, the alarm is at 1,000"),
        ("oldest", 725, 600, "the oldest ready job has waited 12 min, the alarm is at 10 min"),
        ("dead_rate", 2.4, 2, "2.4 dead letters a minute, the alarm is at 2"),
        ("dead_age", 90_000, 3_600, "a dead letter has lain there 1 d, the alarm is at 1 h"),
    ],
)  # fmt: skip
def test_it_is_said_in_words(
    clock: ManualClock, kind: str, value: float, bound: float, said: str
) -> None:
    raised_at = Workshop(open_store("memory", Path(), clock), clock).now
    alarm = Alarm(
        id="1", queue=QUEUE, kind=AlarmKind(kind), raised_at=raised_at, value=value, bound=bound
    )
    assert sentence(alarm) == f"{QUEUE}: {said}"
