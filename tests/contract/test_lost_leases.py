"""Leases that end without a word: nothing is charged, losses are counted, and none for ever."""

from __future__ import annotations

from pillarbox_engine.leasing import Lost
from pillarbox_engine.states import DeadReason, EventKind, State
from tests.contract.workshop import LEASE, QUEUE, Workshop


def test_maintenance_takes_an_expired_lease_back(shop: Workshop) -> None:
    job_id = shop.add()
    claimed = shop.take()
    shop.pass_time(LEASE - 1)
    assert shop.state(job_id) is State.LEASED
    shop.pass_time(2)
    job = shop.job(job_id)
    assert (job.state, job.attempt, job.lost) == (State.READY, 0, 1)
    assert job.fence > claimed.lease.fence
    (event,) = job.history
    assert (event.kind, event.attempt, event.fence) == (EventKind.LOST, 1, claimed.lease.fence)
    assert event.started_at == claimed.claimed_at
    assert (shop.counts().lost_total, shop.counts().failed_total) == (1, 0)


def test_a_claim_takes_an_expired_lease_back_too(shop: Workshop) -> None:
    job_id = shop.add()
    shop.take()
    shop.clock.advance(LEASE + 1)
    claimed = shop.take()
    assert (claimed.lease.job_id, claimed.attempt, claimed.lost) == (job_id, 1, 1)


def test_a_worker_may_say_so_itself(shop: Workshop) -> None:
    job_id = shop.add()
    assert shop.settle(Lost(lease=shop.take().lease)) is None
    assert (shop.state(job_id), shop.job(job_id).lost) == (State.READY, 1)


def test_too_many_losses_are_a_dead_letter(shop: Workshop) -> None:
    shop.configure(max_lost=3, max_attempts=1)
    job_id = shop.add()
    for _ in range(3):
        assert shop.take().attempt == 1
        shop.pass_time(LEASE + 1)
    job = shop.job(job_id)
    assert (job.state, job.reason, job.lost) == (State.DEAD, DeadReason.LOST, 3)
    assert (job.fingerprint, job.ended_at) == ("lost", shop.now)
    assert [event.kind for event in job.history] == [EventKind.LOST] * 3
    assert shop.claim() == []
    assert (shop.counts().lost_total, shop.counts().dead_total) == (3, 1)


def test_losses_do_not_use_up_attempts(shop: Workshop) -> None:
    job_id = shop.add(max_attempts=2)
    shop.nack(shop.take(), delay=1.0)
    shop.clock.advance(1)
    shop.lose(shop.take())
    assert shop.take().attempt == 2
    assert shop.job(job_id).lost == 1


def test_a_job_lost_once_comes_alone(shop: Workshop) -> None:
    lost = shop.add(priority=1)
    others = shop.add_many(3)
    shop.lose(shop.take())
    first = shop.claim(5, ahead=5)
    assert [claimed.lease.job_id for claimed in first] == [lost]
    assert [claimed.lease.job_id for claimed in shop.claim(5)] == others


def test_a_batch_stops_before_a_lost_job(shop: Workshop) -> None:
    first = shop.add(priority=1)
    shop.lose(shop.take())
    before = shop.add(priority=0)
    after = shop.add(priority=2)
    batches = [[claimed.lease.job_id for claimed in shop.claim(5)] for _ in range(4)]
    assert batches == [[before], [first], [after], []]


def test_a_lost_job_of_another_queue_comes_alone_too(shop: Workshop) -> None:
    lost = shop.add(queue="second")
    shop.lose(shop.take("second"))
    first = shop.add(queue="first")
    queues = ("first", "second")
    batches = [[c.lease.job_id for c in shop.claim(5, queues=queues)] for _ in range(2)]
    assert batches == [[first], [lost]]
    shop.add(queue="first")


def test_replay_forgets_losses(shop: Workshop) -> None:
    shop.configure(max_lost=1)
    job_id = shop.add()
    shop.lose(shop.take())
    assert shop.state(job_id) is State.DEAD
    shop.backend.replay([job_id])
    assert (shop.job(job_id).lost, shop.job(job_id).attempt) == (0, 0)


def test_a_renewed_lease_is_not_taken_back(shop: Workshop) -> None:
    shop.add()
    claimed = shop.take()
    for _ in range(5):
        shop.pass_time(LEASE / 2)
        assert shop.backend.extend([claimed.lease]) == [True]
    assert shop.counts(QUEUE).leased == 1
    assert shop.ack(claimed) is None


def test_only_the_lease_that_ran_out_is_taken_back(shop: Workshop) -> None:
    shop.add_many(2)
    shop.take()
    shop.clock.advance(LEASE - 1)
    second = shop.take()
    shop.pass_time(2)
    assert (shop.counts().leased, shop.counts().ready) == (1, 1)
    assert shop.ack(second) is None
