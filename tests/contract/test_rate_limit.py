"""Rate limits: no window of `per` seconds ever holds more than `max` starts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pillarbox_engine.settings import RateLimit
from pillarbox_engine.states import State
from tests.contract.workshop import QUEUE, Workshop


def limited(shop: Workshop, starts: int = 3, per: float = 60.0, jobs: int = 20) -> None:
    shop.configure(rate_limit=RateLimit(starts, per=per), lease=1_000.0)
    shop.add_many(jobs)


def test_no_more_starts_than_allowed(shop: Workshop) -> None:
    limited(shop)
    assert len(shop.claim(10)) == 3
    assert shop.claim(10) == []
    assert shop.counts().ready == 17
    assert shop.queue().rate_used == 3


def test_a_refused_job_stays_ready_and_uses_no_attempt(shop: Workshop) -> None:
    limited(shop, starts=1, jobs=2)
    shop.take()
    assert shop.claim() == []
    (waiting,) = shop.backend.jobs().rows[:1]
    assert (waiting.state, waiting.attempt, waiting.fence) == (State.READY, 0, 0)


def test_the_window_slides(shop: Workshop) -> None:
    limited(shop)
    assert len(shop.claim(1)) == 1
    shop.clock.advance(30)
    assert len(shop.claim(10)) == 2
    shop.clock.advance(29.9)
    assert shop.claim(10) == []
    shop.clock.advance(0.4)
    assert len(shop.claim(10)) == 1
    shop.clock.advance(29.8)
    assert shop.claim(10) == []
    shop.clock.advance(0.4)
    assert len(shop.claim(10)) == 2


def test_a_start_counts_a_moment_longer_than_the_limit_says(shop: Workshop) -> None:
    """A handler begins a moment after its claim: the next one must not be earlier than that."""
    limited(shop, starts=1)
    shop.take()
    shop.clock.advance(60.2)
    assert shop.claim() == []
    assert RateLimit(1, per=1.0).window == pytest.approx(1.05)
    assert RateLimit(1, per=60.0).window == pytest.approx(60.25)


def test_every_window_holds(shop: Workshop) -> None:
    limited(shop, starts=4, per=10.0, jobs=100)
    starts: list[float] = []
    for tick in range(120):
        now = tick * 0.7
        starts += [now] * len(shop.claim(1 + tick % 3))
        shop.clock.advance(0.7)
    for start in starts:
        assert sum(1 for other in starts if start <= other < start + 10.0) <= 4
    assert len(starts) >= 30


def test_ending_a_job_frees_no_start(shop: Workshop) -> None:
    limited(shop, starts=1)
    for ending in (shop.ack, shop.release):
        ending(shop.take())
        assert shop.claim() == []
        shop.clock.advance(61)


def test_nothing_is_claimed_ahead(shop: Workshop) -> None:
    limited(shop, starts=10)
    assert len(shop.claim(2, ahead=5)) == 2


def test_a_limited_queue_beside_a_free_one(shop: Workshop) -> None:
    limited(shop, starts=1)
    shop.add_many(3, queue="free")
    claimed = shop.claim(3, queues=(QUEUE, "free"))
    assert [c.queue for c in claimed] == [QUEUE, "free", "free"]


def test_the_next_due_time_is_when_the_window_opens(shop: Workshop) -> None:
    limited(shop, starts=2)
    opens = shop.now + timedelta(seconds=60.25)
    shop.claim(1)
    shop.clock.advance(10)
    shop.claim(1)
    assert shop.claim(1) == []
    assert shop.backend.next_due([QUEUE]) == opens
    shop.clock.advance(50.25)
    assert len(shop.claim(5)) == 1


def test_a_limit_can_be_lifted(shop: Workshop) -> None:
    limited(shop, starts=1)
    shop.take()
    shop.configure()
    assert len(shop.claim(5)) == 5
