"""Ending a lease: ack, nack, reject, release, snooze, cancel, lose; extending; reporting.

Owns fencing: every call names job and fence, and a stale fence changes nothing and is answered
with a note of what became of the job.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.deaths import DEAD_FAILURES
from pillarbox_engine.leasing import (
    Ack,
    CancelLease,
    LeaseRef,
    Lost,
    Nack,
    Reject,
    Report,
    Settlement,
    Snooze,
)
from pillarbox_engine.model import Failure
from pillarbox_engine.protocols import LeaseLostNote
from pillarbox_engine.sqlite import flows, groups
from pillarbox_engine.sqlite.job_rows import (
    NO_FAILURE,
    JobRow,
    load,
    number_of,
    record,
)
from pillarbox_engine.sqlite.queue_rows import QueueRow, by_id
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.retrying import too_late
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import DeadReason, EventKind, State

_JSON = msgspec.json.Encoder().encode
MANY = 3
"""From how many acks on one statement for all pays."""


def settle(
    transaction: Transaction, settlements: Sequence[Settlement]
) -> list[LeaseLostNote | None]:
    """Settle each lease on its own; see `protocols.Consumer.settle`."""
    queues = by_id(transaction)
    acks = [entry for entry in settlements if isinstance(entry, Ack)]
    together = len(acks) >= MANY and _ack_together(transaction, queues, acks)
    return [
        None if together and isinstance(entry, Ack) else _settle_one(transaction, queues, entry)
        for entry in settlements
    ]


def _ack_together(
    transaction: Transaction, queues: dict[int, QueueRow], acks: Sequence[Ack]
) -> bool:
    """Ack all in one statement, if each lease is named once and still holds, and none of the jobs
    is the child of another."""
    fences = {number_of(ack.lease.job_id): ack.lease.fence for ack in acks}
    if len(fences) != len(acks):
        return False
    freed = transaction.rows("live_acks", {"fences": _JSON(fences).decode()})
    if sum(row[1] for row in freed) != len(acks) or any(row[3] for row in freed):
        return False
    _write_acks(transaction, acks)
    for queue_id, number, size, _, keys in freed:
        transaction.move(queue_id, State.LEASED, State.DONE, size, number=number)
        transaction.add(queue_id, "done_total", number)
        _stir(transaction, queues[queue_id])
        if keys != "[]":
            groups.renew_all(transaction, queue_id, keys)
    return True


def _write_acks(transaction: Transaction, acks: Sequence[Ack]) -> None:
    if any(ack.result_json is not None for ack in acks):
        values = _JSON([_ack_values(ack) for ack in acks]).decode()
        transaction.execute("ack_jobs_with_results", {"acks": values, "now": transaction.now})
        return
    starts = {number_of(ack.lease.job_id): ack.started_us for ack in acks}
    transaction.execute("ack_jobs", {"starts": _JSON(starts).decode(), "now": transaction.now})


def _stir(transaction: Transaction, queue: QueueRow) -> None:
    """A job is done: that lets another one start only where so many may run at a time."""
    bound = queue.settings.max_in_flight is not None
    (transaction.touched if bound else transaction.stirred).add(queue.name)


def _ack_values(ack: Ack) -> tuple[int, int, int | None, str | None]:
    (job_id, fence), result, started = ack
    return number_of(job_id), fence, started, result


def _settle_one(
    transaction: Transaction, queues: dict[int, QueueRow], settlement: Settlement
) -> LeaseLostNote | None:
    if isinstance(settlement, Ack) and _ack(transaction, queues, settlement):
        return None
    lease = settlement.lease
    job = load(transaction, number_of(lease.job_id))
    if job is None or job.fence != lease.fence or job.state is not State.LEASED:
        repeated = isinstance(settlement, Ack) and job is not None and is_repeat(job, lease)
        return None if repeated else _note(lease, job)
    end_lease(transaction, queues[job.queue_id], job, _ending(transaction, job, queues, settlement))
    return None


def _ack(transaction: Transaction, queues: dict[int, QueueRow], ack: Ack) -> bool:
    row = transaction.row(
        "ack_job",
        {
            "id": number_of(ack.lease.job_id), "fence": ack.lease.fence, "now": transaction.now,
            "started_at": ack.started_us,
            "result": ack.result_json,
        },
    )  # fmt: skip
    if row is None:
        return False
    queue_id, size, parent_id, group = row
    transaction.move(queue_id, State.LEASED, State.DONE, size)
    transaction.add(queue_id, "done_total")
    _stir(transaction, queues[queue_id])
    if parent_id is not None:
        number = number_of(ack.lease.job_id)
        flows.child_moved(transaction, parent_id, number, True, State.DONE)
    if group is not None:
        groups.renew(transaction, queue_id, group)
    return True


def is_repeat(job: JobRow, lease: LeaseRef) -> bool:
    """Whether the lease was acked already: acking twice succeeds twice and counts once."""
    return job.state is State.DONE and job.fence == lease.fence


def _note(lease: LeaseRef, job: JobRow | None) -> LeaseLostNote:
    if job is None:
        return LeaseLostNote(lease.job_id, "the job is no longer in the file")
    if job.state is State.LEASED:
        return LeaseLostNote(lease.job_id, "it has been claimed again since")
    return LeaseLostNote(lease.job_id, f"it is {job.state} now")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a lease ends: the columns that change, and what the history says."""

    state: State
    kind: EventKind
    run_in: int | None = None
    give_back: bool = False
    lost: bool = False
    raise_fence: bool = False
    reason: str | None = None
    failure: Failure = NO_FAILURE
    detail: str = ""
    started_at: int | None = None
    counts: tuple[str, ...] = ()


def _ending(
    transaction: Transaction, job: JobRow, queues: dict[int, QueueRow], settlement: Settlement
) -> Ending:
    started = settlement.started_us
    queue = queues[job.queue_id]
    if isinstance(settlement, Nack):
        return _nacked(transaction, job, queue, settlement, started)
    if isinstance(settlement, Reject):
        return Ending(
            state=State.DEAD, kind=EventKind.REJECTED, reason=DeadReason.REJECTED,
            failure=settlement.failure, started_at=started, detail=settlement.detail,
            counts=("failed_total", "dead_total"),
        )  # fmt: skip
    if isinstance(settlement, Snooze):
        return Ending(
            state=State.SCHEDULED, kind=EventKind.SNOOZED, run_in=seconds_to_us(settlement.delay),
            give_back=True, started_at=started,
        )  # fmt: skip
    if isinstance(settlement, CancelLease):
        return Ending(
            state=State.CANCELLED, kind=EventKind.CANCELLED, detail=settlement.reason,
            started_at=started, counts=("cancelled_total",),
        )  # fmt: skip
    return lost(job, queue, started) if isinstance(settlement, Lost) else released(started)


def _nacked(
    transaction: Transaction, job: JobRow, queue: QueueRow, nack: Nack, started: int | None
) -> Ending:
    kind = EventKind.TIMED_OUT if nack.failure.timed_out else EventKind.FAILED
    most = queue.settings.max_attempts if job.max_attempts is None else job.max_attempts
    late = job.attempt < most and too_late(transaction, job, queue, nack.delay, started)
    if job.attempt < most and not late:
        return Ending(
            state=State.SCHEDULED, kind=kind, run_in=seconds_to_us(nack.delay),
            failure=nack.failure, started_at=started, counts=("failed_total",),
        )  # fmt: skip
    ran_out = nack.failure.timed_out and not late
    return Ending(
        state=State.DEAD, kind=kind, failure=nack.failure, started_at=started, detail=late or "",
        reason=DeadReason.TIMED_OUT if ran_out else DeadReason.EXHAUSTED,
        counts=("failed_total", "dead_total"),
    )  # fmt: skip


def released(started: int | None = None, detail: str = "") -> Ending:
    """Given back, not charged."""
    return Ending(
        state=State.READY, kind=EventKind.RELEASED, give_back=True, raise_fence=True,
        detail=detail, started_at=started, counts=("released_total",),
    )  # fmt: skip


def lost(job: JobRow, queue: QueueRow, started: int | None = None, detail: str = "") -> Ending:
    """The lease ended without a word: attempt given back, lost count raised, dead at `max_lost`."""
    dead = job.lost + 1 >= queue.settings.max_lost
    return Ending(
        state=State.DEAD if dead else State.READY, kind=EventKind.LOST, give_back=True, lost=True,
        raise_fence=True, reason=DeadReason.LOST if dead else None,
        failure=DEAD_FAILURES[DeadReason.LOST] if dead else NO_FAILURE,
        detail=detail, started_at=started,
        counts=("lost_total", "dead_total") if dead else ("lost_total",),
    )  # fmt: skip


def end_lease(transaction: Transaction, queue: QueueRow, job: JobRow, ending: Ending) -> None:
    """Take a leased job out of its lease as `ending` says."""
    started = job.started_at if ending.started_at is None else ending.started_at
    state = ending.state
    run_at = job.run_at if ending.run_in is None else transaction.now + ending.run_in
    attempt = job.attempt - ending.give_back
    final = state in (State.DEAD, State.CANCELLED)
    failure = ending.failure
    transaction.execute(
        "end_lease",
        {
            "id": job.id, "state": str(state), "attempt": attempt, "lost": job.lost + ending.lost,
            "fence": job.fence + ending.raise_fence, "run_at": run_at, "started_at": started,
            "ended_at": transaction.now if final else None, "reason": ending.reason,
            "error_type": failure.type or None, "error_message": failure.message or None,
            "fingerprint": failure.fingerprint or None,
        },
    )  # fmt: skip
    transaction.move(
        job.queue_id, State.LEASED, state, job.payload_bytes,
        is_retrying=state is State.SCHEDULED and attempt > 0,
    )  # fmt: skip
    for field in ending.counts:
        transaction.add(job.queue_id, field)
    record(
        transaction, job, ending.kind, started_at=started, failure=failure, detail=ending.detail,
        next_run_at=run_at if state is State.SCHEDULED else None,
    )  # fmt: skip
    groups.follow(transaction, job)
    transaction.touched.add(queue.name)
    flows.moved(transaction, job, state)


def extend(
    transaction: Transaction, leases: Sequence[LeaseRef], seconds: float | None
) -> list[bool]:
    """Let leases run on from now; False where one was lost."""
    queues = by_id(transaction)
    return [_extend_one(transaction, queues, lease, seconds) for lease in leases]


def _extend_one(
    transaction: Transaction, queues: dict[int, QueueRow], lease: LeaseRef, seconds: float | None
) -> bool:
    number = number_of(lease.job_id)
    job = load(transaction, number)
    if job is None or job.fence != lease.fence or job.state is not State.LEASED:
        return False
    queue = queues[job.queue_id]
    until = transaction.now + seconds_to_us(queue.settings.lease if seconds is None else seconds)
    transaction.execute(
        "extend_lease",
        {"id": number, "fence": lease.fence, "now": transaction.now, "lease_expires_at": until},
    ).fetchall()
    transaction.touched.add(queue.name)
    return True


def holds(reading: Reading, leases: Sequence[LeaseRef]) -> list[bool]:
    """Whether each lease is still valid."""
    numbers = _JSON([number_of(lease.job_id) for lease in leases]).decode()
    fences = dict(reading.rows("fences_of_leased", (numbers,)))
    return [fences.get(number_of(lease.job_id)) == lease.fence for lease in leases]


def report(transaction: Transaction, reports: Sequence[Report]) -> list[bool]:
    """Store progress and log lines; False where the lease was lost."""
    queues = by_id(transaction)
    return [_report_one(transaction, queues, entry) for entry in reports]


def _report_one(transaction: Transaction, queues: dict[int, QueueRow], entry: Report) -> bool:
    job = load(transaction, number_of(entry.lease.job_id))
    if job is None or job.fence != entry.lease.fence or job.state is not State.LEASED:
        return False
    transaction.execute("set_progress", (entry.progress, job.id, job.fence)).fetchall()
    lines = [(job.id, to_us(at), job.attempt, text) for at, text in entry.lines]
    transaction.many("add_log_line", lines)
    transaction.touched.add(queues[job.queue_id].name)
    return True
