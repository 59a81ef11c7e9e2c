"""What a job's change of state means to its parent and its children.

Owns `children_left` and every change from and into `waiting`; the rules are `flows`'.
"""

from __future__ import annotations

from dataclasses import dataclass

from pillarbox_engine.flows import pending, takes_along
from pillarbox_engine.memory.changing import How, change
from pillarbox_engine.memory.rows import Row
from pillarbox_engine.memory.store import Store
from pillarbox_engine.states import DeadReason, OnChildFailure, State, Verb
from pillarbox_engine.uniqueness import UNSTARTED

FAILED = frozenset({State.DEAD, State.CANCELLED})
"""How a child ends that does not end well."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a job was before a verb: its state, and whether its parent waited for it."""

    state: State
    pending: bool


def before(row: Row) -> Before:
    """What to ask before a verb, and to hand to `moved` after it."""
    return Before(row.state, pending(row.state, row.trashed_from))


def moved(store: Store, row: Row, was: Before) -> None:
    """The job's state has changed. Not for a purge, which ends nothing."""
    if row.parent is not None:
        _tell_parent(store, row, was, row.state)
    if row.children_left is None:
        return
    if was.state is State.WAITING and row.state in FAILED:
        _cancel_children(store, row)
    elif row.state in UNSTARTED:
        _look_again(store, row)


def gone(store: Store, row: Row, was: Before) -> None:
    """The job has been deleted."""
    if row.parent is not None:
        _tell_parent(store, row, was, None)


def _tell_parent(store: Store, child: Row, was: Before, new: State | None) -> None:
    parent = store.rows.get(child.parent or 0)
    is_pending = new is not None and pending(new)
    if parent is None or parent.children_left is None or was.pending is is_pending:
        return
    parent.children_left += is_pending - was.pending
    if is_pending:
        change(store, parent, Verb.AWAIT)
    elif new is not State.DONE and parent.policy is OnChildFailure.FAIL:
        _fail(store, parent, f"child {child.id} is {new or 'erased'}")
    elif parent.children_left == 0:
        _proceed(store, parent)


def _look_again(store: Store, parent: Row) -> None:
    """A parent that came back, or left its lease: its children may have moved meanwhile."""
    if parent.state is not State.WAITING:
        if parent.children_left:
            change(store, parent, Verb.AWAIT)
        return
    failed = [c for c in store.children(parent) if (c.trashed_from or c.state) in FAILED]
    if failed and parent.policy is OnChildFailure.FAIL:
        _fail(store, parent, f"child {failed[0].id} is {failed[0].trashed_from or failed[0].state}")
    elif not parent.children_left:
        _proceed(store, parent)


def _proceed(store: Store, parent: Row) -> None:
    later = parent.run_us > store.now
    change(store, parent, Verb.PROCEED, How(to=State.SCHEDULED if later else State.READY))


def _fail(store: Store, parent: Row, detail: str) -> None:
    was = before(parent)
    if change(store, parent, Verb.FAIL, How(reason=DeadReason.CHILD_FAILED, detail=detail)):
        moved(store, parent, was)


def _cancel_children(store: Store, parent: Row) -> None:
    for child in store.children(parent):
        was = before(child)
        if child.state in UNSTARTED:
            change(store, child, Verb.CANCEL, How(detail=f"its parent {parent.id} has ended"))
            moved(store, child, was)


def left_behind(store: Store, parent: Row) -> list[Row]:
    """The failed children that a parent brings along when it comes back."""
    if parent.children_left is None or not takes_along(parent.policy, parent.attempt, parent.lost):
        return []
    return [child for child in store.children(parent) if child.state in FAILED]


def all_left_behind(store: Store, parent: Row) -> list[Row]:
    """These, and those that they bring along in turn."""
    found = left_behind(store, parent)
    return [*found, *(row for child in found for row in all_left_behind(store, child))]
