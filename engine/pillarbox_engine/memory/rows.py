"""What the store keeps of a job and a queue, and how a job is shown across the seam.

Owns `Row` (one job, mutable: it never leaves the store), `QueueState`, and the two projections
of a row: `summary` and `whole`. Times are microseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, fields
from typing import Any

from pillarbox_engine.backoff import Backoff
from pillarbox_engine.clock import from_us, from_us_or_none
from pillarbox_engine.model import (
    Counts,
    Event,
    Failure,
    HistoryPoint,
    Job,
    JobSummary,
    LogLine,
    NewJob,
)
from pillarbox_engine.original import Original
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import LIVE_STATES, DeadReason, HeldBy, OnChildFailure, State
from pillarbox_engine.uniqueness import Hold

PREVIEW = 200
KEPT_SAMPLES = 10_000
KEPT_RUNS = 500


@dataclass(slots=True, kw_only=True)
class Row:
    """One job. What is None among max_attempts, timeout and backoff follows the queue.

    Claim order is (rank, place), among those that are ready and not `held_by` anything.
    """

    id: int
    queue: str
    type: str
    state: State
    priority: int
    payload: str
    payload_bytes: int
    enqueued_us: int
    run_us: int
    rank: int
    place: int
    group: str | None = None
    held_by: HeldBy | None = None
    held_until_us: int | None = None
    expires_us: int | None = None
    max_attempts: int | None = None
    timeout: float | None = None
    backoff: Backoff | None = None
    retry_for: float | None = None
    idempotency_key: str | None = None
    unique_key: str | None = None
    hold: Hold | None = None
    attempt: int = 0
    lost: int = 0
    fence: int = 0
    worker: str | None = None
    started_us: int | None = None
    ended_us: int | None = None
    heartbeat_us: int | None = None
    lease_expires_us: int | None = None
    lease_seconds: float | None = None
    progress: float | None = None
    reason: DeadReason | None = None
    error: Failure | None = None
    result: str | None = None
    trashed_from: State | None = None
    operation: str | None = None
    parent: int | None = None
    children_left: int | None = None
    policy: OnChildFailure | None = None
    history: list[Event] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)

    @property
    def in_line(self) -> tuple[str, str] | None:
        """The queue and the group it is a live job of; None: of none."""
        live = self.group is not None and self.state in LIVE_STATES
        return (self.queue, self.group or "") if live else None

    @property
    def job_id(self) -> str:
        """The id as the seam has it."""
        return str(self.id)

    @property
    def occupies_key(self) -> bool:
        """Whether no other job of its queue can have this one's unique key now."""
        return self.hold is not None and self.hold.occupies(self.state)

    @property
    def retrying(self) -> bool:
        """Whether the counter `retrying` has this job."""
        return self.state is State.SCHEDULED and self.attempt > 0


COUNTERS = tuple(entry.name for entry in fields(Counts))
"""The names of all counters, in the order of `model.Counts`."""


@dataclass(slots=True)
class QueueState:
    """A queue: settings, counters, which jobs are in which state, and of which group the live
    ones are. `starts` is the sliding log its rate limit looks at, `group_starts` the same for each
    group; `arrivals` and `departures` are what its rates are told from, `measured` how long the
    newest done jobs waited and ran since the last sample."""

    name: str
    settings: QueueSettings
    mode: str = "running"
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTERS, 0))
    ids: dict[State, set[int]] = field(default_factory=lambda: {state: set() for state in State})
    groups: dict[str, set[int]] = field(default_factory=dict)
    starts: deque[int] = field(default_factory=deque)
    group_starts: dict[str, deque[int]] = field(default_factory=dict)
    arrivals: deque[int] = field(default_factory=deque)
    departures: deque[int] = field(default_factory=deque)
    runs: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_RUNS))
    measured: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=KEPT_RUNS))
    samples: deque[HistoryPoint] = field(default_factory=lambda: deque(maxlen=KEPT_SAMPLES))

    @property
    def live(self) -> int:
        """What the bound counts."""
        return Counts(**self.counts).live


def max_attempts(row: Row, settings: QueueSettings) -> int:
    """How many attempts the job has: its own figure, or else its queue's."""
    return settings.max_attempts if row.max_attempts is None else row.max_attempts


def summary(row: Row, settings: QueueSettings) -> JobSummary:
    """The job as tables list it."""
    return JobSummary(**_summed_up(row, settings))


def whole(row: Row, settings: QueueSettings) -> Job:
    """The job with its payload, options and history."""
    return Job(
        **_summed_up(row, settings),
        payload_json=row.payload,
        backoff=settings.backoff if row.backoff is None else row.backoff,
        timeout=settings.timeout if row.timeout is None else row.timeout,
        retry_for=settings.retry_for if row.retry_for is None else row.retry_for,
        idempotency_key=row.idempotency_key,
        unique_key=row.unique_key,
        parent_id=None if row.parent is None else str(row.parent),
        children_left=row.children_left,
        on_child_failure=row.policy,
        result_json=row.result,
        history=tuple(row.history),
        log=tuple(row.log),
    )


def _summed_up(row: Row, settings: QueueSettings) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _SAME},
        **{f"{name}_at": from_us_or_none(getattr(row, f"{name}_us")) for name in _TIMES},
        "id": row.job_id,
        "enqueued_at": from_us(row.enqueued_us),
        "run_at": from_us(row.run_us),
        "held_by": row.held_by if row.state is State.READY else None,
        "held_until": from_us_or_none(row.held_until_us),
        "max_attempts": max_attempts(row, settings),
        "preview": " ".join(row.payload[:PREVIEW].split()),
        **_error(row.error),
    }


_SAME = (
    "queue", "type", "state", "priority", "attempt", "lost", "fence", "payload_bytes",
    "lease_seconds", "worker", "progress", "reason", "trashed_from", "group",
)  # fmt: skip
_TIMES = ("started", "ended", "lease_expires", "heartbeat", "expires")


def _error(error: Failure | None) -> dict[str, str | None]:
    if error is None:
        return {"error_type": None, "error_message": None, "fingerprint": None}
    return {
        "error_type": error.type or None,
        "error_message": error.message or None,
        "fingerprint": error.fingerprint or None,
    }


def original(row: Row) -> Original:
    """A row as it could be enqueued anew."""
    job = NewJob(
        payload_json=row.payload, type=row.type, priority=row.priority,
        run_at=from_us(row.run_us) if row.state is State.SCHEDULED else None,
        expires_at=from_us_or_none(row.expires_us), max_attempts=row.max_attempts,
        retry_for=row.retry_for, timeout=row.timeout, backoff=row.backoff,
        unique_key=row.unique_key if row.occupies_key else None, group=row.group,
    )  # fmt: skip
    return Original(row.job_id, row.queue, job)
