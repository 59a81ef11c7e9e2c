"""Best-before dates: a job past its own never starts, and is a dead letter that says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pillarbox_engine.states import DeadReason, EventKind, State
from tests.contract.workshop import Workshop


def expiring(shop: Workshop, seconds: float = 10.0, **options: Any) -> str:
    return shop.add(expires_at=shop.now + timedelta(seconds=seconds), **options)


def test_it_can_be_claimed_until_then(shop: Workshop) -> None:
    job_id = expiring(shop)
    shop.clock.advance(9.9)
    assert shop.take().lease.job_id == job_id


def test_an_expired_job_is_dead_at_claim(shop: Workshop) -> None:
    job_id = expiring(shop)
    fresh = shop.add()
    shop.clock.advance(10.1)
    assert [claimed.lease.job_id for claimed in shop.claim(5)] == [fresh]
    job = shop.job(job_id)
    assert (job.state, job.reason, job.attempt) == (State.DEAD, DeadReason.EXPIRED, 0)
    assert (job.fingerprint, job.ended_at) == ("expired", shop.now)
    assert (job.history[-1].kind, job.history[-1].started_at) == (EventKind.EXPIRED, None)


@pytest.mark.parametrize("options", [{}, {"delay": 5.0}, {"delay": 500.0}])
def test_the_sweep_finds_ready_and_scheduled_ones(shop: Workshop, options: dict[str, Any]) -> None:
    job_id = expiring(shop, **options)
    shop.pass_time(9)
    assert shop.state(job_id) in {State.READY, State.SCHEDULED}
    shop.pass_time(2)
    assert (shop.state(job_id), shop.job(job_id).reason) == (State.DEAD, DeadReason.EXPIRED)
    assert shop.counts().dead_total == 1


def test_a_running_job_is_let_finish(shop: Workshop) -> None:
    job_id = expiring(shop)
    claimed = shop.take()
    shop.pass_time(15)
    assert shop.state(job_id) is State.LEASED
    assert shop.ack(claimed) is None
    shop.pass_time(15)
    assert shop.state(job_id) is State.DONE


def test_a_retry_can_expire(shop: Workshop) -> None:
    job_id = expiring(shop)
    shop.nack(shop.take(), delay=60.0)
    shop.pass_time(11)
    job = shop.job(job_id)
    assert (job.state, job.reason) == (State.DEAD, DeadReason.EXPIRED)
    assert [event.kind for event in job.history] == [EventKind.FAILED, EventKind.EXPIRED]
    assert shop.counts().retrying == 0


def test_many_expired_ones_do_not_hide_the_fresh_one(shop: Workshop) -> None:
    for _ in range(20):
        expiring(shop, 5.0, priority=0)
    fresh = shop.add(priority=1_000)
    shop.clock.advance(6)
    assert shop.take().lease.job_id == fresh
    assert shop.counts().dead == 20
