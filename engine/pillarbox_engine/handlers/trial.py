"""Running a handler once, on a payload of one's own, without any queue.

Owns `run_once` and what it answers. The handler runs as it would for a job, with its time-out and
in a process where it says so; nothing is stored, and nothing follows from how it ends.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pillarbox_engine.bound import Bound
from pillarbox_engine.child import ChildRunner
from pillarbox_engine.context import JobContext
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.model import Failure
from pillarbox_engine.outcomes import (
    Cancelled,
    Died,
    Failed,
    Outcome,
    Rejected,
    Returned,
    Snoozed,
    Stopped,
)
from pillarbox_engine.payload import checked_text
from pillarbox_engine.routing import InProcess
from pillarbox_engine.runner import HeedingRunner, Runner, ThreadRunner

JOB = LeaseRef("once", 1)
"""The id and fence that a job of no queue has."""
QUEUE = "once"
TIMEOUT = 60.0
"""Seconds it may run where its handler says nothing."""
GRACE = 2.0
"""Seconds it has to end by itself once it was asked to."""
_LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How it ended: in one word and a sentence; the result as JSON text, or the failure.

    `log` are the lines it wrote, `progress` the last percentage it told, `seconds` how long it ran.
    `stuck`: it did not end in time and could not be ended; its thread goes on.
    """

    outcome: str
    said: str
    seconds: float
    result_json: str | None = None
    failure: Failure | None = None
    log: tuple[str, ...] = ()
    progress: float | None = None
    stuck: bool = False


@dataclass(slots=True)
class _Run:
    """One run under way: what it told, and how it ended."""

    log: list[str] = field(default_factory=list)
    progress: float | None = None
    outcome: Outcome | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def tell(self, lease: LeaseRef, percent: float | None, line: str | None) -> None:
        """What the handler tells: a `Tell`."""
        if percent is not None:
            self.progress = percent
        if line is not None:
            self.log.append(line)


def run_once(
    bound: Bound, type: str, payload_json: str, stopped: Callable[[], bool] = lambda: False
) -> Trial:
    """Run a handler on a payload (JSON text) and wait for it. `InvalidPayload`.

    It is asked to stop at its time-out, or when `stopped` says so.
    """
    payload_json = checked_text(payload_json)
    run = _Run()
    context = JobContext(
        JOB, queue=QUEUE, type=type, payload_json=payload_json, attempt=1, max_attempts=1,
        tell=run.tell,
    )  # fmt: skip
    runner, timeout = _runner(bound), TIMEOUT if bound.timeout is None else bound.timeout
    started = time.monotonic()

    def work() -> None:
        run.outcome = runner.run(context, bound.run)
        run.over.set()

    threading.Thread(target=work, name="pillarbox-once", daemon=True).start()
    in_time = _awaited(run, started + timeout, stopped)
    if not in_time:
        _end(run, runner, context)
    return _told(run, time.monotonic() - started, timeout, in_time=in_time, asked=stopped())


def _runner(bound: Bound) -> Runner:
    if isinstance(bound.run, InProcess):
        return ChildRunner()
    return HeedingRunner() if bound.heeds_stop else ThreadRunner()


def _awaited(run: _Run, deadline: float, stopped: Callable[[], bool]) -> bool:
    """Whether it ended before its time was up and before anyone asked."""
    while not run.over.wait(_LOOK_EVERY):
        if stopped() or time.monotonic() >= deadline:
            return False
    return True


def _end(run: _Run, runner: Runner, context: JobContext) -> None:
    runner.cancel(context)
    if not run.over.wait(GRACE):
        runner.end(context)
        run.over.wait(GRACE)
    context.lose()


def _told(run: _Run, seconds: float, timeout: float, *, in_time: bool, asked: bool) -> Trial:
    outcome, said, failure, result = _words(run.outcome)
    if not in_time:
        outcome = "stopped" if asked else "timed out"
        said = "It was stopped" if asked else f"It ran longer than its time-out of {timeout:g} s"
    if not run.over.is_set():
        said = f"{said}, and could not be ended: its thread goes on"
    return Trial(
        outcome=outcome, said=said, seconds=seconds, result_json=result, failure=failure,
        log=tuple(run.log), progress=run.progress, stuck=not run.over.is_set(),
    )  # fmt: skip


def _words(outcome: Outcome | None) -> tuple[str, str, Failure | None, str | None]:
    match outcome:
        case Returned(result):
            return "done", "It returned", None, result
        case Failed(failure, asked=True):
            return "failed", "It asked to run again", failure, None
        case Failed(failure):
            return "failed", "It failed: retry rules and backoff would decide", failure, None
        case Rejected(failure):
            return "rejected", "The job would be a dead letter", failure, None
        case Snoozed(after):
            return "snoozed", f"It would run again in {after:g} s", None, None
        case Cancelled(reason):
            return "cancelled", f"The job would be cancelled. {reason}".rstrip(), None, None
        case Died(how):
            return "lost", f"Its process {how}", None, None
        case Stopped() | None:
            return "stopped", "It was stopped", None, None
