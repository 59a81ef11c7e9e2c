"""Concurrency of a queue: no more of its jobs are in flight at a time than it says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.states import State
from tests.contract.workshop import QUEUE, Workshop


def test_no_more_are_in_flight_than_allowed(shop: Workshop) -> None:
    shop.configure(max_in_flight=3)
    shop.add_many(10)
    first = shop.claim(2)
    assert len(first) == 2
    assert len(shop.claim(5)) == 1
    assert shop.claim(5) == []
    assert shop.counts().leased == 3
    shop.ack(first[0])
    assert len(shop.claim(5)) == 1


def test_a_job_that_waits_for_it_is_ready_and_uses_no_attempt(shop: Workshop) -> None:
    shop.configure(max_in_flight=1)
    _, second = shop.add_many(2)
    shop.take()
    assert shop.claim() == []
    job = shop.job(second)
    assert (job.state, job.attempt, job.fence) == (State.READY, 0, 0)


@pytest.mark.parametrize("ending", ["ack", "nack", "reject", "release", "snooze", "lose"])
def test_every_ending_makes_room(shop: Workshop, ending: str) -> None:
    shop.configure(max_in_flight=1)
    shop.add_many(2)
    getattr(shop, ending)(shop.take())
    assert len(shop.claim(5)) == 1


def test_a_lease_that_ran_out_makes_room(shop: Workshop) -> None:
    shop.configure(max_in_flight=1)
    shop.add_many(2)
    shop.take()
    shop.clock.advance(31)
    assert len(shop.claim(5)) == 1


def test_nothing_is_claimed_ahead(shop: Workshop) -> None:
    shop.configure(max_in_flight=4)
    shop.add_many(10)
    assert len(shop.claim(2, ahead=5)) == 2


def test_it_is_each_queues_own(shop: Workshop) -> None:
    shop.configure(max_in_flight=1)
    shop.add_many(3)
    shop.add_many(3, queue="free")
    assert [job.queue for job in shop.claim(3, queues=(QUEUE, "free"))] == [QUEUE, "free", "free"]


def test_lowered_below_what_is_in_flight_it_waits(shop: Workshop) -> None:
    shop.add_many(5)
    claimed = shop.claim(3)
    shop.configure(max_in_flight=2)
    assert shop.claim(5) == []
    shop.ack(claimed[0])
    assert shop.claim(5) == []
    shop.ack(claimed[1])
    assert len(shop.claim(5)) == 1


def test_it_holds_beside_a_rate_limit(shop: Workshop) -> None:
    shop.configure(max_in_flight=2, rate_limit=RateLimit(3, per=60.0))
    shop.add_many(10)
    for claimed in shop.claim(5):
        shop.ack(claimed)
    assert len(shop.claim(5)) == 1
    assert shop.backend.next_due([QUEUE]) == shop.now + timedelta(
        seconds=RateLimit(3, per=60.0).window
    )


@pytest.mark.parametrize("value", [0, -1, 1.5, "3", True])
def test_it_is_a_whole_number(value: object) -> None:
    with pytest.raises(InvalidOption):
        QueueSettings().changed(max_in_flight=value)
