"""Handlers that do not come back: nacked, given up and replaced, within limits."""

from __future__ import annotations

import threading

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import LeaseLost
from pillarbox_engine.model import JsonValue
from pillarbox_engine.states import DeadReason, EventKind, State
from tests.engine.kit import PATIENCE, settings, until, wait


class Hanging:
    """A handler that hangs on the payload "hang" until let go."""

    def __init__(self, gate: threading.Event) -> None:
        self.gate = gate
        self.cancelled, self.refused, self.left = (threading.Event() for _ in range(3))

    def __call__(self, job: JobContext) -> JsonValue:
        if job.payload != "hang":
            return "fine"
        job.cancelled.wait()
        self.cancelled.set()
        self.gate.wait()
        try:
            job.progress(50)
        except LeaseLost:
            self.refused.set()
        self.left.set()
        return "too late"


def test_a_hanging_handler_ends_as_a_dead_letter_and_the_worker_goes_on(
    engine: Engine, gate: threading.Event
) -> None:
    queue = engine.queue("a", defaults=settings(max_attempts=1))
    handler = Hanging(gate)
    stuck = queue.enqueue("hang", timeout=0.05)
    with queue.worker(handler, concurrency=2) as worker:
        wait(handler.cancelled)
        until(engine, "a", lambda: engine.job(stuck.id).state is State.DEAD)
        assert worker.given_up == 1
        fine = queue.enqueue_many(range(20))
        assert worker.join_idle(PATIENCE)
        assert {engine.job(one.id).result for one in fine} == {"fine"}
        gate.set()
        wait(handler.left)
    job = engine.job(stuck.id)
    assert (job.reason, job.result) == (DeadReason.TIMED_OUT, None)
    assert job.history[-1].kind is EventKind.TIMED_OUT
    assert handler.refused.is_set()
    assert worker.given_up == 0


def test_claiming_stops_while_every_thread_is_stuck(engine: Engine, gate: threading.Event) -> None:
    queue = engine.queue("a", defaults=settings(max_attempts=1))
    handler = Hanging(gate)
    problems: list[Exception] = []
    told = threading.Event()

    def on_problem(error: Exception) -> None:
        problems.append(error)
        told.set()

    queue.enqueue_many(["hang"] * 2, timeout=0.05)
    with queue.worker(handler, concurrency=2, on_problem=on_problem) as worker:
        wait(told)
        assert worker.given_up == 2
        queue.enqueue("fine")
        assert not worker.join_idle(0.05)
        assert queue.counts().ready == 1
        gate.set()
        assert worker.join_idle(PATIENCE)
    assert "stuck" in str(problems[0])
    assert queue.counts().done == 1


def test_a_timed_out_attempt_is_retried(engine: Engine, gate: threading.Event) -> None:
    queue = engine.queue("a", defaults=settings(max_attempts=2))

    def handler(job: JobContext) -> JsonValue:
        if job.attempt == 1:
            gate.wait()
        return job.attempt

    enqueued = queue.enqueue(1, timeout=0.05)
    with queue.worker(handler, concurrency=1) as worker:
        until(engine, "a", lambda: engine.job(enqueued.id).attempt == 1 and worker.given_up == 1)
        gate.set()
        until(engine, "a", lambda: engine.job(enqueued.id).state is State.DONE)
    job = engine.job(enqueued.id)
    assert job.result == 2
    assert [event.kind for event in job.attempts] == [EventKind.TIMED_OUT, EventKind.DONE]


def test_other_jobs_keep_their_own_time(engine: Engine, gate: threading.Event) -> None:
    queue = engine.queue("a", defaults=settings(max_attempts=1))
    patient = queue.enqueue("patient", timeout=60.0)
    hasty = queue.enqueue("hasty", timeout=0.05)
    with queue.worker(lambda job: gate.wait(), concurrency=2):
        until(engine, "a", lambda: engine.job(hasty.id).state is State.DEAD)
        assert engine.job(patient.id).state is State.LEASED
        gate.set()
    assert engine.job(patient.id).state is State.DONE
