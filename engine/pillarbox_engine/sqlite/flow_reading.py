"""Reading flows: a job's family for people, and what its children ended with for its handler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pillarbox_engine.clock import from_us_or_none
from pillarbox_engine.flows import ChildJob, Flow, Relative, sees, shown_as
from pillarbox_engine.model import Failure
from pillarbox_engine.refusals import no_job
from pillarbox_engine.sqlite.job_rows import number_of
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.states import DeadReason, OnChildFailure, State


def flow(reading: Reading, job_id: str) -> Flow:
    """A job's parent, where there still is one, and its children in order."""
    parent_id, left, policy = _family(reading, job_id)
    parent = None if parent_id is None else reading.row("relative", (parent_id,))
    children = reading.rows("relatives", (number_of(job_id),)) if left is not None else []
    return Flow(
        parent=None if parent is None else _relative(parent),
        children=tuple(_relative(row) for row in children),
        children_left=left or 0, on_child_failure=policy,
    )  # fmt: skip


def _family(reading: Reading, job_id: str) -> tuple[int | None, int | None, OnChildFailure | None]:
    row = reading.row("family_of", (number_of(job_id),))
    if row is None:
        raise no_job(job_id)
    return row[0], row[1], policy_of(row[2])


def policy_of(stored: str | None) -> OnChildFailure | None:
    """A policy from its column."""
    return None if stored is None else OnChildFailure(stored)


def _relative(row: Sequence[Any]) -> Relative:
    number, queue, type_, state, attempt, ended, reason, error_type, message = row
    return Relative(
        id=str(number), queue=queue, type=type_, state=State(state), attempt=attempt,
        ended_at=from_us_or_none(ended), reason=None if reason is None else DeadReason(reason),
        error_type=error_type, error_message=message,
    )  # fmt: skip


def children(reading: Reading, job_id: str) -> tuple[ChildJob, ...]:
    """What a parent's handler is shown of its children, in order."""
    _, left, policy = _family(reading, job_id)
    if left is None:
        return ()
    found = [_child(row) for row in reading.rows("results_of_children", (number_of(job_id),))]
    return tuple(child for child in found if sees(policy, child.state))


def _child(row: Sequence[Any]) -> ChildJob:
    number, queue, type_, state, trashed, result, error_type, message, print_ = row
    shown = shown_as(State(state), None if trashed is None else State(trashed))
    error = None
    if error_type is not None and shown is State.DEAD:
        error = Failure(type=error_type, message=message or "", fingerprint=print_ or "")
    return ChildJob(
        id=str(number), queue=queue, type=type_, state=shown,
        result_json=result if shown is State.DONE else None, error=error,
    )  # fmt: skip
