"""What a job's change of state means to its parent and its children.

Owns `children_left` and every change from and into `waiting`; the rules are `flows`'. A verb that
changed a job's state calls `moved`, which costs nothing for a job that is in no flow.
"""

from __future__ import annotations

import json

from pillarbox_engine import flows
from pillarbox_engine.sqlite import groups
from pillarbox_engine.sqlite.job_rows import JobRow, end_unstarted, load
from pillarbox_engine.sqlite.queue_rows import by_id
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import DeadReason, EventKind, OnChildFailure, State


def moved(transaction: Transaction, job: JobRow, new: State | None) -> None:
    """`job` (as it was) is `new` now, or gone (None). Not for a purge, which ends nothing."""
    if job.parent_id is not None:
        child_moved(transaction, job.parent_id, job.id, flows.pending(job.state, job.trashed_from),
                    new)  # fmt: skip
    if job.children_left is not None:
        _parent_moved(transaction, job, new)


def child_moved(
    transaction: Transaction, parent_id: int, child_id: int, was_pending: bool, new: State | None
) -> None:
    """Tell the parent of a child that is `new` now; nothing where it had and has not ended."""
    is_pending = new is not None and flows.pending(new)
    parent = load(transaction, parent_id) if was_pending is not is_pending else None
    if parent is None or parent.children_left is None:
        return
    left = parent.children_left + is_pending - was_pending
    transaction.execute("set_children_left", (left, parent.id))
    if is_pending:
        _await(transaction, parent)
    elif parent.state is not State.WAITING:
        return
    elif new is not State.DONE and parent.child_policy == OnChildFailure.FAIL:
        _fail(transaction, parent, f"child {child_id} is {new or 'erased'}")
    elif left == 0:
        _proceed(transaction, parent)


def _parent_moved(transaction: Transaction, job: JobRow, new: State | None) -> None:
    if job.state is State.WAITING and new in (State.DEAD, State.CANCELLED):
        _cancel_children(transaction, job)
    elif new in (State.READY, State.SCHEDULED, State.WAITING):
        _look_again(transaction, job.id)


def _look_again(transaction: Transaction, number: int) -> None:
    """A parent that came back, or left its lease: its children may have moved meanwhile."""
    parent = load(transaction, number)
    if parent is None:
        return
    if parent.state is not State.WAITING:
        if parent.children_left:
            _await(transaction, parent)
        return
    failed = transaction.row("one_failed_child", (number,))
    if failed is not None and parent.child_policy == OnChildFailure.FAIL:
        _fail(transaction, parent, f"child {failed[0]} is {failed[1]}")
    elif not parent.children_left:
        _proceed(transaction, parent)


def _await(transaction: Transaction, parent: JobRow) -> None:
    if parent.state in (State.READY, State.SCHEDULED):
        _set_state(transaction, parent, State.WAITING)


def _proceed(transaction: Transaction, parent: JobRow) -> None:
    later = parent.run_at > transaction.now
    _set_state(transaction, parent, State.SCHEDULED if later else State.READY)


def _set_state(transaction: Transaction, parent: JobRow, state: State) -> None:
    transaction.execute("set_state", (str(state), parent.id))
    transaction.move(
        parent.queue_id, parent.state, state, 0, was_retrying=parent.retrying,
        is_retrying=state is State.SCHEDULED and parent.attempt > 0,
    )  # fmt: skip
    groups.follow(transaction, parent)
    _touch(transaction, parent)


def _fail(transaction: Transaction, parent: JobRow, detail: str) -> None:
    end_unstarted(
        transaction, parent, State.DEAD, EventKind.CHILD_FAILED, DeadReason.CHILD_FAILED, detail
    )
    _touch(transaction, parent)
    moved(transaction, parent, State.DEAD)


def _cancel_children(transaction: Transaction, parent: JobRow) -> None:
    for (number,) in transaction.rows("unstarted_children", (parent.id,)):
        child = load(transaction, number)
        if child is not None:
            detail = f"its parent {parent.id} has ended"
            end_unstarted(transaction, child, State.CANCELLED, EventKind.CANCELLED, detail=detail)
            _touch(transaction, child)
            moved(transaction, child, State.CANCELLED)


def _touch(transaction: Transaction, job: JobRow) -> None:
    transaction.touched.add(by_id(transaction)[job.queue_id].name)


def left_behind(transaction: Transaction, parent: JobRow) -> list[JobRow]:
    """The failed children that a parent brings along when it comes back."""
    policy = None if parent.child_policy is None else OnChildFailure(parent.child_policy)
    if policy is None or not flows.takes_along(policy, parent.attempt, parent.lost):
        return []
    found = [load(transaction, row[0]) for row in transaction.rows("failed_children", (parent.id,))]
    return [child for child in found if child is not None]


def few_enough(transaction: Transaction, ids: list[int]) -> list[int]:
    """Those of `ids` to delete in one go: parents only as long as they let few children go."""
    numbers = dict(transaction.rows("numbers_of_children", (json.dumps(ids),))) if ids else {}
    kept, going = [], 0
    for number in ids:
        going += numbers.get(number, 0)
        if going > flows.MAX_FLOW:
            break
        kept.append(number)
    return kept
