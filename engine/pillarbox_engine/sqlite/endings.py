"""Ending a job that is not in flight, and telling its flow.

Owns the two ways: buried as a dead letter, or cancelled.
"""

from __future__ import annotations

from pillarbox_engine.sqlite import flows
from pillarbox_engine.sqlite.job_rows import JobRow, end_unstarted
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import DeadReason, EventKind, State


def bury(transaction: Transaction, job: JobRow, reason: DeadReason, kind: EventKind) -> None:
    """Dead-letter a job that is not in flight."""
    end_unstarted(transaction, job, State.DEAD, kind, reason)
    flows.moved(transaction, job, State.DEAD)


def call_off(transaction: Transaction, job: JobRow, reason: str) -> None:
    """Cancel a job that is not in flight; `reason` is kept in its history."""
    end_unstarted(transaction, job, State.CANCELLED, EventKind.CANCELLED, detail=reason)
    flows.moved(transaction, job, State.CANCELLED)
