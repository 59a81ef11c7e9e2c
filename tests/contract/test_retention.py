"""Retention: done jobs go by age or number, whichever comes first; nothing else goes by itself."""

from __future__ import annotations

import pytest

from pillarbox_engine.errors import NotFound
from pillarbox_engine.states import State
from tests.contract.workshop import QUEUE, Workshop

MANY = 1e9


def tidy(shop: Workshop) -> None:
    """Maintenance often enough that even what it does seldom and in chunks is done."""
    for _ in range(4):
        shop.pass_time(20)


def test_done_jobs_go_when_they_are_old(shop: Workshop) -> None:
    shop.configure(keep_done_for=3_600.0)
    old = shop.done()
    shop.clock.advance(3_000)
    young = shop.done()
    tidy(shop)
    assert shop.state(old) is State.DONE
    shop.clock.advance(600)
    tidy(shop)
    with pytest.raises(NotFound):
        shop.job(old)
    assert shop.state(young) is State.DONE


def test_done_jobs_go_when_they_are_too_many_the_oldest_first(shop: Workshop) -> None:
    shop.configure(keep_done=3, keep_done_for=MANY)
    ids = [shop.done() for _ in range(7)]
    tidy(shop)
    assert shop.ids(states=frozenset({State.DONE})) == ids[:3:-1]


def test_the_order_is_that_of_ending_not_of_coming(shop: Workshop) -> None:
    shop.configure(keep_done=1, keep_done_for=MANY)
    shop.add_many(2)
    first, second = shop.claim(2)
    shop.ack(second)
    shop.clock.advance(1)
    shop.ack(first)
    tidy(shop)
    assert shop.ids() == [first.lease.job_id]


def test_totals_outlive_the_jobs(shop: Workshop) -> None:
    shop.configure(keep_done=0, keep_done_for=MANY)
    for _ in range(5):
        shop.done()
    tidy(shop)
    counts = shop.counts()
    assert (counts.done, counts.done_total, counts.removed_done) == (0, 5, 5)
    assert counts.ledger() == {
        "enqueued": 5, "done": 5, "dead": 0, "cancelled": 0, "waiting": 0,
    }  # fmt: skip


def test_each_queue_keeps_its_own(shop: Workshop) -> None:
    shop.configure(keep_done=0, keep_done_for=MANY)
    shop.configure("keeps", keep_done_for=MANY)
    shop.done()
    kept = shop.done(queue="keeps")
    tidy(shop)
    assert shop.ids() == [kept]


def test_dead_letters_cancelled_trashed_and_live_jobs_stay(shop: Workshop) -> None:
    shop.configure(keep_done=0, keep_done_for=0.0)
    dead, trashed, cancelled = shop.dead(), shop.dead(), shop.add()
    shop.backend.purge([trashed])
    shop.backend.cancel([cancelled])
    ready = shop.add()
    shop.clock.advance(30 * 86_400)
    tidy(shop)
    assert set(shop.ids()) == {dead, trashed, cancelled, ready}


def test_a_done_job_in_the_trash_is_not_pruned(shop: Workshop) -> None:
    shop.configure(keep_done=0, keep_done_for=0.0)
    job_id = shop.done()
    shop.backend.purge([job_id])
    tidy(shop)
    assert shop.state(job_id) is State.TRASHED


def test_a_late_second_ack_of_a_pruned_job_is_told_so(shop: Workshop) -> None:
    shop.configure(keep_done=0, keep_done_for=0.0)
    shop.add()
    claimed = shop.take()
    shop.ack(claimed)
    tidy(shop)
    assert shop.ack(claimed) is not None
    assert shop.counts(QUEUE).done_total == 1
