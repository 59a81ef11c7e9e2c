"""Operations in memory: frozen, advanced, cancelled, undone, and what is due of them.

Owns the desk they work at; the rules are `pillarbox_engine.operating`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pillarbox_engine import operating
from pillarbox_engine.clock import from_us, from_us_or_none
from pillarbox_engine.errors import InvalidPayload, PayloadTooLarge
from pillarbox_engine.intents import (
    OperationPlan,
    applicable,
    checked,
    described,
    named_ids,
    nothing,
)
from pillarbox_engine.memory import admin
from pillarbox_engine.memory.bounds import require_room
from pillarbox_engine.memory.predicate import matches
from pillarbox_engine.memory.rows import Row
from pillarbox_engine.memory.store import Item, Journalled, Store
from pillarbox_engine.merge_patch import patched_text
from pillarbox_engine.model import BulkResult, Event, Operation
from pillarbox_engine.operating import CHANGED, Run, Watched
from pillarbox_engine.operation import ENDED, OperationState
from pillarbox_engine.refusals import no_operation
from pillarbox_engine.states import LIVE_STATES, EventKind, State, Verb
from pillarbox_engine.undoing import KEPT_US, UNTOUCHED, cannot_undo, undo_plan


class MemoryDesk:
    """Works through an operation's items; see `operating.Desk`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def watched(self, run: Run) -> Watched:
        """What has become of the jobs nobody has told the end of."""
        watched = [item for item in self._store.items[run.id] if item.watched]
        rows = [(item, self._store.row(item.job_id)) for item in watched]
        live = [(item, row) for item, row in rows if row is not None and row.state in LIVE_STATES]
        ended = [row for _, row in rows if row is None or row.state not in LIVE_STATES]
        return Watched(
            live=len(live), failing=sum(_failing(item, row) for item, row in live),
            ended=len(ended), failed=sum(row is not None and _died(row) for row in ended),
        )  # fmt: skip

    def hear(self, run: Run) -> None:
        """Stop watching the jobs that have ended."""
        for item in self._store.items[run.id]:
            row = self._store.row(item.job_id)
            item.watched = item.watched and row is not None and row.state in LIVE_STATES

    def items(self, run: Run, limit: int) -> Sequence[str]:
        """The ids of the next items."""
        return [item.job_id for item in self._store.items[run.id][run.done : run.done + limit]]

    def note(self, run: Run, outcomes: Sequence[str]) -> None:
        """Keep what became of the items."""
        for item, outcome in zip(self._store.items[run.id][run.done :], outcomes, strict=False):
            row = self._store.row(item.job_id)
            item.outcome, item.watched = outcome, run.watches and outcome == CHANGED
            if row is not None:
                item.fence, item.attempt = row.fence, row.attempt

    def act(self, run: Run, job_id: str, due_us: int | None) -> str | None:
        """Do the verb to one job; a word where it was left alone."""
        if run.verb is Verb.REPLAY:
            return self._replay(run, job_id, due_us)
        store = self._store
        verbs: dict[Verb, Callable[[], BulkResult]] = {
            Verb.PURGE: lambda: admin.purge(store, [job_id], run.id),
            Verb.REQUEUE: lambda: admin.requeue(store, [job_id]),
            Verb.RELEASE: lambda: admin.release(store, [job_id]),
            Verb.CANCEL: lambda: admin.cancel(store, [job_id], run.options.reason),
            Verb.RESTORE: lambda: admin.restore(store, [job_id]),
            Verb.ERASE: lambda: admin.erase_all(store, [job_id]),
        }
        return next(iter(verbs[run.verb]().skipped), None)

    def _replay(self, run: Run, job_id: str, due_us: int | None) -> str | None:
        options = run.options
        if options.patch_json is not None:
            left = self._edit(run, job_id, options.patch_json)
            if left is not None:
                return left
        result = admin.replay(
            self._store, [job_id], to=options.to, rate=None, start_us=due_us,
            operation=run.id, keep_attempts=options.keep_attempts,
        )  # fmt: skip
        return next(iter(result.skipped), None)

    def _edit(self, run: Run, job_id: str, patch: str) -> str | None:
        """Edit the payload of a job that will surely be replayed; a word where it cannot be."""
        store, row = self._store, self._store.row(job_id)
        if row is None or not admin.may_replay(store, row, run.options.to):
            return None
        queue = store.queue(run.options.to or row.queue)
        try:
            new = patched_text(row.payload, patch, queue.settings.max_payload)
        except PayloadTooLarge:
            return "payload too large"
        except InvalidPayload:
            return "payload not valid"
        if new != row.payload:
            require_room(queue, 1, len(new.encode()))
            _store_edit(store, row, new, run.id)
        return None


def _failing(item: Item, row: Row | None) -> bool:
    """Whether an attempt failed since the replay: its own attempt is not charged for yet."""
    return row is not None and row.attempt > item.attempt + (row.state is State.LEASED)


def _died(row: Row) -> bool:
    return State.DEAD in (row.state, row.trashed_from)


def _store_edit(store: Store, row: Row, new: str, operation: str) -> None:
    row.history.append(
        Event(
            at=from_us(store.now), kind=EventKind.EDITED, attempt=row.attempt, fence=row.fence,
            detail=f"by operation {operation}", payload_json=row.payload,
        )
    )  # fmt: skip
    with store.changing(row):
        row.payload, row.payload_bytes = new, len(new.encode())


def start(store: Store, plan: OperationPlan) -> Operation:
    """Freeze the jobs of a plan and let it begin; nothing is written where none matches."""
    plan = checked(plan)
    if plan.options.to is not None:
        store.queue(plan.options.to)
    ids = named_ids(plan.where) or _found(store, plan)
    return _open(store, plan, ids) if ids else nothing(plan, store.now)


def _found(store: Store, plan: OperationPlan) -> Sequence[str]:
    where = applicable(plan.verb, plan.where)
    return [row.job_id for _, row in sorted(store.rows.items()) if matches(store, row, where)]


def _open(store: Store, plan: OperationPlan, ids: Sequence[str]) -> Operation:
    number = admin.begin_operation(store, str(plan.verb), described(plan, len(ids)))
    store.touched.update(store.queues)
    store.items[number] = [Item(job_id) for job_id in ids]
    store.runs[number] = Run(
        id=number, verb=plan.verb, state=operating.first_state(plan.options),
        options=plan.options, total=len(ids),
    )  # fmt: skip
    return operation(store, number)


def advance(store: Store, operation_id: str) -> Operation:
    """Do a chunk of what may be done now; how it stands, and when it goes on where it waits."""
    entry, run = _entry(store, operation_id), store.runs.get(operation_id)
    if run is None:
        return operation(store, operation_id)
    desk = MemoryDesk(store)
    operating.advance(run, desk, store.now)
    entry.changed, entry.skipped = run.changed, run.skipped
    if not run.at_work and entry.ended_us is None:
        entry.ended_us = store.now
    told = operation(store, operation_id)
    return replace(told, next_at=from_us_or_none(operating.wakes_us(run, desk, store.now)))


def cancel(store: Store, operation_id: str) -> Operation:
    """Stop it for good where it has not ended; what was done stays done."""
    entry, run = _entry(store, operation_id), store.runs.get(operation_id)
    if run is not None and run.at_work:
        store.touched.update(store.queues)  # no job is: those who look at it would not hear of it
        run.state, entry.ended_us = OperationState.CANCELLED, store.now
        run.said = f"{run.total - run.done:,} of {run.total:,} jobs were left as they are"
    return operation(store, operation_id)


def undo(store: Store, operation_id: str) -> Operation:
    """Begin the operation that takes another one back; `Conflict` where nothing can be."""
    told = operation(store, operation_id)
    plan = undo_plan(told)
    ids = _left_by(store, told)
    if not ids:
        raise cannot_undo(told)
    cancel(store, operation_id)
    begun = _open(store, plan, ids)
    store.operations[operation_id].undone = True
    return begun


def _left_by(store: Store, told: Operation) -> list[str]:
    verb = Verb(told.verb)
    if verb is Verb.PURGE:
        rows = sorted(store.rows.items())
        return [
            row.job_id for _, row in rows
            if row.state is State.TRASHED and row.operation == told.id
        ]  # fmt: skip
    found = [(item, store.row(item.job_id)) for item in store.items.get(told.id, ())]
    return [
        item.job_id for item, row in found
        if row is not None and item.outcome == CHANGED and row.fence == item.fence
        and row.state in UNTOUCHED.get(verb, ())
    ]  # fmt: skip


def operation(store: Store, operation_id: str) -> Operation:
    """One entry of the journal, or `NotFound`."""
    entry = _entry(store, operation_id)
    told = Operation(
        id=entry.id, verb=entry.verb, at=from_us(entry.at_us), what=entry.what,
        changed=entry.changed, skipped=entry.skipped, undone=entry.undone,
        ended_at=from_us_or_none(entry.ended_us),
    )  # fmt: skip
    told = replace(told, undoable=not entry.undone and bool(_left_by(store, told)))
    run = store.runs.get(operation_id)
    if run is None:
        return told
    return replace(
        told, state=run.state, options=run.options, total=run.total, done=run.done,
        failed=run.failed, skips=dict(run.skips), said=run.said,
    )  # fmt: skip


def operations(store: Store, limit: int) -> tuple[Operation, ...]:
    """The journal, newest first."""
    return tuple(operation(store, number) for number in list(reversed(store.operations))[:limit])


def _entry(store: Store, operation_id: str) -> Journalled:
    if operation_id not in store.operations:
        raise no_operation(operation_id)
    return store.operations[operation_id]


def maintain(store: Store) -> None:
    """Advance what is due, and forget the items of what ended long ago."""
    desk = MemoryDesk(store)
    for run in list(store.runs.values()):
        if operating.is_due(run, desk, store.now):
            advance(store, run.id)
    for number, entry in store.operations.items():
        over = number in store.runs and store.runs[number].state in ENDED
        if over and entry.ended_us is not None and entry.ended_us <= store.now - KEPT_US:
            store.items[number] = []


def rest(store: Store) -> float:
    """Seconds until an operation goes on; infinity where none is at work."""
    desk = MemoryDesk(store)
    waits = [float("inf")]
    for run in store.runs.values():
        if run.at_work:
            moment = operating.wakes_us(run, desk, store.now)
            waits.append(0.0 if moment is None else (moment - store.now) / 1e6)
    return min(waits)
