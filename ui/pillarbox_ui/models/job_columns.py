"""The columns that tables of jobs are made of.

Owns what each one reads from a `JobSummary`; the models pick from them and order them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pillarbox_engine.model import JobSummary
from pillarbox_engine.ordering import Order, SortKey
from pillarbox_ui.masking import masked
from pillarbox_ui.models.columns import Column, Kind
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.states import state_word, visible_state

JobColumn = Column[JobSummary]


def moment_text(moment: datetime | None) -> str:
    """A moment as it is copied and spoken; nothing is a dash."""
    return words.NOTHING if moment is None else words.absolute(moment)


def id_column() -> JobColumn:
    """The job's id."""
    return Column(
        key="id",
        title="ID",
        order=Order(SortKey.ID),
        kind=Kind.MONO,
        width=7,
        letters=6,
        text=lambda job: job.id,
    )


def state_column() -> JobColumn:
    """The state as a pill; retrying is shown as a state of its own."""
    return Column(
        key="state",
        title="State",
        order=Order(SortKey.STATE),
        kind=Kind.PILL,
        width=12,
        text=lambda job: state_word(visible_state(job)),
        roles={Role.STATE: visible_state},
    )


def trashed_from_column() -> JobColumn:
    """The state a job had before it went to the trash."""
    return Column(
        key="trashed-from",
        title="Was",
        kind=Kind.PILL,
        width=12,
        text=lambda job: state_word(_was(job)),
        roles={Role.STATE: _was},
    )


def _was(job: JobSummary) -> str:
    return str(job.trashed_from or job.state)


def type_column() -> JobColumn:
    """The job's type."""
    return Column(
        key="type",
        title="Type",
        order=Order(SortKey.TYPE),
        width=22,
        letters=12,
        text=lambda job: job.type,
    )


def queue_column(*, shown: bool = True, spare: int = 3) -> JobColumn:
    """The queue it belongs to."""
    return Column(
        key="queue",
        title="Queue",
        order=Order(SortKey.QUEUE),
        width=18,
        letters=10,
        text=lambda job: job.queue,
        shown=shown,
        spare=spare,
    )


def priority_column() -> JobColumn:
    """Its priority: lower runs first."""
    return Column(
        key="priority",
        title="Priority",
        order=Order(SortKey.PRIORITY),
        kind=Kind.NUMBER,
        width=9,
        text=lambda job: str(job.priority),
        roles={Role.SORT: lambda job: job.priority},
        shown=False,
    )


def attempts_column(*, spare: int = 1) -> JobColumn:
    """Attempts charged, of how many."""
    return Column(
        key="attempts",
        title="Attempts",
        order=Order(SortKey.ATTEMPT),
        kind=Kind.ATTEMPTS,
        width=8,
        spare=spare,
        text=lambda job: f"{job.attempt} / {job.max_attempts}",
        roles={Role.LIMIT: lambda job: (job.attempt, job.max_attempts)},
        tip=_attempts_tip,
    )


def _attempts_tip(job: JobSummary) -> str:
    text = f"{job.attempt} of {job.max_attempts} attempts"
    return f"{text}, lease lost {words.counted(job.lost, 'time')}" if job.lost else text


_BY_MOMENT = {
    "enqueued_at": Order(SortKey.ID, descending=True),  # the youngest has the highest number
    "run_at": Order(SortKey.DUE),
    "started_at": Order(SortKey.STARTED),
    "ended_at": Order(SortKey.ENDED),
    "heartbeat_at": Order(SortKey.HEARTBEAT),
}


def moment_column(
    key: str,
    title: str,
    attribute: str,
    *,
    width: int = 9,
    kind: Kind = Kind.MOMENT,
    spare: int = 0,
) -> JobColumn:
    """A moment of the job, told relative to now. `attribute` names the field it is in."""

    def read(job: JobSummary) -> datetime | None:
        moment: datetime | None = getattr(job, attribute)
        return moment

    return Column(
        key=key,
        title=title,
        order=_BY_MOMENT[attribute],
        spare=spare,
        kind=kind,
        width=width,
        text=lambda job: moment_text(read(job)),
        roles={Role.MOMENT: read, Role.SORT: read},
    )


def age_column() -> JobColumn:
    """How long ago it was enqueued."""
    return moment_column("age", "Age", "enqueued_at", width=6, kind=Kind.AGE)


def run_at_column(*, shown: bool = True) -> JobColumn:
    """When it is due, where that is still to come."""
    return Column(
        key="run-at",
        title="Run at",
        order=Order(SortKey.DUE),
        kind=Kind.MOMENT,
        width=9,
        shown=shown,
        text=lambda job: moment_text(_due(job)),
        roles={Role.MOMENT: _due, Role.SORT: lambda job: job.run_at},
    )


def _due(job: JobSummary) -> datetime | None:
    return job.run_at if visible_state(job) in {"scheduled", "retrying"} else None


def duration_column(*, shown: bool = True) -> JobColumn:
    """How long the last attempt took, once it has ended."""
    return Column(
        key="duration",
        title="Duration",
        order=Order(SortKey.DURATION),
        spare=2,
        kind=Kind.NUMBER,
        shown=shown,
        width=9,
        text=_duration,
        roles={Role.SORT: lambda job: _seconds(job) or 0.0},
    )


def _seconds(job: JobSummary) -> float | None:
    if job.started_at is None or job.ended_at is None or job.ended_at < job.started_at:
        return None
    return (job.ended_at - job.started_at).total_seconds()


def _duration(job: JobSummary) -> str:
    seconds = _seconds(job)
    return words.NOTHING if seconds is None else words.duration(seconds)


def payload_column() -> JobColumn:
    """The start of the payload, on one line; what has a secret's name is masked."""
    return Column(
        key="payload",
        title="Payload",
        kind=Kind.MONO,
        width=20,
        letters=10,
        spare=4,
        text=lambda job: masked(job.preview),
        roles={Role.TONE: lambda job: "muted"},
        tip=lambda job: f"{masked(job.preview)}\n{words.size(job.payload_bytes)}",
    )


def error_column(*, shown: bool = True) -> JobColumn:
    """The last error: its type and message."""
    return Column(
        key="error",
        title="Last error",
        order=Order(SortKey.ERROR),
        width=40,
        letters=16,
        grows=True,
        shown=shown,
        text=error_text,
        roles={Role.TONE: lambda job: "muted"},
        tip=lambda job: f"{job.error_type}\n{job.error_message}" if job.error_type else "",
    )


def error_text(job: JobSummary) -> str:
    """The last error as one text, "" where there was none."""
    if job.error_type is None:
        return ""
    return error_words(job.error_type, job.error_message or "")


def error_words(error_type: str, message: str) -> str:
    """An error on one line: the type without its module, and the message."""
    name = error_type.rsplit(".", 1)[-1]
    return f"{name}: {message}" if message else name


def reason_column() -> JobColumn:
    """Why a dead letter is one."""
    return Column(
        spare=2,
        key="reason",
        title="Reason",
        order=Order(SortKey.REASON),
        width=11,
        letters=11,
        text=lambda job: words.NOTHING if job.reason is None else _REASONS[job.reason],
    )


_REASONS = {
    "exhausted": "Exhausted",
    "timed_out": "Timed out",
    "rejected": "Rejected",
    "expired": "Expired",
    "overflow": "Overflow",
    "lost": "Lost",
}


def worker_column() -> JobColumn:
    """The process and thread that holds the lease."""
    return Column(
        key="worker",
        title="Worker",
        order=Order(SortKey.WORKER),
        width=22,
        letters=14,
        text=lambda job: job.worker or words.NOTHING,
        tip=lambda job: job.worker or "",
    )


def lease_column() -> JobColumn:
    """The lease as a bar that runs down."""
    return Column(
        key="lease",
        title="Lease",
        order=Order(SortKey.LEASE),
        kind=Kind.LEASE,
        width=16,
        text=lambda job: moment_text(job.lease_expires_at),
        roles={Role.LEASE: _lease, Role.SORT: lambda job: job.lease_expires_at},
    )


def _lease(job: JobSummary) -> tuple[datetime, float] | None:
    if job.lease_expires_at is None:
        return None
    return job.lease_expires_at, job.lease_seconds or 0.0


def progress_column() -> JobColumn:
    """How far the handler says it is."""
    return Column(
        spare=1,
        key="progress",
        title="Progress",
        order=Order(SortKey.PROGRESS),
        kind=Kind.PROGRESS,
        width=14,
        text=lambda job: words.NOTHING if job.progress is None else f"{job.progress:.0f} %",
        roles={Role.FRACTION: lambda job: None if job.progress is None else job.progress / 100},
    )


def backoff_column(waits: Mapping[str, float]) -> JobColumn:
    """How long the wait before the next attempt is in all, in seconds by job id."""
    return Column(
        spare=3,
        key="backoff",
        title="Backoff",
        kind=Kind.NUMBER,
        width=8,
        text=lambda job: words.duration(waits[job.id]) if job.id in waits else words.NOTHING,
        roles={Role.SORT: lambda job: waits.get(job.id, 0.0)},
    )
