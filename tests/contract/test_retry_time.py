"""The total retry time: attempts or time, the first limit wins."""

from __future__ import annotations

import pytest

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.leasing import Reject
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import DeadReason, EventKind, State
from pillarbox_engine.uniqueness import Unique
from tests.contract.workshop import FAILURE, QUEUE, Workshop


def failing(shop: Workshop, job: str, delay: float, *, runs: float = 1.0) -> State:
    """Take the job, let it run `runs` seconds, fail it and wait `delay`; its state after."""
    claimed = shop.take()
    assert claimed.lease.job_id == job
    shop.clock.advance(runs)
    shop.nack(claimed, delay)
    state = shop.state(job)
    shop.pass_time(delay)
    return state


def test_a_retry_that_would_begin_after_the_limit_is_a_dead_letter(shop: Workshop) -> None:
    job = shop.add(retry_for=20.0)
    assert failing(shop, job, 9.0) is State.SCHEDULED  # next at 10 of 20
    assert failing(shop, job, 9.0) is State.SCHEDULED  # next at 20 of 20
    assert failing(shop, job, 0.5) is State.DEAD
    told = shop.job(job)
    assert (told.reason, told.attempt) == (DeadReason.EXHAUSTED, 3)
    last = told.history[-1]
    assert last.kind is EventKind.FAILED
    assert "retry time of 20 s" in last.detail
    assert last.error is not None
    assert last.error.type == FAILURE.type


def test_it_is_counted_from_the_first_start_and_not_from_the_enqueue(shop: Workshop) -> None:
    job = shop.add(retry_for=10.0)
    shop.pass_time(3_600.0)
    assert failing(shop, job, 5.0) is State.SCHEDULED


def test_attempts_that_were_given_back_begin_nothing(shop: Workshop) -> None:
    job = shop.add(retry_for=10.0)
    shop.snooze(shop.take(), 60.0)
    shop.pass_time(60.0)
    shop.release(shop.take())
    shop.pass_time(60.0)
    assert failing(shop, job, 5.0) is State.SCHEDULED


def test_attempts_may_be_used_up_first(shop: Workshop) -> None:
    job = shop.add(retry_for=1_000.0, max_attempts=1)
    assert failing(shop, job, 1.0) is State.DEAD
    assert shop.job(job).history[-1].detail == ""


@pytest.mark.parametrize("verb", ["replay", "requeue"])
def test_a_job_brought_back_has_its_whole_time_again(shop: Workshop, verb: str) -> None:
    job = shop.add(retry_for=10.0)
    assert failing(shop, job, 5.0) is State.SCHEDULED
    assert failing(shop, job, 5.0) is State.DEAD
    getattr(shop.backend, verb)([job])
    assert failing(shop, job, 5.0) is State.SCHEDULED
    assert failing(shop, job, 5.0) is State.DEAD


def test_the_queue_says_it_for_jobs_that_do_not(shop: Workshop) -> None:
    shop.configure(retry_for=10.0)
    own, shared = shop.add(retry_for=100.0, priority=1), shop.add(priority=2)
    assert failing(shop, own, 50.0) is State.SCHEDULED
    shop.backend.purge([own])
    assert failing(shop, shared, 50.0) is State.DEAD
    assert (shop.job(own).retry_for, shop.job(shared).retry_for) == (100.0, 10.0)


def test_a_time_out_past_the_limit_is_exhausted_too(shop: Workshop) -> None:
    job = shop.add(retry_for=1.0)
    claimed = shop.take()
    failure = type(FAILURE)(type="TimeoutExpired", message="too long", timed_out=True)
    shop.nack(claimed, 60.0, failure)
    assert shop.job(job).reason is DeadReason.EXHAUSTED
    assert shop.job(job).history[-1].kind is EventKind.TIMED_OUT


def test_many_at_once_keep_theirs(shop: Workshop) -> None:
    ids = shop.add_many(5, retry_for=7.5)
    assert [shop.job(one).retry_for for one in ids] == [7.5] * 5


def test_a_holder_of_a_unique_key_takes_it_over(shop: Workshop) -> None:
    job = shop.add(unique_key="k", retry_for=5.0)
    shop.add(unique_key="k", retry_for=9.0, unique=Unique(replace=frozenset({"retry_for"})))
    assert shop.job(job).retry_for == 9.0


@pytest.mark.parametrize("wrong", [0, -1.0, "soon", True, float("nan")])
def test_what_is_no_length_of_time_is_refused(shop: Workshop, wrong: float) -> None:
    with pytest.raises(InvalidOption, match="retry_for"):
        shop.backend.enqueue(QUEUE, [NewJob(payload_json="1", retry_for=wrong)])
    with pytest.raises(InvalidOption, match="retry_for"):
        QueueSettings().changed(retry_for=wrong)


def test_a_dead_letter_keeps_who_said_so(shop: Workshop) -> None:
    job = shop.add()
    claimed = shop.take()
    shop.settle(Reject(lease=claimed.lease, failure=FAILURE, detail="by a retry rule"))
    assert shop.job(job).reason is DeadReason.REJECTED
    assert shop.job(job).history[-1].detail == "by a retry rule"
