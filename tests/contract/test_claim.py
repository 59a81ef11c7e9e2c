"""Who gets which job when: order, delay, types, several queues, pausing and draining."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.errors import NotFound
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.states import State
from tests.contract.workshop import LEASE, QUEUE, Workshop


def taken(shop: Workshop, limit: int = 10, **more: object) -> list[str]:
    return [claimed.lease.job_id for claimed in shop.claim(limit, **more)]  # type: ignore[arg-type]


def test_a_claim_hands_out_the_job_whole_under_a_lease(shop: Workshop) -> None:
    job_id = shop.add({"n": 1}, type="mail", priority=3, backoff=Fixed(seconds=4.0), timeout=7.0)
    shop.clock.advance(2)
    (claimed,) = shop.claim(worker="worker-1")
    assert claimed.lease == LeaseRef(job_id, 1)
    assert (claimed.queue, claimed.type, claimed.payload_json) == (QUEUE, "mail", '{"n": 1}')
    assert (claimed.attempt, claimed.max_attempts, claimed.lost, claimed.priority) == (1, 5, 0, 3)
    assert (claimed.backoff, claimed.timeout) == (Fixed(seconds=4.0), 7.0)
    assert claimed.enqueued_at == shop.now - timedelta(seconds=2)
    assert (claimed.claimed_at, claimed.lease_seconds) == (shop.now, LEASE)
    assert claimed.lease_expires_at == shop.now + timedelta(seconds=LEASE)


def test_a_leased_job_says_who_has_it_until_when(shop: Workshop) -> None:
    job_id = shop.add()
    shop.claim(worker="worker-1")
    job = shop.job(job_id)
    assert (job.state, job.attempt, job.fence) == (State.LEASED, 1, 1)
    assert job.worker is not None
    assert job.worker.endswith("worker-1")
    assert (job.started_at, job.heartbeat_at) == (shop.now, shop.now)
    assert (job.lease_seconds, job.lease_expires_at) == (LEASE, shop.now + timedelta(seconds=LEASE))


def test_lower_priority_comes_first_and_first_in_first_out_within_one(shop: Workshop) -> None:
    late = shop.add(priority=900)
    normal = shop.add_many(3)
    first = shop.add(priority=0)
    assert taken(shop) == [first, *normal, late]


def test_a_retry_keeps_its_place_in_the_order(shop: Workshop) -> None:
    urgent, other = shop.add(priority=1), shop.add(priority=2)
    shop.nack(shop.take(), delay=1.0)
    shop.clock.advance(1)
    assert taken(shop) == [urgent, other]


def test_a_job_is_claimed_once(shop: Workshop) -> None:
    shop.add_many(2)
    assert len(taken(shop, 1)) == 1
    assert len(taken(shop, 5)) == 1
    assert taken(shop) == []


def test_no_more_than_limit_and_ahead_are_given(shop: Workshop) -> None:
    shop.add_many(10)
    assert len(taken(shop, 2)) == 2
    assert len(taken(shop, 2, ahead=3)) == 5


def test_a_scheduled_job_is_never_early_and_claimable_when_due(shop: Workshop) -> None:
    job_id = shop.add(delay=10.0)
    shop.clock.advance(9.999)
    assert taken(shop) == []
    shop.clock.advance(0.001)
    assert taken(shop) == [job_id]


def test_maintenance_makes_due_jobs_ready(shop: Workshop) -> None:
    job_id = shop.add(delay=10.0)
    shop.pass_time(9)
    assert shop.state(job_id) is State.SCHEDULED
    shop.pass_time(2)
    assert shop.state(job_id) is State.READY


def test_only_the_types_asked_for_are_given(shop: Workshop) -> None:
    shop.add(type="mail", priority=1)
    wanted = shop.add(type="fax", priority=2)
    assert taken(shop, types=frozenset({"fax", "telex"})) == [wanted]
    assert taken(shop, types=frozenset({"telex"})) == []


def test_types_left_to_others_are_not_given(shop: Workshop) -> None:
    left = shop.add(type="mail", priority=1)
    wanted = [shop.add(type="fax", priority=2), shop.add(type="telex", priority=2)]
    assert taken(shop, without=frozenset({"mail"}), limit=5) == wanted
    assert taken(shop, without=frozenset({"mail"})) == []
    assert taken(shop) == [left]


def test_a_due_job_of_a_type_not_left_to_others_is_given(shop: Workshop) -> None:
    due = shop.add(type="fax", delay=10.0)
    shop.clock.advance(10.0)
    assert taken(shop, without=frozenset({"mail"})) == [due]


def test_queues_are_served_in_the_order_asked(shop: Workshop) -> None:
    second = shop.add(queue="second", priority=0)
    first = shop.add(queue="first", priority=999)
    assert taken(shop, queues=("first", "second")) == [first, second]


def test_queues_not_asked_for_and_not_there_give_nothing(shop: Workshop) -> None:
    shop.add(queue="other")
    assert taken(shop, queues=(QUEUE, "nowhere")) == []


def test_a_paused_queue_gives_nothing_until_resumed(shop: Workshop) -> None:
    job_id = shop.add()
    shop.backend.pause(QUEUE)
    assert taken(shop) == []
    assert (shop.queue().paused, shop.queue().draining) == (True, False)
    shop.backend.pause(QUEUE, False)
    assert taken(shop) == [job_id]
    assert not shop.queue().paused


def test_a_paused_queue_still_takes_jobs_in_and_settles_leases(shop: Workshop) -> None:
    shop.add()
    claimed = shop.take()
    shop.backend.pause(QUEUE)
    assert shop.ack(claimed) is None
    assert shop.state(shop.add()) is State.READY


def test_draining_finishes_what_is_in_flight_and_stops(shop: Workshop) -> None:
    shop.add_many(2)
    claimed = shop.take()
    shop.backend.drain(QUEUE)
    assert taken(shop) == []
    assert shop.queue().draining
    assert shop.ack(claimed) is None
    assert (shop.queue().paused, shop.queue().draining) == (True, False)
    assert taken(shop) == []
    shop.backend.pause(QUEUE, False)
    assert len(taken(shop)) == 1


def test_only_a_queue_that_is_there_can_be_paused_or_drained(shop: Workshop) -> None:
    with pytest.raises(NotFound):
        shop.backend.pause("nowhere")
    with pytest.raises(NotFound):
        shop.backend.drain("nowhere")


def test_the_next_due_time_is_that_of_the_next_scheduled_job(shop: Workshop) -> None:
    shop.configure()
    assert shop.backend.next_due([QUEUE]) is None
    shop.add(delay=20.0)
    shop.add(delay=10.0)
    assert shop.backend.next_due([QUEUE]) == shop.now + timedelta(seconds=10)
    assert shop.backend.next_due(["nowhere"]) is None


def test_an_extended_lease_runs_from_now(shop: Workshop) -> None:
    shop.add()
    claimed = shop.take()
    shop.clock.advance(20)
    assert shop.backend.extend([claimed.lease]) == [True]
    job = shop.job(claimed.lease.job_id)
    assert job.lease_expires_at == shop.now + timedelta(seconds=LEASE)
    assert job.heartbeat_at == shop.now
    assert shop.backend.extend([claimed.lease], 100.0) == [True]
    assert shop.job(job.id).lease_expires_at == shop.now + timedelta(seconds=100)
    assert shop.job(job.id).lease_seconds == 100
    shop.pass_time(99)
    assert shop.state(job.id) is State.LEASED
