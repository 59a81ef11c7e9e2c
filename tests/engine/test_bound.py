"""What is said of a handler's runs holds for every job, however it was claimed."""

from __future__ import annotations

import threading

import pytest

from pillarbox_engine.bound import Bound
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.fingerprint import failure_of
from pillarbox_engine.model import JsonValue
from pillarbox_engine.outcomes import Fail, Stop
from pillarbox_engine.retry_rules import RetryRule
from pillarbox_engine.states import DeadReason, State
from tests.engine.kit import PATIENCE, settings, until, wait


def failing(job: JobContext) -> JsonValue:
    raise Fail(failure_of("Http404", "404 Not Found"))


def test_rules_hold_for_jobs_that_were_claimed_as_others_were_settled(engine: Engine) -> None:
    queue = engine.queue("a", defaults=settings(max_attempts=3))
    ids = [one.id for one in queue.enqueue_many(range(60))]
    bound = Bound(run=failing, rules=(RetryRule(error="Http404", then="dead"),))
    with queue.worker({"*": bound}, concurrency=1) as worker:
        assert worker.join_idle(PATIENCE)
    assert {(engine.job(id).state, engine.job(id).attempt) for id in ids} == {(State.DEAD, 1)}


def test_a_type_left_to_others_is_run_by_the_worker_that_has_it(engine: Engine) -> None:
    queue = engine.queue("a")
    left = queue.enqueue({}, type="thumbnail")
    other = queue.enqueue({}, type="mail")
    with queue.worker({"*": lambda job: "all", "thumbnail": None}):
        until(engine, "a", lambda: engine.job(other.id).state is State.DONE)
    assert engine.job(left.id).state is State.READY
    with queue.worker({"thumbnail": lambda job: "own"}) as worker:
        assert worker.join_idle(PATIENCE)
    assert [engine.job(one.id).result for one in (left, other)] == ["own", "all"]


class Waiting:
    """Waits to be asked to stop, and does so at once."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    def __call__(self, job: JobContext) -> JsonValue:
        self.begun.set()
        job.cancelled.wait(PATIENCE)
        raise Stop


def test_a_run_that_heeds_a_stop_is_given_back_and_costs_no_attempt(engine: Engine) -> None:
    queue, handler = engine.queue("a"), Waiting()
    job = queue.enqueue({})
    worker = queue.worker({"*": Bound(run=handler, heeds_stop=True)}).start()
    wait(handler.begun)
    worker.stop(0.0)
    found = engine.job(job.id)
    assert (found.state, found.attempt, found.lost) == (State.READY, 0, 0)


@pytest.mark.parametrize("heeds", [True, False])
def test_a_thread_that_heeds_a_stop_is_not_given_up_at_the_time_out(
    engine: Engine, heeds: bool, gate: threading.Event
) -> None:
    queue = engine.queue("a", defaults=settings(max_attempts=1))
    ended = threading.Event()

    def run(job: JobContext) -> JsonValue:
        job.cancelled.wait(PATIENCE)
        ended.set()
        gate.wait(PATIENCE)
        raise Stop

    job = queue.enqueue({})
    bound = Bound(run=run, timeout=0.05, heeds_stop=heeds)
    with queue.worker({"*": bound}, concurrency=1) as worker:
        wait(ended)
        until(engine, "a", lambda: engine.job(job.id).state is State.DEAD)
        assert worker.given_up == (0 if heeds else 1)
        gate.set()
    assert engine.job(job.id).reason is DeadReason.TIMED_OUT
