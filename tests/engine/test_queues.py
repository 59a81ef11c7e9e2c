"""A queue as programs hold it: enqueue and its options, blocking, settings, bulk verbs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import (
    Definite,
    EngineClosed,
    InvalidName,
    InvalidOption,
    InvalidPayload,
    QueueFull,
)
from pillarbox_engine.model import Enqueued, NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import OnFull, State
from pillarbox_engine.uniqueness import Unique
from tests.engine.kit import PATIENCE, WatchedBackend, settings, wait


def test_enqueue_stores_payload_and_options(engine: Engine) -> None:
    queue = engine.queue("mail")
    enqueued = queue.enqueue(
        {"to": "ä"}, type="send", priority=7, max_attempts=2, backoff=Fixed(seconds=3), timeout=9.0
    )
    job = engine.job(enqueued.id)
    assert not enqueued.conflict
    assert (job.payload, job.type, job.priority) == ({"to": "ä"}, "send", 7)
    assert (job.max_attempts, job.backoff, job.timeout) == (2, Fixed(seconds=3), 9.0)


def test_same_key_adds_nothing(engine: Engine) -> None:
    queue = engine.queue("a")
    first = queue.enqueue(1, idempotency_key="k")
    assert queue.enqueue(2, idempotency_key="k") == Enqueued(first.id, conflict=True)
    assert queue.counts().enqueued_total == 1


def test_a_unique_key_is_one_job_at_a_time(engine: Engine) -> None:
    queue = engine.queue("a")
    first = queue.enqueue(1, unique_key="ada")
    terms = Unique(replace=frozenset({"payload"}))
    assert queue.enqueue(2, unique_key="ada") == Enqueued(first.id, conflict=True)
    assert queue.enqueue(3, unique_key="ada", unique=terms).replaced
    assert (engine.job(first.id).payload, engine.job(first.id).unique_key) == (3, "ada")
    with pytest.raises(InvalidOption, match="unique needs a unique_key"):
        queue.enqueue(4, unique=terms)


def test_enqueue_many_with_a_key_can_be_repeated(engine: Engine) -> None:
    queue = engine.queue("a")
    first = queue.enqueue_many([1, 2], idempotency_key="k")
    again = queue.enqueue_many([1, 2, 3], idempotency_key="k")
    assert [one.conflict for one in again] == [True, True, False]
    assert [one.id for one in again[:2]] == [one.id for one in first]


def test_enqueue_many_of_nothing(engine: Engine) -> None:
    assert engine.queue("a").enqueue_many([]) == []


def test_enqueue_many_is_whole_or_nothing(engine: Engine) -> None:
    queue = engine.queue("a")
    with pytest.raises(InvalidPayload):
        queue.enqueue_many([1, object()])
    queue.configure(max_depth=1)
    with pytest.raises(QueueFull):
        queue.enqueue_many([1, 2])
    assert queue.counts().enqueued_total == 0


def test_an_unknown_option_is_named_with_those_there_are(engine: Engine) -> None:
    queue = engine.queue("a")
    options: dict[str, Any] = {"colour": "red"}
    for enqueue in (queue.enqueue, lambda value, **given: queue.enqueue_many([value], **given)):
        with pytest.raises(InvalidOption, match=r"'colour'.*Use one of: .*priority"):
            enqueue(1, **options)
    assert queue.counts().enqueued_total == 0


def test_an_unknown_state_is_named_with_those_there_are(engine: Engine) -> None:
    queue = engine.queue("a")
    for ask in (lambda: list(queue.jobs("tired")), lambda: queue.purge("tired")):
        with pytest.raises(InvalidOption, match=r"'tired'.*Use one of: .*ready"):
            ask()


def test_a_range_is_told_without_exponents(engine: Engine) -> None:
    with pytest.raises(InvalidOption, match="-1 is not in 1 to 9,007,199,254,740,992"):
        engine.queue("a").configure(max_depth=-1)


def test_failed_enqueue_carries_the_key_it_was_given() -> None:
    class Failing(WatchedBackend):
        def enqueue(self, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
            self._maybe_fail("enqueue")
            return super().enqueue(queue, jobs)

    failing = Failing()
    failing.failing["enqueue"] = 1
    with Engine(failing) as engine:
        queue = engine.queue("a")
        with pytest.raises(Definite) as caught:
            queue.enqueue_many([1, 2], idempotency_key="mine")
        key = caught.value.idempotency_key
        assert key == "mine"
        assert not any(e.conflict for e in queue.enqueue_many([1, 2], idempotency_key=key))
        assert all(e.conflict for e in queue.enqueue_many([1, 2], idempotency_key=key))


@pytest.mark.parametrize("name", ["", "a/b", "x" * 10_000])
def test_bad_queue_name(engine: Engine, name: str) -> None:
    with pytest.raises(InvalidName):
        engine.queue(name)


def test_bad_options(engine: Engine) -> None:
    queue = engine.queue("a")
    with pytest.raises(InvalidName):
        queue.enqueue(1, type="")
    with pytest.raises(InvalidOption, match="zone"):
        queue.enqueue(1, run_at=datetime(2030, 1, 1))
    with pytest.raises(InvalidOption, match="colour"):
        queue.configure(colour="red")


@pytest.mark.parametrize("name", ["run_at", "expires_at"])
def test_a_time_past_by_far_is_a_mistake_unless_the_call_may_be_a_repetition(
    engine: Engine, name: str
) -> None:
    queue, now = engine.queue("a"), datetime.now(UTC)
    past: dict[str, Any] = {name: now - timedelta(minutes=5)}
    with pytest.raises(InvalidOption, match=f"{name} is past"):
        queue.enqueue(1, **past)
    assert queue.counts().enqueued_total == 0
    queue.enqueue(2, **past, idempotency_key="k")
    just: dict[str, Any] = {name: now - timedelta(seconds=5)}
    queue.enqueue(3, **just)
    assert queue.counts().enqueued_total == 2


def test_configure_merges(engine: Engine) -> None:
    queue = engine.queue("a", defaults=QueueSettings(max_attempts=2))
    queue.configure(lease=7.0)
    assert queue.configure(priority=3) == queue.settings
    assert (queue.settings.max_attempts, queue.settings.lease) == (2, 7.0)


def test_defaults_apply_only_at_creation(engine: Engine) -> None:
    engine.queue("a", defaults=QueueSettings(max_attempts=2))
    queue = engine.queue("a", defaults=QueueSettings(max_attempts=9))
    assert queue.settings.max_attempts == 2


def test_full_queue_rejects(engine: Engine) -> None:
    queue = engine.queue("a", defaults=settings(max_depth=1))
    queue.enqueue(1)
    with pytest.raises(QueueFull):
        queue.enqueue(2)
    with pytest.raises(QueueFull):
        queue.enqueue(2, block=0.01)


def test_blocked_enqueue_goes_on_when_there_is_room(engine: Engine) -> None:
    queue = engine.queue("a", defaults=settings(max_depth=1, on_full=OnFull.BLOCK))
    queue.enqueue(1)
    stored = threading.Event()

    def blocked() -> None:
        queue.enqueue(2)
        stored.set()

    thread = threading.Thread(target=blocked)
    thread.start()
    delivery = queue.claim(wait=PATIENCE)
    assert delivery is not None
    assert not stored.is_set()
    delivery.ack()
    wait(stored)
    thread.join()
    assert queue.counts().enqueued_total == 2


def test_closing_ends_a_blocked_enqueue(backend: WatchedBackend) -> None:
    engine = Engine(backend)
    queue = engine.queue("a", defaults=settings(max_depth=1))
    queue.enqueue(1)
    errors: list[Exception] = []
    entered = threading.Event()

    def blocked() -> None:
        entered.set()
        try:
            queue.enqueue(2, block=60.0)
        except EngineClosed as error:
            errors.append(error)

    thread = threading.Thread(target=blocked)
    thread.start()
    wait(entered)
    engine.close()
    thread.join(PATIENCE)
    assert len(errors) == 1


def test_claim_waits_for_a_job(engine: Engine) -> None:
    queue = engine.queue("a")
    assert queue.claim() is None
    assert queue.claim(wait=0.01) is None
    timer = threading.Timer(0.01, queue.enqueue, (1,))
    timer.start()
    delivery = queue.claim(wait=PATIENCE)
    timer.join()
    assert delivery is not None
    delivery.ack()


def test_claim_waits_for_a_job_that_falls_due(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue(1, delay=0.05)
    delivery = queue.claim(wait=PATIENCE)
    assert delivery is not None
    job = engine.job(delivery.id)
    assert delivery.claimed.claimed_at >= job.run_at
    delivery.release()


def test_pause_and_resume(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue(1)
    queue.pause()
    assert queue.claim() is None
    queue.resume()
    delivery = queue.claim()
    assert delivery is not None
    delivery.ack()


def test_dead_letters_are_replayed(engine: Engine) -> None:
    queue, other = engine.queue("a"), engine.queue("b", defaults=settings())
    queue.enqueue_many(range(3))
    for _ in range(3):
        delivery = queue.claim()
        assert delivery is not None
        delivery.reject("no")
    assert [job.state for job in queue.jobs(state="dead")] == [State.DEAD] * 3
    result = queue.replay(to="b")
    assert result.changed == 3
    assert result.operation is not None
    assert other.counts().ready == 3
    assert queue.counts().live == 0


def test_replay_at_a_rate(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(range(3))
    for _ in range(3):
        delivery = queue.claim()
        assert delivery is not None
        delivery.reject("no")
    queue.replay(rate=10.0)
    times = sorted(job.run_at for job in queue.jobs())
    gaps = [(b - a).total_seconds() for a, b in pairwise(times)]
    assert gaps[0] == pytest.approx(0.1, abs=0.09)
    assert gaps[1] == pytest.approx(0.1)


def test_purge_skips_leased_jobs_and_restore_brings_back(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(range(3))
    delivery = queue.claim()
    assert delivery is not None
    result = queue.purge()
    assert (result.changed, result.skipped) == (2, {"leased": 1})
    assert queue.counts().trashed == 2
    assert queue.restore().changed == 2
    assert queue.counts().ready == 2
    delivery.ack()


def test_requeue_runs_done_jobs_again(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue(1)
    delivery = queue.claim()
    assert delivery is not None
    delivery.ack()
    assert queue.requeue("done").changed == 1
    assert queue.counts().ready == 1


def test_cancel_keeps_the_reason(engine: Engine) -> None:
    queue = engine.queue("a")
    enqueued = queue.enqueue(1, run_at=datetime(2100, 1, 1, tzinfo=UTC))
    assert queue.cancel(reason="not wanted").changed == 1
    job = engine.job(enqueued.id)
    assert job.state is State.CANCELLED
    assert job.history[-1].detail == "not wanted"


def test_jobs_pages_through_all(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(range(250))
    ids = [job.id for job in queue.jobs()]
    assert len(set(ids)) == 250
