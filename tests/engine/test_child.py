"""Running a job in a process of its own: conversation, death, force, and jobs lost before."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pillarbox_engine.child import ChildRunner
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.leasing import LeaseRef, Lost
from pillarbox_engine.model import JsonValue
from pillarbox_engine.outcomes import Cancelled, Died, Failed, Outcome, Rejected, Returned, Snoozed
from pillarbox_engine.resident import Resident
from pillarbox_engine.routing import Handler
from pillarbox_engine.states import DeadReason, State
from tests.engine import child_handlers
from tests.engine.kit import PATIENCE, settings, until, wait


class Told:
    """What a context was told, and that it was told anything."""

    def __init__(self) -> None:
        self.said: list[tuple[float | None, str | None]] = []
        self.anything = threading.Event()

    def __call__(self, lease: LeaseRef, percent: float | None, line: str | None) -> None:
        self.said.append((percent, line))
        self.anything.set()


def context(payload_json: str = "1", tell: Told | None = None) -> JobContext:
    return JobContext(
        LeaseRef("7", 3), queue="a", type="t", payload_json=payload_json, attempt=2,
        max_attempts=5, tell=tell or Told(),
    )  # fmt: skip


def in_background(work: Callable[[], Outcome]) -> tuple[threading.Thread, list[Outcome]]:
    answers: list[Outcome] = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    return thread, answers


def test_the_result_comes_from_another_process() -> None:
    outcome = ChildRunner().run(context('{"a":1}'), child_handlers.report_process)
    assert isinstance(outcome, Returned)
    assert outcome.result_json is not None
    assert '"payload":{"a":1},"attempt":2' in outcome.result_json
    assert str(os.getpid()) not in outcome.result_json


def test_what_it_tells_and_prints(capfd: pytest.CaptureFixture[str]) -> None:
    told = Told()
    outcome = ChildRunner().run(context(tell=told), child_handlers.talk)
    assert outcome == Returned('""')
    assert told.said == [(50.0, None), (None, "half-way")]
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "straight to the descriptor" in printed.err


@pytest.mark.parametrize(
    ("payload", "expected"),
    [("snooze", Snoozed(9.0)), ("cancel", Cancelled("not needed"))],
)
def test_outcomes_cross_the_pipe(payload: str, expected: Outcome) -> None:
    assert ChildRunner().run(context(f'"{payload}"'), child_handlers.outcome) == expected


def test_failures_cross_the_pipe() -> None:
    retry = ChildRunner().run(context('"retry"'), child_handlers.outcome)
    assert isinstance(retry, Failed)
    assert retry.after == 7.0
    reject = ChildRunner().run(context('"reject"'), child_handlers.outcome)
    assert isinstance(reject, Rejected)
    assert reject.failure.message == "hopeless"
    error = ChildRunner().run(context('"error"'), child_handlers.outcome)
    assert isinstance(error, Failed)
    assert error.failure.type == "ValueError"
    assert "in outcome" in error.failure.traceback
    left = ChildRunner().run(context('"exit"'), child_handlers.outcome)
    assert isinstance(left, Failed)
    assert left.failure.type == "SystemExit"


@pytest.mark.parametrize(
    ("handler", "how"),
    [(child_handlers.die, "exited with code 3"), (child_handlers.die_by_signal, "signal 9")],
)
def test_a_death_is_said(handler: Handler, how: str) -> None:
    outcome = ChildRunner().run(context(), handler)
    assert isinstance(outcome, Died)
    assert how in outcome.how


def test_a_hanging_child_is_ended_with_all_it_started(tmp_path: Path) -> None:
    runner, told = ChildRunner(), Told()
    note = tmp_path / "orphan"
    job = context(f'"{note}"', told)
    thread, answers = in_background(lambda: runner.run(job, child_handlers.hang))
    wait(told.anything)
    assert runner.end(job)
    thread.join(PATIENCE)
    assert isinstance(answers[0], Died)
    assert ends(int(note.read_text()))


def ends(pid: int) -> bool:
    """Whether a process that was sent SIGKILL is gone before long: the signal takes a moment."""
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while is_running(pid) and time.monotonic() < deadline:
        pause.wait(0.01)
    return not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie nobody has reaped yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def test_cancel_reaches_the_child() -> None:
    runner, told = ChildRunner(), Told()
    job = context(tell=told)
    thread, answers = in_background(lambda: runner.run(job, child_handlers.heed_cancel))
    wait(told.anything)
    runner.cancel(job)
    thread.join(PATIENCE)
    assert answers == [Returned('"stopped"')]
    assert job.cancelled.is_set()


def test_a_cancel_while_an_answer_is_sent_reaches_the_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runner, job, write = ChildRunner(), context(), Resident._write

    def cancelled_meanwhile(self: Resident, message: dict[str, Any]) -> None:
        if "children" in message:
            runner.cancel(job)
        write(self, message)

    monkeypatch.setattr(Resident, "_write", cancelled_meanwhile)
    answer = runner.run(job, child_handlers.heed_cancel_after_a_question)
    assert answer == Returned('"stopped"')


def test_a_handler_that_cannot_be_imported_is_said() -> None:
    outcome = ChildRunner().run(context(), lambda job: None)
    assert isinstance(outcome, Failed)
    assert outcome.failure.type == "NotImportable"


def lost_once(engine: Engine, payload: JsonValue, **options: object) -> str:
    """A job whose process is said to have died once."""
    queue = engine.queue("a")
    enqueued = queue.enqueue(payload, **options)  # type: ignore[arg-type]
    delivery = queue.claim()
    assert delivery is not None
    engine.backend.settle([Lost(lease=delivery.claimed.lease)])
    return enqueued.id


def test_a_job_lost_once_runs_in_a_child(engine: Engine) -> None:
    job_id = lost_once(engine, 1)
    with engine.queue("a").worker(child_handlers.report_process) as worker:
        assert worker.join_idle(PATIENCE)
    job = engine.job(job_id)
    assert job.state is State.DONE
    assert job.result["pid"] != os.getpid()


def test_a_handler_that_kills_its_process_ends_dead_and_innocents_are_not_charged(
    engine: Engine,
) -> None:
    engine.queue("a", defaults=settings(max_lost=3))
    queue = engine.queue("a")
    job_id = lost_once(engine, 1, type="deadly")
    innocents = queue.enqueue_many(range(10), type="innocent")
    handlers = {"deadly": child_handlers.die, "innocent": lambda job: "fine"}
    with queue.worker(handlers, concurrency=4) as worker:
        assert worker.join_idle(PATIENCE)
    dead = engine.job(job_id)
    assert (dead.state, dead.reason, dead.lost) == (State.DEAD, DeadReason.LOST, 3)
    for one in innocents:
        job = engine.job(one.id)
        assert (job.state, job.attempt, job.lost) == (State.DONE, 1, 0)


def test_a_hanging_child_is_timed_out_without_giving_up_a_thread(
    engine: Engine, tmp_path: Path
) -> None:
    queue = engine.queue("a", defaults=settings(max_attempts=1))
    job_id = lost_once(engine, str(tmp_path / "orphan"), timeout=0.2)
    with queue.worker(child_handlers.hang, concurrency=1) as worker:
        until(engine, "a", lambda: engine.job(job_id).state is State.DEAD)
        assert worker.given_up == 0
    assert engine.job(job_id).reason is DeadReason.TIMED_OUT


def test_a_lost_job_that_cannot_have_a_process_runs_alone(
    engine: Engine, gate: threading.Event
) -> None:
    queue = engine.queue("a")
    job_id = lost_once(engine, "lost", priority=900)
    queue.enqueue_many(["first"] * 2)
    running: set[str] = set()
    beside: list[set[str]] = []
    begun = threading.Barrier(3)

    def handler(job: JobContext) -> JsonValue:
        running.add(job.id)
        if job.payload == "first":
            begun.wait(PATIENCE)
            gate.wait()
        beside.append(set(running))
        running.discard(job.id)
        return job.payload

    with queue.worker(handler, concurrency=3) as worker:
        begun.wait(PATIENCE)
        until(engine, "a", lambda: queue.counts().leased == 3)
        queue.enqueue("after")
        gate.set()
        assert worker.join_idle(PATIENCE)
    assert {job_id} in beside
    assert queue.counts().done == 4


def test_a_lost_job_waiting_to_be_alone_is_released_on_stop(
    engine: Engine, gate: threading.Event
) -> None:
    queue = engine.queue("a")
    job_id = lost_once(engine, "lost", priority=900)
    queue.enqueue("first")
    with queue.worker(lambda job: gate.wait(), concurrency=2) as worker:
        until(engine, "a", lambda: queue.counts().leased == 2)
        worker.finish()
        until(engine, "a", lambda: engine.job(job_id).state is State.READY)
        gate.set()
    assert engine.job(job_id).lost == 1
