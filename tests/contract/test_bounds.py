"""Bounded queues: exact in jobs and bytes, for whatever comes in, from wherever it comes."""

from __future__ import annotations

import pytest

from pillarbox_engine.errors import QueueFull
from pillarbox_engine.model import NewJob
from pillarbox_engine.states import DeadReason, EventKind, OnFull, State
from tests.contract.workshop import QUEUE, Workshop


@pytest.mark.parametrize("on_full", [OnFull.REJECT, OnFull.BLOCK])
def test_a_full_queue_takes_nothing_more(shop: Workshop, on_full: OnFull) -> None:
    shop.configure(max_depth=3, on_full=on_full)
    shop.add_many(3)
    with pytest.raises(QueueFull) as caught:
        shop.add()
    assert QUEUE in str(caught.value)
    assert (shop.counts().live, shop.counts().enqueued_total) == (3, 3)


def test_a_call_that_would_overflow_stores_nothing(shop: Workshop) -> None:
    shop.configure(max_depth=3)
    with pytest.raises(QueueFull):
        shop.add_many(4)
    assert shop.counts().enqueued_total == 0
    assert len(shop.add_many(3)) == 3


def test_scheduled_and_leased_jobs_count_and_ended_ones_do_not(shop: Workshop) -> None:
    shop.configure(max_depth=3)
    shop.add(delay=100.0)
    shop.add_many(2)
    claimed = shop.take()
    with pytest.raises(QueueFull):
        shop.add()
    shop.ack(claimed)
    shop.add()
    with pytest.raises(QueueFull):
        shop.add()


def test_a_retry_never_overflows(shop: Workshop) -> None:
    shop.configure(max_depth=1)
    job_id = shop.add()
    shop.nack(shop.take(), delay=1.0)
    with pytest.raises(QueueFull):
        shop.add()
    shop.clock.advance(1)
    assert shop.take().lease.job_id == job_id


def test_bytes_are_bounded_exactly(shop: Workshop) -> None:
    shop.configure(max_bytes=10)
    shop.backend.enqueue(QUEUE, [NewJob(payload_json='"éé"'), NewJob(payload_json='"a"')])
    assert shop.counts().bytes == 9
    with pytest.raises(QueueFull):
        shop.backend.enqueue(QUEUE, [NewJob(payload_json="12")])
    shop.backend.enqueue(QUEUE, [NewJob(payload_json="1")])
    assert shop.counts().bytes == 10
    shop.ack(shop.take())
    assert shop.counts().bytes == 4
    shop.backend.enqueue(QUEUE, [NewJob(payload_json="123456")])


def test_the_oldest_make_way_where_the_queue_says_so(shop: Workshop) -> None:
    shop.configure(max_depth=3, on_full=OnFull.DROP_OLDEST)
    ids = shop.add_many(3)
    new = shop.add()
    assert [shop.state(job_id) for job_id in ids] == [State.DEAD, State.READY, State.READY]
    dropped = shop.job(ids[0])
    assert (dropped.reason, dropped.fingerprint) == (DeadReason.OVERFLOW, "overflow")
    assert dropped.error_message
    assert dropped.history[-1].kind is EventKind.OVERFLOWED
    assert shop.state(new) is State.READY
    assert shop.counts().live == 3


def test_scheduled_jobs_make_way_and_leased_ones_do_not(shop: Workshop) -> None:
    shop.configure(max_depth=3, on_full=OnFull.DROP_OLDEST)
    shop.add()
    running = shop.take().lease.job_id
    scheduled, ready = shop.add(delay=50.0), shop.add()
    shop.add()
    assert shop.state(running) is State.LEASED
    assert shop.state(scheduled) is State.DEAD
    assert shop.state(ready) is State.READY


def test_as_many_bytes_as_needed_make_way(shop: Workshop) -> None:
    shop.configure(max_bytes=6, on_full=OnFull.DROP_OLDEST)
    ids = [shop.add(payload) for payload in (11, 22, 33)]
    shop.add(444)
    assert [shop.state(job_id) for job_id in ids] == [State.DEAD, State.DEAD, State.READY]
    assert shop.counts().bytes == 5


def test_more_than_can_make_way_is_refused_and_drops_nothing(shop: Workshop) -> None:
    shop.configure(max_depth=3, on_full=OnFull.DROP_OLDEST)
    shop.add_many(3)
    shop.take()
    with pytest.raises(QueueFull):
        shop.add_many(3)
    assert (shop.counts().dead, shop.counts().live) == (0, 3)


def test_replay_and_requeue_are_refused_by_a_full_queue(shop: Workshop) -> None:
    dead = [shop.dead(), shop.dead()]
    done = shop.done()
    shop.configure(max_depth=2)
    shop.add()
    with pytest.raises(QueueFull):
        shop.backend.replay(dead)
    with pytest.raises(QueueFull):
        shop.backend.requeue([dead[0], done])
    assert [shop.state(job_id) for job_id in (*dead, done)] == [State.DEAD, State.DEAD, State.DONE]
    assert (shop.counts().live, shop.counts().replayed_total) == (1, 0)
    assert shop.backend.replay(dead[:1]).changed == 1


def test_replay_into_another_queue_is_held_to_that_ones_bound(shop: Workshop) -> None:
    dead = shop.dead()
    shop.configure("small", max_depth=1)
    shop.add(queue="small")
    with pytest.raises(QueueFull):
        shop.backend.replay([dead], to="small")
    assert (shop.state(dead), shop.job(dead).queue) == (State.DEAD, QUEUE)


def test_restore_is_held_to_the_bound_only_for_live_jobs(shop: Workshop) -> None:
    dead, live = shop.dead(), shop.add()
    shop.backend.purge([dead, live])
    shop.configure(max_depth=1)
    shop.add()
    with pytest.raises(QueueFull):
        shop.backend.restore([live])
    assert shop.state(live) is State.TRASHED
    assert shop.backend.restore([dead]).changed == 1


def test_a_repeated_key_needs_no_room(shop: Workshop) -> None:
    shop.configure(max_depth=1)
    first = shop.add(idempotency_key="k")
    assert shop.add(idempotency_key="k") == first


def test_lowering_the_bound_drops_nothing(shop: Workshop) -> None:
    shop.add_many(5)
    shop.configure(max_depth=2)
    assert shop.counts().ready == 5
    assert len(shop.claim(4)) == 4
    with pytest.raises(QueueFull):
        shop.add()
