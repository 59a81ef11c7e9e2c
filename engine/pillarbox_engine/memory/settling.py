"""Ending leases, lengthening them, and hearing of running jobs.

Owns fencing: every call names job and fence; a stale one changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.leasing import (
    Ack,
    CancelLease,
    LeaseRef,
    Lost,
    Nack,
    Reject,
    Release,
    Report,
    Settlement,
    Snooze,
)
from pillarbox_engine.memory.changing import How
from pillarbox_engine.memory.rows import Row, max_attempts
from pillarbox_engine.memory.store import Store
from pillarbox_engine.memory.sweeping import lose
from pillarbox_engine.memory.verbs import apply
from pillarbox_engine.model import LogLine
from pillarbox_engine.protocols import LeaseLostNote
from pillarbox_engine.retry_time import first_start, past_limit
from pillarbox_engine.states import DeadReason, EventKind, State, Verb


def settle(store: Store, settlement: Settlement) -> LeaseLostNote | None:
    """End one lease, or say why it had ended already."""
    row = held(store, settlement.lease)
    if row is None:
        return _repeated_or_lost(store, settlement)
    if isinstance(settlement, Lost):
        lose(store, row, started_us=settlement.started_us)
        return None
    verb, how = _ending(store, row, settlement)
    apply(store, row, verb, how)
    if isinstance(settlement, Ack):
        _keep_result(store, row, settlement)
    return None


def held(store: Store, lease: LeaseRef) -> Row | None:
    """The job, if the lease is the one it is under."""
    row = store.row(lease.job_id)
    held = row is not None and row.fence == lease.fence and row.state is State.LEASED
    return row if held else None


def _repeated_or_lost(store: Store, settlement: Settlement) -> LeaseLostNote | None:
    lease, row = settlement.lease, store.row(settlement.lease.job_id)
    if row is None:
        return LeaseLostNote(lease.job_id, "the job is no longer in the store")
    if isinstance(settlement, Ack) and row.state is State.DONE and row.fence == lease.fence:
        return None
    if row.state is State.LEASED:
        return LeaseLostNote(lease.job_id, "it has been claimed again since")
    return LeaseLostNote(lease.job_id, f"it is {row.state} now")


def _ending(store: Store, row: Row, settlement: Settlement) -> tuple[Verb, How]:
    started = settlement.started_us
    if isinstance(settlement, Nack):
        return Verb.NACK, _nacked(store, row, settlement, started)
    if isinstance(settlement, Reject):
        failure = settlement.failure
        return Verb.REJECT, How(
            reason=DeadReason.REJECTED, failure=failure, started_us=started,
            detail=settlement.detail,
        )  # fmt: skip
    if isinstance(settlement, Snooze):
        return Verb.SNOOZE, _later(store, settlement.delay, How(started_us=started))
    if isinstance(settlement, CancelLease):
        return Verb.CANCEL, How(detail=settlement.reason, started_us=started)
    verb = Verb.RELEASE if isinstance(settlement, Release) else Verb.ACK
    return verb, How(started_us=started)


def _nacked(store: Store, row: Row, nack: Nack, started: int | None) -> How:
    timed_out = nack.failure.timed_out
    how = How(
        kind=EventKind.TIMED_OUT if timed_out else EventKind.FAILED,
        failure=nack.failure,
        started_us=started,
    )
    if row.attempt >= max_attempts(row, store.settings_of(row)):
        reason = DeadReason.TIMED_OUT if timed_out else DeadReason.EXHAUSTED
        return replace(how, to=State.DEAD, reason=reason)
    too_late = _too_late(store, row, nack, started)
    if too_late:
        return replace(how, to=State.DEAD, reason=DeadReason.EXHAUSTED, detail=too_late)
    return _later(store, nack.delay, how)


def _too_late(store: Store, row: Row, nack: Nack, started: int | None) -> str:
    """Why the next attempt would begin too late; empty: it would not."""
    settings = store.settings_of(row)
    limit = settings.retry_for if row.retry_for is None else row.retry_for
    if limit is None:
        return ""
    first = first_start(row.history, (row.started_us or 0) if started is None else started)
    return past_limit(first, store.now, nack.delay, limit)


def _later(store: Store, delay: float, how: How) -> How:
    """Due after `delay` seconds; without one it is ready at once."""
    return replace(
        how,
        to=State.SCHEDULED if delay > 0 else State.READY,
        run_us=store.now + seconds_to_us(delay),
    )


def _keep_result(store: Store, row: Row, ack: Ack) -> None:
    row.result = ack.result_json
    queue = store.queues[row.queue]
    queue.departures.append(store.now)
    if row.started_us is not None:
        queue.runs.append((store.now - row.started_us) / 1e6)
        queue.measured.append((row.started_us - row.run_us, store.now - row.started_us))


def extend(store: Store, lease: LeaseRef, seconds: float | None) -> bool:
    """Let a lease run `seconds` (None: the queue's) from now; False: it was lost."""
    row = held(store, lease)
    if row is None or not apply(store, row, Verb.EXTEND):
        return False
    length = store.settings_of(row).lease if seconds is None else seconds
    row.heartbeat_us, row.lease_seconds = store.now, length
    row.lease_expires_us = store.now + seconds_to_us(length)
    return True


def report(store: Store, entry: Report) -> bool:
    """Store progress and log lines; False: the lease was lost, nothing stored."""
    row = held(store, entry.lease)
    if row is None:
        return False
    row.progress = row.progress if entry.progress is None else entry.progress
    row.log += [LogLine(at, row.attempt, text) for at, text in entry.lines]
    store.touch(row.queue)
    return True
