"""Why is this job not running? One sentence for any job, from what the window knows.

Owns the sentence only; it is pure, so each case is tested without a window. `Surroundings` is
what the job stands in: its queue, the processes on the file and the time now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pillarbox_engine.flows import Flow
from pillarbox_engine.model import JobSummary, ProcessInfo, QueueSummary
from pillarbox_engine.states import DeadReason, HeldBy, State
from pillarbox_ui.widgets import words

TimeText = Callable[[datetime], str]
"""A moment as a person reads it, such as `14:03:11`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What decides, beside the job itself, whether it runs. `queue` None: not known yet.

    `flow`: its parent and children, None where it has none.
    """

    now: datetime
    queue: QueueSummary | None = None
    flow: Flow | None = None
    processes: tuple[ProcessInfo, ...] = ()


_DEAD = {
    DeadReason.EXHAUSTED: "all {max} attempts failed",
    DeadReason.TIMED_OUT: "its last attempt ran past the time-out",
    DeadReason.REJECTED: "its handler rejected it",
    DeadReason.EXPIRED: "it was not started before its expiry",
    DeadReason.OVERFLOW: "its queue was full and the oldest job was dropped",
    DeadReason.CHILD_FAILED: "a child of it did not end well",
    DeadReason.LOST: "its worker was lost {lost} times",
}


def why(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    """One sentence: what the job waits for, or how it ended."""
    return _SENTENCES[job.state](job, around, text)


def _ready(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    return _held_back(job, around) or _held_by(job, text) or _in_turn(job, around)


def _held_by(job: JobSummary, text: TimeText) -> str:
    """What of its group keeps the job from being claimed."""
    if job.held_by is HeldBy.LIMIT and job.held_until is not None:
        until = text(job.held_until)
        return f"Ready, but group {job.group} is rate-limited: its next job may start at {until}."
    if job.held_by is not None:
        return f"Ready, but group {job.group} is busy: another of its jobs comes first."
    return ""


def _held_back(job: JobSummary, around: Surroundings) -> str:
    queue = around.queue
    if queue is None:
        return ""
    if queue.paused:
        return f"Ready, but queue {job.queue} is paused: nothing is claimed until it is resumed."
    if not queue.served:
        return f"Ready, but no worker serves queue {job.queue}."
    limit = queue.settings.rate_limit
    if limit is not None and queue.rate_used >= limit.max:
        used = f"{limit.max:,} of {limit.max:,} starts in the last {words.duration(limit.per)}"
        return f"Ready, but queue {job.queue} is rate-limited: {used} are used up."
    most = queue.settings.max_in_flight
    if most is not None and queue.counts.leased >= most:
        return f"Ready, but queue {job.queue} has {most:,} jobs in flight, as many as it may."
    return ""


def _in_turn(job: JobSummary, around: Surroundings) -> str:
    serving = [p for p in around.processes if p.alive and job.queue in p.serving]
    threads = sum(process.threads for process in serving)
    lost = sum(process.given_up for process in serving)
    busy = sum(process.leased for process in serving)
    if threads and lost >= threads:
        return f"Ready, but all {threads:,} worker threads are given up after time-outs."
    if threads and busy >= threads:
        return f"Ready and waiting its turn: all {threads:,} worker threads are busy."
    return "Ready: a worker claims it as soon as its turn comes."


def _scheduled(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    if job.run_at <= around.now:
        return _due(job, around)
    when = f"{text(job.run_at)} (in {words.countdown((job.run_at - around.now).total_seconds())})"
    paused = around.queue is not None and around.queue.paused
    also = f"; queue {job.queue} is paused as well" if paused else ""
    if job.attempt > 0:
        done = f"Attempt {job.attempt} of {job.max_attempts} failed"
        return f"{done}; the next is due at {when}{also}."
    return f"Scheduled: it runs no earlier than {when}{also}."


def _due(job: JobSummary, around: Surroundings) -> str:
    held = _held_back(job, around)
    return held.replace("Ready, but", "Due, but", 1) or "Due now: it becomes ready at once."


def _leased(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    holder = job.worker or "a worker"
    until = job.lease_expires_at
    number = f"attempt {job.attempt} of {job.max_attempts}"
    if until is None:
        return f"Running ({number}): its lease is held by {holder}."
    if until <= around.now:
        return (
            f"Its lease, held by {holder}, ran out at {text(until)}; it is about to be taken back."
        )
    return f"Running ({number}): its lease is held by {holder} until {text(until)}."


def _done(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    ended = f" at {text(job.ended_at)}" if job.ended_at else ""
    return f"Done{ended}, on attempt {job.attempt} of {job.max_attempts}."


def _dead(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    known = _DEAD[job.reason] if job.reason else "it was given up"
    reason = known.format(max=f"{job.max_attempts:,}", lost=f"{job.lost:,}")
    return f"Dead letter: {reason}. Replay it to run it again."


def _cancelled(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    ended = f" at {text(job.ended_at)}" if job.ended_at else ""
    return f"Cancelled{ended}. Requeue it to run it after all."


def _trashed(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    was = f" (it was {job.trashed_from})" if job.trashed_from else ""
    return f"In the Trash{was}. Restore it to take it back."


def _waiting(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    if around.flow is None or not around.flow.children_left:
        return "Waiting for its children to end."
    left = around.flow.children_left
    trashed = sum(child.state is State.TRASHED for child in around.flow.children)
    if trashed >= left:
        which = words.counted(left, "child that lies", "children that lie")
        return f"Waiting for {which} in the Trash: restored or deleted for good, it goes on."
    return f"Waiting for {words.counted(left, 'child', 'children')} to end: see Flow."


_SENTENCES: dict[State, Callable[[JobSummary, Surroundings, TimeText], str]] = {
    State.READY: _ready,
    State.SCHEDULED: _scheduled,
    State.LEASED: _leased,
    State.DONE: _done,
    State.DEAD: _dead,
    State.CANCELLED: _cancelled,
    State.TRASHED: _trashed,
    State.WAITING: _waiting,
}
