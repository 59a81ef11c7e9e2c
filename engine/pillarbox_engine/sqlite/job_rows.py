"""A job's row as verbs see it, and the two ways every verb writes: an event and an end.

Owns `JobRow`, `load`, and `record`, so each verb's module holds only its own rule.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from pillarbox_engine.deaths import DEAD_FAILURES
from pillarbox_engine.model import Failure
from pillarbox_engine.sqlite import groups
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import DeadReason, EventKind, State

NO_FAILURE = Failure(type="", message="")


@dataclass(frozen=True, slots=True)
class JobRow:
    """The columns of `job_row`, in its order."""

    id: int
    queue_id: int
    state: State
    fence: int
    attempt: int
    lost: int
    run_at: int
    started_at: int | None
    worker: str | None
    payload_bytes: int
    trashed_from: State | None
    max_attempts: int | None
    retry_for_us: int | None
    ended_at: int | None
    reason: str | None
    error_type: str | None
    error_message: str | None
    fingerprint: str | None
    operation_id: int | None
    parent_id: int | None
    children_left: int | None
    child_policy: str | None
    priority: int
    group_key: str | None

    @property
    def retrying(self) -> bool:
        """Whether the counter `retrying` has this job."""
        return self.state is State.SCHEDULED and self.attempt > 0


_FIELDS = tuple(entry.name for entry in fields(JobRow))


def number_of(job_id: str) -> int:
    """A job id as a row id; -1 (no row) where it cannot be one of ours."""
    return int(job_id) if job_id.isdecimal() and job_id.isascii() and len(job_id) <= 18 else -1


def load(transaction: Transaction, number: int) -> JobRow | None:
    """The job with row id `number`, or None."""
    row = transaction.row("job_row", (number,))
    if row is None:
        return None
    values = dict(zip(_FIELDS, row, strict=True))
    trashed = values["trashed_from"]
    values["state"] = State(values["state"])
    values["trashed_from"] = None if trashed is None else State(trashed)
    return JobRow(**values)


def record(
    transaction: Transaction, job: JobRow, kind: EventKind, *, started_at: int | None = None,
    failure: Failure = NO_FAILURE, next_run_at: int | None = None, detail: str = "",
    at: int | None = None,
) -> None:  # fmt: skip
    """Add an entry to a job's history. `started_at` given: an attempt ended with it."""
    values: dict[str, Any] = {
        "job_id": job.id, "at": transaction.now if at is None else at, "kind": str(kind),
        "attempt": job.attempt, "fence": job.fence, "started_at": started_at,
        "worker": None if started_at is None else job.worker, "next_run_at": next_run_at,
        "error_type": failure.type or None, "error_message": failure.message or None,
        "fingerprint": failure.fingerprint or None, "traceback": failure.traceback or None,
        "detail": detail,
    }  # fmt: skip
    transaction.execute("add_event", values)


def end_unstarted(
    transaction: Transaction, job: JobRow, state: State, kind: EventKind,
    reason: DeadReason | None = None, detail: str = "",
) -> None:  # fmt: skip
    """End a job that is not in flight as dead or cancelled; its flow hears of it from `endings`."""
    failure = NO_FAILURE if reason is None else DEAD_FAILURES[reason]
    transaction.execute(
        "end_unstarted",
        {
            "id": job.id, "state": str(state), "now": transaction.now, "reason": reason,
            "error_type": failure.type or None, "error_message": failure.message or None,
            "fingerprint": failure.fingerprint or None,
        },
    )  # fmt: skip
    transaction.move(job.queue_id, job.state, state, job.payload_bytes, was_retrying=job.retrying)
    transaction.add(job.queue_id, f"{state}_total")
    record(transaction, job, kind, failure=failure, detail=detail)
    groups.follow(transaction, job)
