"""Settling and claiming in one: what each half does alone, and all of it or nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pillarbox_engine.leasing import Ack, Claimed, ClaimRequest, LeaseRef, Nack
from pillarbox_engine.protocols import Change
from pillarbox_engine.standing import Offer
from pillarbox_engine.states import State
from tests.contract.workshop import FAILURE, QUEUE, Workshop

REQUEST = ClaimRequest(queues=(QUEUE,), limit=2)


def test_what_ended_is_settled_and_what_waits_is_claimed(shop: Workshop) -> None:
    first = shop.add()
    claimed = shop.take()
    second = shop.add()
    notes, taken = shop.backend.exchange([Ack(lease=claimed.lease)], REQUEST)
    assert notes == [None]
    assert [one.lease.job_id for one in taken] == [second]
    assert shop.job(first).state is State.DONE


def test_a_job_that_is_nacked_without_delay_can_be_claimed_along(shop: Workshop) -> None:
    job_id = shop.add()
    claimed = shop.take()
    nack = Nack(lease=claimed.lease, failure=FAILURE, delay=0.0)
    _, taken = shop.backend.exchange([nack], REQUEST)
    assert [(one.lease.job_id, one.attempt) for one in taken] == [(job_id, 2)]


def test_a_stale_fence_is_noted_and_the_claim_goes_on(shop: Workshop) -> None:
    job_id = shop.add()
    notes, taken = shop.backend.exchange([Ack(lease=LeaseRef(job_id, 7))], REQUEST)
    assert notes[0] is not None
    assert len(taken) == 1


class Taker:
    """Idle threads of a test: what they were given."""

    def __init__(self, room: int, *, types: frozenset[str] | None = None) -> None:
        self.got: list[Claimed] = []
        self.offer = Offer(frozenset({QUEUE}), types, "idle", self.got.extend)
        self.offer.set_room(room)


@pytest.mark.parametrize(
    "options", [{}, {"delay": 9.0}, {"unique_key": "k"}, {"idempotency_key": "i"}]
)
def test_what_is_not_handed_over_waits_to_be_claimed(
    shop: Workshop, options: dict[str, Any]
) -> None:
    taker = Taker(1)
    stop = shop.backend.stand_by(taker.offer)
    ids = [shop.add(n, **{k: f"{v}{n}" if isinstance(v, str) else v for k, v in options.items()})
           for n in range(3)]  # fmt: skip
    shop.pass_time(10)
    handed = [one.lease.job_id for one in taker.got]
    claimed = [one.lease.job_id for one in shop.claim(9)]
    assert sorted(handed + claimed, key=int) == ids
    counts = shop.backend.counts(QUEUE)
    assert (counts.leased, counts.ready, counts.claimed_total) == (3, 0, 3)
    stop()


def test_a_change_says_where_nothing_became_claimable(shop: Workshop) -> None:
    heard: list[Change] = []
    shop.backend.subscribe(heard.append, prompt=True)
    shop.add()
    assert heard.pop().may_feed([QUEUE])
    assert not Change(frozenset({QUEUE}), frozenset({QUEUE})).may_feed([QUEUE])
    assert not Change(frozenset({"another"})).may_feed([QUEUE])
    assert Change().may_feed([QUEUE])


def test_a_prompt_listener_is_told_by_whoever_made_the_change(shop: Workshop) -> None:
    threads: list[int] = []
    stop = shop.backend.subscribe(lambda _: threads.append(threading.get_ident()), prompt=True)
    shop.add()
    assert threads == [threading.get_ident()]
    stop()
    shop.add()
    assert len(threads) == 1
