"""Idempotency keys: repeating an enqueue within seven days adds nothing."""

from __future__ import annotations

import pytest

from pillarbox_engine.errors import PayloadTooLarge
from pillarbox_engine.model import NewJob
from pillarbox_engine.protocols import Backend
from tests.contract.workshop import QUEUE, Workshop

DAY = 86_400.0


def keyed(key: str | None, payload: str = "1") -> NewJob:
    return NewJob(payload_json=payload, idempotency_key=key)


def test_the_first_id_is_the_answer(backend: Backend) -> None:
    (first,) = backend.enqueue(QUEUE, [keyed("k", "1")])
    (second,) = backend.enqueue(QUEUE, [keyed("k", "2")])
    assert (first.conflict, second.conflict) == (False, True)
    assert second.id == first.id
    assert backend.job(first.id).payload == 1
    assert backend.job(first.id).idempotency_key == "k"
    assert backend.counts(QUEUE).enqueued_total == 1


def test_new_and_known_keys_in_one_call(backend: Backend) -> None:
    (known,) = backend.enqueue(QUEUE, [keyed("b")])
    answers = backend.enqueue(QUEUE, [keyed("a"), keyed("b"), keyed(None), keyed(None)])
    assert [answer.conflict for answer in answers] == [False, True, False, False]
    assert answers[1].id == known.id
    assert len({answer.id for answer in answers}) == 4


def test_one_key_twice_in_a_call_is_one_job(backend: Backend) -> None:
    first, second = backend.enqueue(QUEUE, [keyed("a"), keyed("a")])
    assert first.id == second.id
    assert (first.conflict, second.conflict) == (False, True)
    assert backend.counts(QUEUE).ready == 1


def test_a_key_outlives_its_job(shop: Workshop) -> None:
    job_id = shop.add(idempotency_key="k")
    shop.ack(shop.take())
    shop.backend.purge([job_id])
    shop.backend.erase([job_id])
    (answer,) = shop.backend.enqueue(QUEUE, [keyed("k")])
    assert (answer.id, answer.conflict) == (job_id, True)
    assert shop.counts().live == 0


def test_a_key_lives_seven_days(shop: Workshop) -> None:
    first = shop.add(idempotency_key="k")
    shop.pass_time(7 * DAY - 1)
    assert shop.add(idempotency_key="k") == first
    shop.pass_time(2)
    second = shop.add(idempotency_key="k")
    assert second != first
    shop.pass_time(7 * DAY - 1)
    assert shop.add(idempotency_key="k") == second


def test_a_refused_call_uses_up_no_key(shop: Workshop) -> None:
    shop.configure(max_payload=10)
    with pytest.raises(PayloadTooLarge):
        shop.backend.enqueue(QUEUE, [keyed("k"), keyed("l", '"too long for it"')])
    (answer,) = shop.backend.enqueue(QUEUE, [keyed("k")])
    assert not answer.conflict


def test_keys_are_exact(backend: Backend) -> None:
    answers = backend.enqueue(QUEUE, [keyed("key"), keyed("KEY"), keyed("key ")])
    assert len({answer.id for answer in answers}) == 3
