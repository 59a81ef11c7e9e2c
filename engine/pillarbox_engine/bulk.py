"""An operator's verb over everything a filter matches, as an operation with a row of its own.

Owns what callers need around the seam: planning it from a few words, driving it from the caller's
thread with progress told and a cancel heeded, and the dry run. What is not driven to its end here
goes on by the maintenance of any process that has the store open.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from pillarbox_engine.clock import Clock, SystemClock, from_us
from pillarbox_engine.filters import Filter
from pillarbox_engine.intents import OperationPlan, applicable
from pillarbox_engine.model import BulkResult, Operation
from pillarbox_engine.operation import PLAIN, OperationOptions
from pillarbox_engine.protocols import Admin, Inspector
from pillarbox_engine.states import Verb

__all__ = ["applicable", "count", "drive", "run"]

Progress = Callable[[int, int], None]
"""Told (jobs worked through, jobs in all), first with 0."""
Wait = Callable[[float], object]
"""Waits about so many seconds."""


class Store(Inspector, Admin, Protocol):
    """What a bulk verb needs of a backend; the window's has it too."""


def run(
    backend: Store,
    verb: Verb,
    where: Filter,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    what: str = "",
    options: OperationOptions = PLAIN,
) -> BulkResult:
    """Do `verb` (requeue, replay, release, cancel, purge, restore, erase) to what matches.

    `what` describes the selection in the journal. Cancelled part-way, the result counts what was
    done until then; so it does where the operation has to wait and goes on by itself. Raises
    `InvalidOption` for a verb that is no operator's.
    """
    plan = OperationPlan(verb=verb, where=where, what=what, options=options)
    begun = backend.start_operation(plan)
    return drive(backend, begun, progress=progress, cancelled=cancelled).result


def drive(
    backend: Store,
    operation: Operation,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    wait: Wait | None = None,
    clock: Clock | None = None,
) -> Operation:
    """Advance an operation until it ends, or, without `wait`, until it has to wait.

    `cancelled` answering true cancels it for good.
    """
    now = (clock or SystemClock()).now_us
    while True:
        if progress is not None:
            progress(operation.done, operation.total)
        if operation.ended:
            return operation
        if cancelled is not None and cancelled():
            return backend.cancel_operation(operation.id)
        operation = backend.advance_operation(operation.id)
        if operation.next_at is not None:
            if wait is None:
                if progress is not None:
                    progress(operation.done, operation.total)
                return operation
            wait(seconds_until(operation.next_at, from_us(now())))


def seconds_until(moment: datetime, now: datetime) -> float:
    """How long until `moment`, 0 where it has passed."""
    return max(0.0, (moment - now).total_seconds())


def count(backend: Inspector, verb: Verb, where: Filter) -> int:
    """How many jobs `run` would take in hand: the dry run."""
    return backend.count(applicable(verb, where))
