"""Workers: outcomes, batches, order, draining, stopping, and the errors they live through."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import EngineClosed, InvalidOption, ProgrammingFault
from pillarbox_engine.leasing import Ack, Release
from pillarbox_engine.model import Job, JsonValue
from pillarbox_engine.outcomes import Cancel, Reject, Retry, Snooze
from pillarbox_engine.queues import Queue
from pillarbox_engine.settings import RateLimit
from pillarbox_engine.states import DeadReason, EventKind, State
from tests.engine.kit import PATIENCE, WatchedBackend, settings, until, wait


def run_one(engine: Engine, handler: Callable[[JobContext], JsonValue], **options: object) -> Job:
    """Enqueue one job, let a worker run it once, and look at it."""
    queue = engine.queue("a")
    enqueued = queue.enqueue({"n": 1}, **options)  # type: ignore[arg-type]
    with queue.worker(handler, concurrency=1) as worker:
        assert worker.join_idle(PATIENCE)
    return engine.job(enqueued.id)


def raises(error: BaseException) -> Callable[[JobContext], JsonValue]:
    def handler(job: JobContext) -> JsonValue:
        raise error

    return handler


def test_a_job_is_run_and_its_result_kept(engine: Engine) -> None:
    seen: list[tuple[object, ...]] = []

    def handler(job: JobContext) -> JsonValue:
        seen.append((job.id, job.queue, job.type, job.payload, job.attempt, job.fence))
        return {"ok": True}

    job = run_one(engine, handler, type="t")
    assert seen == [(job.id, "a", "t", {"n": 1}, 1, job.fence)]
    assert (job.state, job.result) == (State.DONE, {"ok": True})
    assert job.history[-1].started_at is not None


def test_retry_waits_as_long_as_it_says(engine: Engine) -> None:
    job = run_one(engine, raises(Retry("later", after=60.0)))
    assert (job.state, job.attempt, job.error_message) == (State.SCHEDULED, 1, "later")
    assert 59 < (job.run_at - job.history[-1].at).total_seconds() < 61


def test_snooze_charges_nothing(engine: Engine) -> None:
    job = run_one(engine, raises(Snooze(60.0)))
    assert (job.state, job.attempt) == (State.SCHEDULED, 0)


def test_reject_buries(engine: Engine) -> None:
    job = run_one(engine, raises(Reject("hopeless")))
    assert (job.state, job.reason, job.error_message) == (
        State.DEAD, DeadReason.REJECTED, "hopeless",
    )  # fmt: skip


def test_cancel_cancels(engine: Engine) -> None:
    job = run_one(engine, raises(Cancel("not needed")))
    assert job.state is State.CANCELLED
    assert job.history[-1].detail == "not needed"


@pytest.mark.parametrize(
    "error", [ValueError("bad"), KeyboardInterrupt(), SystemExit(3), GeneratorExit()]
)
def test_any_exception_is_a_failure_and_the_worker_goes_on(
    engine: Engine, error: BaseException
) -> None:
    queue = engine.queue("a")
    bad = queue.enqueue("bad", max_attempts=1)
    good = queue.enqueue("good")

    def handler(job: JobContext) -> JsonValue:
        if job.payload == "bad":
            raise error
        return None

    with queue.worker(handler, concurrency=1) as worker:
        assert worker.join_idle(PATIENCE)
    dead = engine.job(bad.id)
    assert (dead.state, dead.reason) == (State.DEAD, DeadReason.EXHAUSTED)
    assert dead.error_type == type(error).__name__
    failure = dead.history[-1].error
    assert failure is not None
    assert "in handler" in failure.traceback
    assert engine.job(good.id).state is State.DONE


def test_backoff_of_the_job_is_used(engine: Engine) -> None:
    engine.queue("a", defaults=settings(max_attempts=3))
    job = run_one(engine, raises(ValueError("bad")))
    assert (job.state, job.attempt) == (State.DEAD, 3)
    assert [event.attempt for event in job.attempts] == [1, 2, 3]


def test_result_that_is_not_json_is_a_failure(engine: Engine) -> None:
    job = run_one(engine, lambda job: object(), max_attempts=1)
    assert (job.state, job.error_type) == (State.DEAD, "InvalidResult")


def test_result_that_is_too_large_is_a_failure(engine: Engine) -> None:
    job = run_one(engine, lambda job: "x" * 300_000, max_attempts=1)
    assert (job.state, job.error_type) == (State.DEAD, "ResultTooLarge")


def test_misused_outcome_is_a_failure(engine: Engine) -> None:
    job = run_one(engine, lambda job: raises(Snooze(-1.0))(job), max_attempts=1)
    assert (job.state, job.error_type) == (State.DEAD, "pillarbox_engine.errors.InvalidOption")


def test_only_served_types_are_claimed(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue(1, type="served")
    other = queue.enqueue(1, type="other")
    with queue.worker({"served": lambda job: None}) as worker:
        until(engine, "a", lambda: queue.counts().done == 1)
        assert not worker.join_idle(0.01)
    job = engine.job(other.id)
    assert (job.state, job.attempt) == (State.READY, 0)


def test_star_serves_any_other_type(engine: Engine) -> None:
    queue = engine.queue("a")
    ids = [queue.enqueue(1, type=name).id for name in ("one", "two")]
    with queue.worker({"one": lambda job: "one", "*": lambda job: "any"}) as worker:
        assert worker.join_idle(PATIENCE)
    assert [engine.job(job_id).result for job_id in ids] == ["one", "any"]


def test_several_queues(engine: Engine) -> None:
    for name in ("a", "b"):
        engine.queue(name).enqueue_many(range(20))
    with engine.worker(("a", "b"), lambda job: job.queue) as worker:
        assert worker.join_idle(PATIENCE)
    assert engine.counts().done == 40


def test_bad_workers(engine: Engine) -> None:
    queue = engine.queue("a")

    async def asynchronous(job: JobContext) -> JsonValue:
        return None

    for handlers in ({}, {"a": 17}, asynchronous):
        with pytest.raises(InvalidOption):
            queue.worker(handlers)  # type: ignore[arg-type]
    with pytest.raises(InvalidOption):
        queue.worker(lambda job: None, concurrency=0)
    with queue.worker(lambda job: None) as worker, pytest.raises(ProgrammingFault):
        worker.start()


def test_many_jobs_are_claimed_and_settled_in_batches(
    engine: Engine, backend: WatchedBackend
) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(range(2_000))
    with queue.worker(lambda job: job.payload, concurrency=4) as worker:
        assert worker.join_idle(PATIENCE)
    assert queue.counts().done_total == 2_000
    assert backend.requests[0].ahead == 0
    assert len(backend.settled) < 1_000


def test_each_job_runs_once_and_in_order_with_one_thread(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(range(300))
    seen: list[int] = []
    with queue.worker(lambda job: seen.append(job.payload), concurrency=1) as worker:
        assert worker.join_idle(PATIENCE)
    assert seen == list(range(300))


def test_a_new_job_wakes_an_idle_worker(engine: Engine) -> None:
    queue = engine.queue("a")
    started = threading.Event()
    with queue.worker(lambda job: started.set()) as worker:
        assert worker.join_idle(PATIENCE)
        queue.enqueue(1)
        assert started.wait(1.0)


def test_a_delayed_job_wakes_an_idle_worker_when_due(engine: Engine) -> None:
    queue = engine.queue("a")
    started = threading.Event()
    with queue.worker(lambda job: started.set()):
        enqueued = queue.enqueue(1, delay=0.05)
        wait(started)
    job = engine.job(enqueued.id)
    assert job.started_at is not None
    assert job.started_at >= job.run_at


def test_started_marks_are_set_and_cleared(engine: Engine, backend: WatchedBackend) -> None:
    job = run_one(engine, lambda job: None)
    leases = [lease for _, lease in backend.marks if lease is not None]
    assert [lease.job_id for lease in leases] == [job.id]
    assert backend.marks[-1][1] is None


def test_progress_and_log_are_stored_before_the_end(engine: Engine, gate: threading.Event) -> None:
    queue = engine.queue("a")
    enqueued = queue.enqueue(1)

    def handler(job: JobContext) -> JsonValue:
        job.progress(33)
        job.log("a line")
        job.log("x" * 10_000)
        gate.wait()
        job.log("the last")
        return None

    with queue.worker(handler) as worker:
        until(engine, "a", lambda: engine.job(enqueued.id).progress == 33)
        assert [line.text[:6] for line in engine.job(enqueued.id).log] == ["a line", "xxxxxx"]
        gate.set()
        assert worker.join_idle(PATIENCE)
    job = engine.job(enqueued.id)
    assert job.log[-1].text == "the last"
    assert len(job.log[1].text) < 5_000


def test_bad_progress_is_the_handlers_error(engine: Engine) -> None:
    job = run_one(engine, lambda job: job.progress(101), max_attempts=1)
    assert (job.state, job.error_type) == (State.DEAD, "pillarbox_engine.errors.InvalidOption")


def test_leases_are_extended_while_a_handler_runs(
    engine: Engine, backend: WatchedBackend, gate: threading.Event
) -> None:
    queue = engine.queue("a", defaults=settings(lease=0.3))
    enqueued = queue.enqueue(1)
    with queue.worker(lambda job: gate.wait()):
        wait(backend.was_extended)
        before = engine.job(enqueued.id).lease_expires_at
        backend.was_extended.clear()
        wait(backend.was_extended)
        job = engine.job(enqueued.id)
        assert (job.state, job.attempt) == (State.LEASED, 1)
        assert before is not None
        assert job.lease_expires_at is not None
        assert job.lease_expires_at > before
        gate.set()
    assert engine.job(enqueued.id).state is State.DONE


def test_a_lost_lease_tells_the_handler_and_voids_its_outcome(
    engine: Engine, caplog: pytest.LogCaptureFixture, gate: threading.Event
) -> None:
    queue = engine.queue("a", defaults=settings(lease=0.3))
    enqueued = queue.enqueue(1)
    told = threading.Event()

    def handler(job: JobContext) -> JsonValue:
        if told.is_set():
            return "second"
        job.cancelled.wait()
        told.set()
        return "first"

    log = caplog.at_level(logging.WARNING, "pillarbox")
    with log, queue.worker(handler, concurrency=1) as worker:
        until(engine, "a", lambda: queue.counts().leased == 1)
        engine.backend.release([enqueued.id])
        wait(told)
        assert worker.join_idle(PATIENCE)
    job = engine.job(enqueued.id)
    assert (job.state, job.result) == (State.DONE, "second")
    assert queue.counts().done_total == 1
    assert "LeaseLost" in caplog.text


def test_drain_finishes_what_runs_and_claims_no_more(
    engine: Engine, backend: WatchedBackend, gate: threading.Event
) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(range(5))
    started = threading.Event()

    def handler(job: JobContext) -> JsonValue:
        started.set()
        gate.wait()
        return None

    worker = queue.worker(handler, concurrency=1).start()
    wait(started)
    assert not worker.drain(timeout=0.01)
    gate.set()
    assert worker.drain(PATIENCE)
    assert (queue.counts().done, queue.counts().ready) == (1, 4)


def test_what_was_claimed_ahead_is_released_on_stop(
    engine: Engine, backend: WatchedBackend, gate: threading.Event
) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(["short"] * 200 + ["long"] * 40)
    started = threading.Event()

    def handler(job: JobContext) -> JsonValue:
        if job.payload == "long":
            started.set()
            gate.wait()
        return None

    worker = queue.worker(handler, concurrency=1).start()
    wait(started)
    until(engine, "a", lambda: queue.counts().leased > 1)
    worker.finish()
    until(engine, "a", lambda: queue.counts().leased == 1)
    gate.set()
    worker.stop()
    released = [one for batch in backend.settled for one in batch if isinstance(one, Release)]
    assert released
    assert queue.counts().ready == 39
    assert {job.attempt for job in queue.jobs(state="ready")} == {0}


def test_stop_cancels_and_then_releases_what_does_not_end(
    engine: Engine, gate: threading.Event
) -> None:
    queue = engine.queue("a")
    stubborn, obedient = queue.enqueue("stubborn"), queue.enqueue("obedient")
    started = threading.Barrier(3)

    def handler(job: JobContext) -> JsonValue:
        started.wait(PATIENCE)
        (gate if job.payload == "stubborn" else job.cancelled).wait()
        return None

    worker = queue.worker(handler, concurrency=2).start()
    started.wait(PATIENCE)
    worker.stop(timeout=0.01)
    job = engine.job(stubborn.id)
    assert (job.state, job.attempt) == (State.READY, 0)
    assert job.history[-1].kind is EventKind.RELEASED
    assert engine.job(obedient.id).state is State.DONE


def test_closing_the_engine_ends_its_workers(backend: WatchedBackend) -> None:
    engine = Engine(backend)
    queue = engine.queue("a")
    queue.enqueue_many(range(50))
    done: list[object] = []
    worker = queue.worker(lambda job: done.append(job.id)).start()
    until(engine, "a", lambda: bool(done))
    engine.close()
    assert worker.drain(0.0)
    with pytest.raises(EngineClosed):
        worker.join_idle()


def test_join_idle_of_a_paused_queue_runs_out_of_time(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue(1)
    queue.pause()
    with queue.worker(lambda job: None) as worker:
        assert not worker.join_idle(0.02)
        queue.resume()
        assert worker.join_idle(PATIENCE)


def test_storage_errors_are_told_and_lived_through(engine: Engine, backend: WatchedBackend) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(range(10))
    backend.failing = {"claim": 1, "settle": 2}
    problems: list[Exception] = []
    with queue.worker(lambda job: None, on_problem=problems.append) as worker:
        assert worker.join_idle(PATIENCE)
    assert queue.counts().done_total == 10
    assert len(problems) == 3


def test_a_failing_problem_listener_ends_nothing(engine: Engine, backend: WatchedBackend) -> None:
    queue = engine.queue("a")
    queue.enqueue(1)
    backend.failing = {"claim": 1}

    def listener(error: Exception) -> None:
        raise RuntimeError("the listener's own mistake")

    with queue.worker(lambda job: None, on_problem=listener) as worker:
        assert worker.join_idle(PATIENCE)
    assert queue.counts().done == 1


def test_others_see_what_is_served(engine: Engine) -> None:
    def own() -> tuple[int, tuple[str, ...]]:
        (process,) = [one for one in engine.backend.processes() if one.own]
        return process.threads, process.serving

    a, b = engine.queue("a"), engine.queue("b")
    with a.worker(lambda job: None, concurrency=2) as one, b.worker(lambda job: None) as two:
        assert one.join_idle(PATIENCE)
        assert two.join_idle(PATIENCE)
        until(engine, "a", lambda: own() == (6, ("a", "b")))
    assert own() == (0, ())


def test_settlements_are_acks_of_one_batch(engine: Engine, backend: WatchedBackend) -> None:
    queue: Queue = engine.queue("a")
    queue.enqueue_many(range(8))
    with queue.worker(lambda job: None, concurrency=8) as worker:
        assert worker.join_idle(PATIENCE)
    acks = [one for batch in backend.settled for one in batch if isinstance(one, Ack)]
    assert len(acks) == 8


def test_a_rate_limited_queue_is_drained_though_no_hint_comes(
    engine: Engine, backend: WatchedBackend
) -> None:
    backend.silent = True
    queue = engine.queue("a", defaults=settings(rate_limit=RateLimit(5, per=0.05)))
    queue.enqueue_many(range(12))
    last = threading.Event()

    def handler(job: JobContext) -> JsonValue:
        if job.payload == 11:
            last.set()
        return None

    with queue.worker(handler, concurrency=1):
        # Far sooner than the pool's own recheck of what it takes for an empty queue.
        assert last.wait(3.0)
    assert queue.counts().done == 12


def test_a_worker_can_be_waited_for_after_its_end(engine: Engine) -> None:
    queue = engine.queue("a")
    worker = queue.worker(lambda job: None).start()
    worker.stop()
    assert worker.ended
    assert worker.join_idle(PATIENCE)
