"""What the engine hands out and takes in: frozen records, no behaviour to speak of.

Owns the shapes that cross the backend seam. Ids are opaque strings, durations seconds (float),
times aware UTC datetimes, payloads JSON text that has already been checked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from pillarbox_engine.alarms import AlarmKind
from pillarbox_engine.backoff import Backoff
from pillarbox_engine.lengths import NOTHING_MEASURED, Lengths
from pillarbox_engine.operation import ENDED, PLAIN, OperationOptions, OperationState
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import DeadReason, EventKind, HeldBy, OnChildFailure, State
from pillarbox_engine.uniqueness import Unique

JsonValue = Any
"""A JSON value as Python has it: None, bool, int, float, str, list or dict with str keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to enqueue. What is None is taken from the queue's settings.

    `unique_key`: at most one job of the queue holds it, under the terms of `unique`. `group`: of
    the queue's jobs with the same one at most one is in flight, first in, first out.
    """

    payload_json: str
    type: str = "default"
    priority: int | None = None
    run_at: datetime | None = None
    delay: float | None = None
    max_attempts: int | None = None
    backoff: Backoff | None = None
    retry_for: float | None = None
    timeout: float | None = None
    expires_at: datetime | None = None
    idempotency_key: str | None = None
    unique_key: str | None = None
    unique: Unique | None = None
    group: str | None = None


class Enqueued(NamedTuple):
    """What an enqueue answers. `conflict`: the job was there already and nothing was added.

    `replaced`: the job that was there has taken over what the new one's `Unique` names.
    `children`: the ids of a flow's children, in order; those of their own are their `Flow`'s.
    """

    id: str
    conflict: bool = False
    replaced: bool = False
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong in an attempt. `fingerprint` groups failures that are alike.

    What retry rules look at besides the type, and the store does not keep: `bases` (the names of
    the classes its exception derives from), `status` (HTTP), `exit_code` (a command's), and
    `retry_after`, the seconds it asked to be left alone.
    """

    type: str
    message: str
    traceback: str = ""
    fingerprint: str = ""
    timed_out: bool = False
    bases: tuple[str, ...] = ()
    status: int | None = None
    exit_code: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a job's history: an attempt that ended, or what an operator did.

    `started_at` is None where no attempt ended (requeued, replayed, purged, …). `next_run_at` is
    when the job was due again as this entry was written; `payload_json` what the payload was
    before it was edited.
    """

    at: datetime
    kind: EventKind
    attempt: int
    fence: int = 0
    started_at: datetime | None = None
    worker: str | None = None
    error: Failure | None = None
    next_run_at: datetime | None = None
    detail: str = ""
    payload_json: str | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line a handler wrote with `job.log`."""

    at: datetime
    attempt: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """A job as tables list it. `preview` is the start of the payload on one line.

    `held_by`: why a ready job of a group may not be claimed yet, and where that is known until
    when, `held_until`.
    """

    id: str
    queue: str
    type: str
    state: State
    priority: int
    attempt: int
    max_attempts: int
    lost: int
    fence: int
    enqueued_at: datetime
    run_at: datetime
    preview: str
    payload_bytes: int
    started_at: datetime | None = None
    ended_at: datetime | None = None
    lease_expires_at: datetime | None = None
    lease_seconds: float | None = None
    heartbeat_at: datetime | None = None
    worker: str | None = None
    progress: float | None = None
    reason: DeadReason | None = None
    error_type: str | None = None
    error_message: str | None = None
    fingerprint: str | None = None
    expires_at: datetime | None = None
    trashed_from: State | None = None
    group: str | None = None
    held_by: HeldBy | None = None
    held_until: datetime | None = None

    @property
    def retrying(self) -> bool:
        """Whether the job waits for another attempt after a failed one."""
        return self.state is State.SCHEDULED and self.attempt > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(JobSummary):
    """A job whole: payload, options, result and history (oldest first).

    `schedule` is the one that fired it, `fire_at` the time it was fired for; a store may forget
    these of jobs long past.
    `parent_id`: the job it is a child of, for as long as that is there. `children_left`: how many
    of its children have not ended; None where it is no parent.
    """

    payload_json: str
    backoff: Backoff
    timeout: float
    retry_for: float | None = None
    idempotency_key: str | None = None
    unique_key: str | None = None
    schedule: str | None = None
    fire_at: datetime | None = None
    parent_id: str | None = None
    children_left: int | None = None
    on_child_failure: OnChildFailure | None = None
    result_json: str | None = None
    history: tuple[Event, ...] = ()
    log: tuple[LogLine, ...] = ()

    @property
    def payload(self) -> JsonValue:
        """The payload as a Python value."""
        return json.loads(self.payload_json)

    @property
    def result(self) -> JsonValue:
        """What the handler returned, or None."""
        return None if self.result_json is None else json.loads(self.result_json)

    @property
    def attempts(self) -> tuple[Event, ...]:
        """The entries of the history that are attempts, oldest first."""
        return tuple(event for event in self.history if event.started_at is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many jobs are in each state now, and how many ever were: cumulative totals.

    `enqueued == done + dead + cancelled + waiting` for the fields of `ledger()`, always.
    """

    waiting: int = 0
    scheduled: int = 0
    ready: int = 0
    leased: int = 0
    done: int = 0
    dead: int = 0
    cancelled: int = 0
    trashed: int = 0
    retrying: int = 0
    bytes: int = 0
    enqueued_total: int = 0
    claimed_total: int = 0
    done_total: int = 0
    failed_total: int = 0
    dead_total: int = 0
    cancelled_total: int = 0
    lost_total: int = 0
    released_total: int = 0
    requeued_total: int = 0
    replayed_total: int = 0
    removed_done: int = 0
    removed_dead: int = 0
    removed_other: int = 0
    trashed_done: int = 0
    trashed_dead: int = 0

    @property
    def live(self) -> int:
        """What the queue's bound counts."""
        return self.waiting + self.scheduled + self.ready + self.leased

    def ledger(self) -> dict[str, int]:
        """Where everything ever enqueued is: it balances or something was lost.

        Jobs in the trash or pruned are counted as what they were: done, dead, or else cancelled.
        """
        trashed_other = self.trashed - self.trashed_done - self.trashed_dead
        return {
            "enqueued": self.enqueued_total,
            "done": self.done + self.removed_done + self.trashed_done,
            "dead": self.dead + self.removed_dead + self.trashed_dead,
            "cancelled": self.cancelled + self.removed_other + trashed_other,
            "waiting": self.live,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSummary:
    """A queue as the queues table lists it. Rates are per second over the last 10 s."""

    name: str
    settings: QueueSettings
    paused: bool
    draining: bool
    counts: Counts
    oldest_ready_at: datetime | None = None
    next_due_at: datetime | None = None
    in_rate: float = 0.0
    out_rate: float = 0.0
    run_p95: float | None = None
    depth_trend: tuple[int, ...] = ()
    rate_used: int = 0
    rate_until: datetime | None = None
    served: bool = False
    alarms: tuple[AlarmKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadGroup:
    """Dead letters whose errors are alike."""

    fingerprint: str
    error_type: str
    error_message: str
    reason: DeadReason
    types: tuple[str, ...]
    queues: tuple[str, ...]
    count: int
    first_at: datetime
    last_at: datetime
    last_hour: int
    last_day: int
    last_week: int
    trend: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPoint:
    """A queue's depth and cumulative totals as they were at `at`.

    `waits` and `runs`: how long the jobs that were done since the point before had waited (from
    when they were due to their start) and how long they ran. Of a busy second's jobs only the
    newest are measured, so these are for percentiles; how many there were, the totals tell.
    """

    at: datetime
    ready: int
    scheduled: int
    retrying: int
    leased: int
    dead: int
    enqueued_total: int
    done_total: int
    failed_total: int
    dead_total: int
    waits: Lengths = NOTHING_MEASURED
    runs: Lengths = NOTHING_MEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInfo:
    """A process that has the file open. `serving` names the queues its workers take from.

    `types`: the only types they take from some of these queues; any from the others.
    """

    id: str
    pid: int
    host: str
    kind: str
    registered_at: datetime
    alive: bool
    own: bool
    threads: int = 0
    leased: int = 0
    given_up: int = 0
    serving: tuple[str, ...] = ()
    types: tuple[tuple[str, tuple[str, ...]], ...] = ()
    maintainer: bool = False

    def serves(self, queue: str, type: str) -> bool:
        """Whether it is alive and its workers take jobs of `type` from `queue`."""
        only = dict(self.types).get(queue)
        return self.alive and queue in self.serving and (only is None or type in only)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A bulk verb an operator ran or that is at work: an entry of the journal undo goes by.

    `done` of `total` jobs were worked through: `changed`, or left alone, counted by the reason in
    `skips`. `failed`: of a replay's jobs that it watches, those that are dead letters again.
    `said`: what it waits for, or why it stopped. `next_at`: when it goes on, where it waits.
    An entry without `total` was written by the verbs over ids.
    """

    id: str
    verb: str
    at: datetime
    what: str
    changed: int
    skipped: int
    undone: bool = False
    undoable: bool = False
    state: OperationState = OperationState.DONE
    options: OperationOptions = PLAIN
    total: int = 0
    done: int = 0
    failed: int = 0
    skips: dict[str, int] = field(default_factory=dict)
    said: str = ""
    ended_at: datetime | None = None
    next_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether it does nothing any more."""
        return self.state in ENDED

    @property
    def result(self) -> BulkResult:
        """What it did, as the verbs over ids tell it."""
        return BulkResult(operation=self.id or None, changed=self.changed, skipped=self.skips)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What a bulk verb did. `skipped` counts jobs left alone, by the state they were in.

    Two words there are no states: "missing", and "unique" for a unique key held by another job.
    """

    operation: str | None
    changed: int
    skipped: dict[str, int] = field(default_factory=dict)
