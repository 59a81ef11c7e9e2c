"""Storing a flow: a parent, its children and theirs, in one transaction.

Owns the order of the rows: every parent before its children, these in the order they were given,
so ids tell both. Keys are the first parent's alone, and stand for the whole flow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from pillarbox_engine.admission import check_flow
from pillarbox_engine.flows import NewFlow
from pillarbox_engine.model import Enqueued
from pillarbox_engine.sqlite import (
    claim_check,
    enqueue,
    job_insert,
    queue_rows,
    shapes,
    unique_keys,
)
from pillarbox_engine.sqlite.enqueue import Call, Nonces
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.shapes import Row
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import State


@dataclass(frozen=True, slots=True)
class FlowCall:
    """One enqueue of a flow; `call` is that of its first parent."""

    flow: NewFlow
    call: Call


def new_flow_call(flow: NewFlow, nonces: Nonces) -> Call:
    """Check what needs no file, and recognise the repetition of an uncertain call."""
    check_flow(flow)
    return enqueue.new_call(flow.queue, [flow.job], nonces)


def enqueue_flow(transaction: Transaction, given: FlowCall) -> Enqueued:
    """Store the flow; see `protocols.Producer.enqueue_flow`."""
    queue = queue_rows.find_or_add(transaction, given.flow.queue)
    there = _there(transaction, queue, given.call)
    if there is not None:
        return Enqueued(str(there), conflict=True, children=_children(transaction, there))
    job = given.call.jobs[0]
    number = _Planting(transaction, given).store()
    unique_keys.take(transaction, [job], [number])
    enqueue.keep_keys(transaction, [job], [number], {})
    return Enqueued(str(number), children=_children(transaction, number))


def _there(transaction: Transaction, queue: QueueRow, call: Call) -> int | None:
    """The first parent of a flow that is there already: of this call, or under one of its keys."""
    job = call.jobs[0]
    if call.repeats:
        found = transaction.row("jobs_of_nonce", call.repeats)
        if found is not None:
            return int(found[0])
    known = enqueue.known_jobs(transaction, [job])
    if known:
        return known[job.idempotency_key or ""]
    if job.unique_key is None:
        return None
    holder = unique_keys.holder_of(transaction, queue.id, job.unique_key)
    return None if holder is None else holder.number


def _children(transaction: Transaction, number: int) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in transaction.rows("children_ids", (number,)))


class _Planting:
    """A flow on its way into the file: its rows made, queue by queue, and checked for room."""

    def __init__(self, transaction: Transaction, given: FlowCall) -> None:
        self._transaction, self._flow = transaction, given.flow
        self._call = given.call
        members: dict[str, list[NewFlow]] = defaultdict(list)
        for member in given.flow.each():
            members[member.queue].append(member)
        self._queues = {name: queue_rows.find_or_add(transaction, name) for name in members}
        for name, mine in members.items():
            texts = [member.job.payload_json for member in mine]
            claim_check.require_stored(self._queues[name].settings, texts, given.call.blobs)
        self._rows = {name: self._rows_for(name, members[name]) for name in members}

    def _rows_for(self, name: str, members: list[NewFlow]) -> Iterator[Row]:
        queue = self._queues[name]
        jobs = [self._call.jobs[0] if member is self._flow else member.job for member in members]
        rows = shapes.rows_of(self._transaction.now, queue, jobs, self._call.nonce)
        enqueue.make_room(self._transaction, queue, rows)
        return iter(rows)

    def store(self) -> int:
        """The id of the first parent."""
        return self._plant(self._flow)

    def _plant(self, flow: NewFlow) -> int:
        (number,) = self._insert([flow])
        if flow.children:
            values = (len(flow.children), str(flow.on_child_failure), number)
            self._transaction.execute("become_parent", values)
        for _, run in groupby(enumerate(flow.children), _together):
            children = [child for _, child in run]
            ids = self._insert(children) if not children[0].children else None
            first, last = (ids[0], ids[-1]) if ids else (self._plant(children[0]),) * 2
            self._transaction.execute("join_parent", (number, first, last))
        return number

    def _insert(self, members: list[NewFlow]) -> range:
        """Jobs of one queue, alike in having children or none; their ids."""
        queue = self._queues[members[0].queue]
        rows = [next(self._rows[queue.name]) for _ in members]
        if members[0].children:
            rows = [_waiting(row) for row in rows]
        if self._call.blobs:
            return claim_check.insert(self._transaction, queue, rows, self._call.blobs)
        return job_insert.insert(self._transaction, queue, rows)


def _together(place: tuple[int, NewFlow]) -> tuple[str, int]:
    """Neighbours without children in one queue go in at once, a parent by itself."""
    number, child = place
    return child.queue, number if child.children else -1


def _waiting(row: Row) -> Row:
    return (row[0]._replace(state=State.WAITING.value), *row[1:])
