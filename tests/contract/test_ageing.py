"""Priority ageing: every so many seconds a waiting job gains a level, so nothing starves."""

from __future__ import annotations

import pytest

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.uniqueness import Unique
from tests.contract.workshop import Workshop


def order(shop: Workshop) -> list[str]:
    """The ids in claim order, each claimed and acked."""
    found = []
    while claimed := shop.claim(1):
        shop.ack(claimed[0])
        found.append(claimed[0].lease.job_id)
    return found


def test_without_it_priority_alone_counts(shop: Workshop) -> None:
    old = shop.add(priority=501)
    shop.clock.advance(1e6)
    new = shop.add(priority=500)
    assert order(shop) == [new, old]


def test_a_job_gains_a_level_in_that_time(shop: Workshop) -> None:
    shop.configure(ageing=60.0)
    old = shop.add(priority=502)
    shop.clock.advance(119)
    better = shop.add(priority=500)
    shop.clock.advance(2)
    worse = shop.add(priority=500)
    assert order(shop) == [better, old, worse]


def test_no_stream_of_better_jobs_starves_a_job(shop: Workshop) -> None:
    shop.configure(ageing=1.0)
    patient = shop.add(priority=20)
    taken = []
    for _ in range(30):
        shop.add(priority=0)
        claimed = shop.take()
        shop.ack(claimed)
        taken.append(claimed.lease.job_id)
        shop.clock.advance(1.0)
    assert taken.index(patient) == 20


def test_within_a_level_first_in_first_out(shop: Workshop) -> None:
    shop.configure(ageing=60.0)
    ids = shop.add_many(5)
    assert order(shop) == ids


def test_a_delayed_job_does_not_age_before_it_is_due(shop: Workshop) -> None:
    shop.configure(ageing=1.0)
    delayed = shop.add(priority=505, delay=100.0)
    shop.clock.advance(99)
    plain = shop.add(priority=500)
    shop.clock.advance(3)
    assert order(shop) == [plain, delayed]


def test_a_retry_keeps_what_it_gained(shop: Workshop) -> None:
    shop.configure(ageing=1.0)
    old = shop.add(priority=505)
    shop.clock.advance(10)
    shop.nack(shop.take(), delay=5.0)
    shop.clock.advance(5)
    new = shop.add(priority=500)
    assert order(shop) == [old, new]


def test_a_replayed_job_begins_anew(shop: Workshop) -> None:
    shop.configure(ageing=1.0)
    old = shop.dead()
    shop.clock.advance(1_000)
    shop.backend.replay([old])
    shop.clock.advance(1)
    new = shop.add(priority=0)
    assert order(shop) == [old, new]
    older = shop.add(priority=505)
    shop.reject(shop.take())
    shop.clock.advance(1_000)
    plain = shop.add(priority=504)
    shop.backend.replay([older])
    assert order(shop) == [plain, older]


def test_setting_and_lifting_it_reorders_what_waits(shop: Workshop) -> None:
    old = shop.add(priority=501)
    shop.clock.advance(100)
    new = shop.add(priority=500)
    shop.configure(ageing=10.0)
    assert shop.take().lease.job_id == old
    shop.backend.release([old])
    shop.configure()
    assert order(shop) == [new, old]


def test_a_changed_priority_counts_with_the_time_waited(shop: Workshop) -> None:
    shop.configure(ageing=10.0)
    terms = Unique(replace=frozenset({"priority"}))
    old = shop.add(priority=500, unique_key="k")
    shop.clock.advance(25)
    new = shop.add(priority=500)
    shop.add(priority=502, unique_key="k", unique=terms)
    assert order(shop) == [old, new]
    old = shop.add(priority=500, unique_key="k")
    shop.clock.advance(25)
    new = shop.add(priority=500)
    shop.add(priority=503, unique_key="k", unique=terms)
    assert order(shop) == [new, old]


def test_groups_stay_in_turn(shop: Workshop) -> None:
    shop.configure(ageing=60.0)
    a = shop.add_many(3, group="a")
    shop.clock.advance(1)
    b = shop.add_many(3, group="b")
    found = []
    for _ in range(6):
        shop.clock.advance(1)
        claimed = shop.take()
        shop.ack(claimed)
        found.append(claimed.lease.job_id)
    assert found == [a[0], b[0], a[1], b[1], a[2], b[2]]


@pytest.mark.parametrize("value", [0, -1, "60", True, 400 * 86_400])
def test_ageing_is_a_time(value: object) -> None:
    with pytest.raises(InvalidOption):
        QueueSettings().changed(ageing=value)
