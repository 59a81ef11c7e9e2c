"""One claimed job by hand: every verb, and what a stale fence gets."""

from __future__ import annotations

import pytest

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.delivery import Delivery
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidPayload, LeaseLost
from pillarbox_engine.states import DeadReason, State
from tests.engine.kit import WatchedBackend


def claimed(engine: Engine, **options: object) -> Delivery:
    queue = engine.queue("a")
    queue.enqueue({"n": 1}, **options)  # type: ignore[arg-type]
    delivery = queue.claim()
    assert delivery is not None
    return delivery


def test_it_says_what_was_claimed(engine: Engine) -> None:
    delivery = claimed(engine, type="t")
    assert (delivery.queue, delivery.type, delivery.payload) == ("a", "t", {"n": 1})
    assert delivery.attempt == 1
    assert delivery.fence >= 1
    delivery.release()


def test_ack_keeps_the_result_and_can_be_repeated(engine: Engine) -> None:
    delivery = claimed(engine)
    delivery.ack({"ok": True})
    delivery.ack({"ok": True})
    job = engine.job(delivery.id)
    assert (job.state, job.result) == (State.DONE, {"ok": True})
    assert engine.counts().done_total == 1


def test_ack_of_what_is_not_json_leaves_the_lease(engine: Engine) -> None:
    delivery = claimed(engine)
    with pytest.raises(InvalidPayload):
        delivery.ack(object())
    delivery.ack()


def test_nack_backs_off_then_buries(engine: Engine) -> None:
    delivery = claimed(engine, max_attempts=2, backoff=Fixed(seconds=60.0))
    delivery.nack(ValueError("bad 17"))
    job = engine.job(delivery.id)
    assert job.state is State.SCHEDULED
    assert job.error_type == "ValueError"
    engine.queue("a").requeue()
    again = engine.queue("a").claim()
    assert again is not None
    assert again.attempt == 2
    again.nack("bad")
    job = engine.job(delivery.id)
    assert (job.state, job.reason) == (State.DEAD, DeadReason.EXHAUSTED)


def test_reject_release_snooze(engine: Engine) -> None:
    delivery = claimed(engine)
    delivery.snooze(60.0)
    assert engine.job(delivery.id).attempt == 0
    engine.queue("a").requeue()
    again = engine.queue("a").claim()
    assert again is not None
    again.release()
    last = engine.queue("a").claim()
    assert last is not None
    assert last.attempt == 1
    last.reject("hopeless")
    job = engine.job(last.id)
    assert (job.reason, job.error_message) == (DeadReason.REJECTED, "hopeless")


def test_stale_fence_raises_and_changes_nothing(engine: Engine) -> None:
    stale = claimed(engine)
    engine.backend.release([stale.id])
    fresh = engine.queue("a").claim()
    assert fresh is not None
    for call in (stale.ack, stale.release, stale.extend):
        with pytest.raises(LeaseLost, match=stale.id):
            call()
    fresh.extend(60.0)
    fresh.ack()
    assert engine.job(fresh.id).state is State.DONE


def test_it_is_marked_as_started_until_settled(engine: Engine, backend: WatchedBackend) -> None:
    delivery = claimed(engine)
    delivery.ack()
    assert backend.marks == [(0, delivery.claimed.lease), (0, None)]
