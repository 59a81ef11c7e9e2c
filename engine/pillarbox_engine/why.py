"""Why is this job not running? One sentence for any job, whatever state it is in.

Owns the sentence; it is pure, so each case is tested by itself. `Surroundings` is what a job stands
in: its queue, its flow, the processes on the store and the time now; `look` gathers it. The window,
the command line and `Engine.why` all say it in these words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pillarbox_engine.flows import Flow
from pillarbox_engine.model import Event, Job, JobSummary, ProcessInfo, QueueSummary
from pillarbox_engine.protocols import Inspector
from pillarbox_engine.retry_policy import BY_RULE
from pillarbox_engine.spans import countdown, duration
from pillarbox_engine.states import DeadReason, EventKind, HeldBy, State

TimeText = Callable[[datetime], str]
"""A moment as a person reads it, such as `14:03:11`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What decides, beside the job itself, whether it runs. `queue` None: not known yet.

    `flow`: its parent and children, None where it has none. `ahead`: the job of its group that
    comes first.
    """

    now: datetime
    queue: QueueSummary | None = None
    flow: Flow | None = None
    ahead: JobSummary | None = None
    processes: tuple[ProcessInfo, ...] = ()


def look(inspector: Inspector, job: JobSummary, now: datetime) -> Surroundings:
    """What `job` stands in now, by a few reads."""
    queue = next((one for one in inspector.queues() if one.name == job.queue), None)
    flow = inspector.flow(job.id) if job.state is State.WAITING else None
    ahead = inspector.ahead(job.id) if job.held_by is HeldBy.GROUP else None
    processes = inspector.processes()
    return Surroundings(now=now, queue=queue, flow=flow, ahead=ahead, processes=processes)


def in_utc(moment: datetime) -> str:
    """A time as `Engine.why` writes it."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def why(job: JobSummary, around: Surroundings, text: TimeText = in_utc) -> str:
    """One sentence: what the job waits for, or how it ended."""
    return _SENTENCES[job.state](job, around, text)


# -- ready, or due: what holds it back --------------------------------------------------------


def _ready(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    return _held_back(job, around, text) or _held_by(job, around, text) or _in_turn(job, around)


def _held_by(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    """What of its group keeps the job from being claimed."""
    if job.held_by is HeldBy.LIMIT and job.held_until is not None:
        until = text(job.held_until)
        return f"Ready, but group {job.group} is rate-limited: its next job may start at {until}."
    if job.held_by is not None:
        return f"Ready, but group {job.group} is busy: {_ahead(around.ahead)}."
    return ""


def _ahead(other: JobSummary | None) -> str:
    if other is None:
        return "another of its jobs comes first"
    if other.state is State.LEASED:
        return f"job {other.id} of it runs"
    if other.retrying:
        return f"job {other.id} of it, which comes first, waits for another attempt"
    return f"job {other.id} of it comes first"


def _held_back(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    queue = around.queue
    if queue is None:
        return ""
    if queue.draining:
        return f"Ready, but queue {job.queue} is draining: nothing is claimed until it is resumed."
    if queue.paused:
        return f"Ready, but queue {job.queue} is paused: nothing is claimed until it is resumed."
    return _unserved(job, around, queue) or _limited(job, queue, text)


def _unserved(job: JobSummary, around: Surroundings, queue: QueueSummary) -> str:
    if not queue.served:
        return f"Ready, but no worker serves queue {job.queue}."
    alive = [process for process in around.processes if process.alive]
    serving = [process for process in alive if job.queue in process.serving]
    if serving and not any(process.serves(job.queue, job.type) for process in serving):
        return f"Ready, but no worker of queue {job.queue} serves type {job.type}."
    return ""


def _limited(job: JobSummary, queue: QueueSummary, text: TimeText) -> str:
    limit = queue.settings.rate_limit
    if limit is not None and queue.rate_used >= limit.max:
        used = f"{limit.max:,} of {limit.max:,} starts in the last {duration(limit.per)}"
        until = f" until {text(queue.rate_until)}" if queue.rate_until is not None else ""
        return f"Ready, but queue {job.queue} is rate-limited{until}: {used} are used up."
    most = queue.settings.max_in_flight
    if most is not None and queue.counts.leased >= most:
        return f"Ready, but queue {job.queue} has {most:,} in flight, as many as it may have."
    return ""


def _in_turn(job: JobSummary, around: Surroundings) -> str:
    serving = [p for p in around.processes if p.serves(job.queue, job.type)]
    threads = sum(process.threads for process in serving)
    lost = sum(process.given_up for process in serving)
    busy = sum(process.leased for process in serving)
    if threads and lost >= threads:
        return f"Ready, but all {threads:,} worker threads are given up after time-outs."
    if threads and busy >= threads:
        return f"Ready and waiting its turn: all {threads:,} worker threads are busy."
    return "Ready: a worker claims it as soon as its turn comes."


# -- scheduled: what kind of wait it is -------------------------------------------------------


def _scheduled(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    if job.run_at <= around.now:
        return _due(job, around, text)
    when = f"{text(job.run_at)} (in {countdown((job.run_at - around.now).total_seconds())})"
    paused = around.queue is not None and around.queue.paused
    also = f"; queue {job.queue} is paused as well" if paused else ""
    return f"{_wait(job)} {when}{also}."


def _wait(job: JobSummary) -> str:
    last = _last(job)
    if last is not None and last.next_run_at == job.run_at:
        if last.kind is EventKind.SNOOZED:
            return "Snoozed by its handler: it runs again no earlier than"
        if last.kind is EventKind.REPLAYED:
            return "Replayed at a rate: its turn is at"
    if job.attempt > 0:
        return f"Attempt {job.attempt} of {job.max_attempts} failed; the next is due at"
    return "Scheduled: it runs no earlier than"


def _due(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    held = _held_back(job, around, text)
    return held.replace("Ready, but", "Due, but", 1) or "Due now: it becomes ready at once."


def _last(job: JobSummary) -> Event | None:
    """The newest entry of the history, where the job came with it."""
    return job.history[-1] if isinstance(job, Job) and job.history else None


# -- in flight, waiting for children, ended ----------------------------------------------------


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


def _waiting(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    if around.flow is None or not around.flow.children_left:
        return "Waiting for its children to end."
    left = around.flow.children_left
    trashed = sum(child.state is State.TRASHED for child in around.flow.children)
    if trashed >= left:
        which = "1 child that lies" if left == 1 else f"{left:,} children that lie"
        return f"Waiting for {which} in the Trash: restored or deleted for good, it goes on."
    return f"Waiting for {'1 child' if left == 1 else f'{left:,} children'} to end: see Flow."


def _done(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    ended = f" at {text(job.ended_at)}" if job.ended_at else ""
    return f"Done{ended}, on attempt {job.attempt} of {job.max_attempts}."


_DEAD = {
    DeadReason.EXHAUSTED: "all {max} attempts failed",
    DeadReason.TIMED_OUT: "its last attempt ran past the time-out",
    DeadReason.REJECTED: "its handler rejected it",
    DeadReason.EXPIRED: "it was not started before its expiry",
    DeadReason.OVERFLOW: "its queue was full and the oldest job was dropped",
    DeadReason.CHILD_FAILED: "a child of it did not end well",
    DeadReason.LOST: "its worker was lost {lost} times",
}


def _dead(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    return f"Dead letter: {_cause(job)}. Replay it to run it again."


def _cause(job: JobSummary) -> str:
    last = _last(job)
    if last is not None and last.detail == BY_RULE:
        return f"a retry rule is for its error, {job.error_type}"
    if last is not None and last.detail and job.reason is DeadReason.EXHAUSTED:
        return f"attempt {job.attempt} failed, and {last.detail}"
    known = _DEAD[job.reason] if job.reason else "it was given up"
    return known.format(max=f"{job.max_attempts:,}", lost=f"{job.lost:,}")


def _cancelled(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    ended = f" at {text(job.ended_at)}" if job.ended_at else ""
    last = _last(job)
    reason = f", {last.detail.rstrip('.')}" if last is not None and last.detail else ""
    return f"Cancelled{ended}{reason}. Requeue it to run it after all."


def _trashed(job: JobSummary, around: Surroundings, text: TimeText) -> str:
    was = f" (it was {job.trashed_from})" if job.trashed_from else ""
    return f"In the Trash{was}. Restore it to take it back."


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
