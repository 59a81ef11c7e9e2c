"""Each group's rate: no window of `per` seconds holds more than `max` starts of one group."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pillarbox_engine.settings import RateLimit
from pillarbox_engine.states import HeldBy, State
from tests.contract.workshop import QUEUE, Workshop

ALL = 1_000
WINDOW = RateLimit(1, per=60.0).window
"""Seconds a start counts under `limited`."""


def limited(shop: Workshop, starts: int = 2, per: float = 60.0, **more: Any) -> None:
    shop.configure(group_rate_limit=RateLimit(starts, per=per), lease=1_000.0, **more)


def run(shop: Workshop, group: str | None = None) -> list[str]:
    """Claim and ack all that can be, one after the other; their ids, at most of one group."""
    done = []
    while claimed := shop.claim(1):
        shop.ack(claimed[0])
        done.append(claimed[0].lease.job_id)
    return [job_id for job_id in done if group is None or shop.job(job_id).group == group]


def test_no_more_starts_of_a_group_than_allowed(shop: Workshop) -> None:
    limited(shop)
    a, b, free = shop.add_many(5, group="a"), shop.add_many(1, group="b"), shop.add_many(3)
    assert sorted(run(shop)) == sorted([*a[:2], *b, *free])
    assert shop.counts().ready == 3


def test_a_limited_job_stays_ready_and_says_until_when(shop: Workshop) -> None:
    limited(shop, starts=1)
    opens = shop.now + timedelta(seconds=WINDOW)
    shop.add(group="a")
    second, third = shop.add_many(2, group="a")
    run(shop)
    job = shop.job(second)
    assert (job.state, job.attempt, job.fence) == (State.READY, 0, 0)
    assert (job.held_by, job.held_until) == (HeldBy.LIMIT, opens)
    assert (shop.job(third).held_by, shop.job(third).held_until) == (HeldBy.GROUP, None)


def test_the_window_slides(shop: Workshop) -> None:
    limited(shop)
    shop.add_many(9, group="a")
    shop.ack(shop.take())
    shop.clock.advance(30)
    assert len(run(shop)) == 1
    shop.clock.advance(WINDOW - 30.1)
    assert run(shop) == []
    shop.clock.advance(0.1)
    assert len(run(shop)) == 1
    shop.clock.advance(29.9)
    assert run(shop) == []
    shop.clock.advance(0.1)
    assert len(run(shop)) == 1


def test_every_window_holds(shop: Workshop) -> None:
    limited(shop, starts=3, per=10.0)
    shop.add_many(40, group="a")
    starts: list[float] = []
    for tick in range(80):
        starts += [tick * 0.7] * len(run(shop))
        shop.clock.advance(0.7)
    for start in starts:
        assert sum(1 for other in starts if start <= other < start + 10.0) <= 3
    assert len(starts) >= 15


def test_retries_count_as_starts(shop: Workshop) -> None:
    limited(shop)
    shop.add_many(2, group="a")
    shop.nack(shop.take(), delay=0.0)
    shop.nack(shop.take(), delay=0.0)
    assert shop.claim(ALL) == []
    shop.clock.advance(WINDOW)
    assert len(shop.claim(ALL)) == 1


def test_nothing_is_claimed_ahead(shop: Workshop) -> None:
    limited(shop)
    for group in "abcd":
        shop.add(group=group)
    assert len(shop.claim(2, ahead=2)) == 2


def test_the_next_due_time_is_when_the_first_head_is_let_go(shop: Workshop) -> None:
    limited(shop, starts=1)
    opens = shop.now + timedelta(seconds=WINDOW)
    shop.add_many(2, group="a")
    run(shop)
    shop.clock.advance(10)
    shop.add_many(2, group="b")
    run(shop)
    assert shop.backend.next_due([QUEUE]) == opens
    shop.clock.advance(WINDOW - 10)
    assert len(run(shop, "a")) == 1
    assert shop.backend.next_due([QUEUE]) == opens + timedelta(seconds=10)


def test_maintenance_frees_heads_in_time(shop: Workshop) -> None:
    limited(shop, starts=1)
    _, second = shop.add_many(2, group="a")
    run(shop)
    shop.clock.advance(WINDOW - 0.5)
    assert shop.backend.maintain() <= 0.5
    shop.pass_time(0.5)
    assert shop.job(second).held_by is None


def test_a_limit_can_be_lifted(shop: Workshop) -> None:
    limited(shop, starts=1)
    shop.add_many(3, group="a")
    assert len(run(shop)) == 1
    shop.configure()
    assert len(run(shop)) == 2


def test_a_limit_can_be_changed(shop: Workshop) -> None:
    limited(shop, starts=3)
    shop.add_many(6, group="a")
    assert len(run(shop)) == 3
    limited(shop, starts=2)
    assert run(shop) == []
    shop.clock.advance(WINDOW)
    assert len(run(shop)) == 2


def test_ending_a_held_head_holds_the_next(shop: Workshop) -> None:
    limited(shop, starts=1)
    _, second, third = shop.add_many(3, group="a")
    run(shop)
    shop.backend.cancel([second])
    assert shop.job(third).held_by is HeldBy.LIMIT
    shop.clock.advance(WINDOW)
    assert run(shop) == [third]


def test_both_limits_hold(shop: Workshop) -> None:
    limited(shop, starts=2, rate_limit=RateLimit(3, per=60.0))
    for group in "abcd":
        shop.add_many(3, group=group)
    assert len(run(shop)) == 3
