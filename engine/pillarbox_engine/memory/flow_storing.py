"""Taking a flow in: its keys, the bounds of its queues, and its rows; all of it or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pillarbox_engine.admission import check_flow
from pillarbox_engine.clock import from_us_or_none
from pillarbox_engine.flows import ChildJob, Flow, NewFlow, Relative, sees, shown_as
from pillarbox_engine.memory import bounds, enqueueing, unique_keys
from pillarbox_engine.memory.rows import Row
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import Enqueued
from pillarbox_engine.payload import check_size
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import State


def enqueue_flow(store: Store, flow: NewFlow) -> Enqueued:
    """Store the flow; see `protocols.Producer.enqueue_flow`."""
    check_flow(flow)
    for member in flow.each():
        there = store.queues.get(member.queue)
        settings = QueueSettings() if there is None else there.settings
        check_size(member.job.payload_json, settings.max_payload)
    known = _there(store, flow)
    if known is not None:
        return Enqueued(str(known), conflict=True, children=_children(store, known))
    _make_room(store, list(flow.each()))
    number = _add(store, flow, None)
    enqueueing.keep_key(store, flow.job, number)
    return Enqueued(str(number), children=_children(store, number))


def _there(store: Store, flow: NewFlow) -> int | None:
    known = enqueueing.known_jobs(store, [flow.job])
    if known:
        return next(iter(known.values()))
    key = flow.job.unique_key
    held = None if key is None else unique_keys.holder(store, flow.queue, key)
    return None if held is None else held.id


def _children(store: Store, number: int) -> tuple[str, ...]:
    return tuple(child.job_id for child in store.children(store.rows[number]))


def _make_room(store: Store, members: Sequence[NewFlow]) -> None:
    """Room in every queue of the flow, or `QueueFull` and nothing dropped in any of them."""
    sizes: dict[str, list[int]] = defaultdict(list)
    for member in members:
        sizes[member.queue].append(len(member.job.payload_json.encode()))
    full = [
        name for name, mine in sizes.items()
        if not bounds.has_room(store, store.find_or_add(name), len(mine), sum(mine))
    ]  # fmt: skip
    for name in full or sizes:
        bounds.make_room(store, store.queues[name], len(sizes[name]), sum(sizes[name]))


def _add(store: Store, flow: NewFlow, parent: int | None) -> int:
    number = enqueueing.add(store, store.queues[flow.queue], flow.job, parent)
    if flow.children:
        row = store.rows[number]
        with store.changing(row):
            row.state, row.policy = State.WAITING, flow.on_child_failure
            row.children_left = len(flow.children)
    for child in flow.children:
        _add(store, child, number)
    return number


def flow_of(store: Store, row: Row) -> Flow:
    """A job's parent, where there still is one, and its children in order."""
    parent = None if row.parent is None else store.rows.get(row.parent)
    return Flow(
        parent=None if parent is None else _relative(parent),
        children=tuple(_relative(child) for child in store.children(row)),
        children_left=row.children_left or 0,
        on_child_failure=row.policy,
    )


def _relative(row: Row) -> Relative:
    error = row.error
    return Relative(
        id=row.job_id, queue=row.queue, type=row.type, state=row.state, attempt=row.attempt,
        ended_at=from_us_or_none(row.ended_us), reason=row.reason,
        error_type=None if error is None else error.type or None,
        error_message=None if error is None else error.message or None,
    )  # fmt: skip


def children_of(store: Store, row: Row) -> tuple[ChildJob, ...]:
    """What a parent's handler is shown of its children, in order."""
    found = [_child(child) for child in store.children(row)]
    return tuple(child for child in found if sees(row.policy, child.state))


def _child(row: Row) -> ChildJob:
    state = shown_as(row.state, row.trashed_from)
    return ChildJob(
        id=row.job_id, queue=row.queue, type=row.type, state=state,
        result_json=row.result if state is State.DONE else None,
        error=row.error if state is State.DEAD else None,
    )  # fmt: skip
