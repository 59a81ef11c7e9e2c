"""How a job goes from one state to another: the only module that does it.

Owns `change`, which looks the verb up in `lifecycle.TABLE`, does to attempts, lost count and
fence what the cell says, keeps the totals, and writes the history.
"""

from __future__ import annotations

from dataclasses import dataclass

from pillarbox_engine.ageing import rank
from pillarbox_engine.clock import from_us, from_us_or_none
from pillarbox_engine.deaths import DEAD_FAILURES
from pillarbox_engine.lifecycle import Attempts, Transition, transition
from pillarbox_engine.memory.rows import Row
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import Event, Failure
from pillarbox_engine.states import DeadReason, EventKind, HeldBy, State, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What a cell of the table leaves open. `to` overrides where the table's notes allow it."""

    to: State | None = None
    run_us: int | None = None
    reason: DeadReason | None = None
    failure: Failure | None = None
    kind: EventKind | None = None
    started_us: int | None = None
    detail: str = ""
    queue: str | None = None
    operation: str | None = None
    keep_attempts: bool = False


PLAIN = How()


def change(store: Store, row: Row, verb: Verb, how: How = PLAIN) -> bool:
    """Do `verb` to this job alone; False (and nothing changed) where the table has no such cell.

    What that means to the job's flow is seen to by `verbs.apply`.
    """
    cell = transition(verb, row.state)
    if cell is None:
        return False
    old, event = row.state, _event(store, row, cell, how)
    with store.changing(row):
        if not how.keep_attempts:
            _count_attempts(row, cell)
        _go(store, row, verb, cell, how)
    if event is not None:
        row.history.append(event)
    _keep_totals(store, row, verb, old)
    return True


def _event(store: Store, row: Row, cell: Transition, how: How) -> Event | None:
    """The history's entry, with attempt and fence as they were before the change."""
    if cell.event is None:
        return None
    leased = row.state is State.LEASED
    started = row.started_us if how.started_us is None else how.started_us
    to = how.to or cell.to or row.trashed_from
    due = row.run_us if how.run_us is None else how.run_us
    return Event(
        at=from_us(store.now), kind=how.kind or cell.event, attempt=row.attempt, fence=row.fence,
        started_at=from_us_or_none(started) if leased else None,
        worker=row.worker if leased else None,
        error=how.failure or (None if how.reason is None else DEAD_FAILURES.get(how.reason)),
        next_run_at=from_us(due) if to is State.SCHEDULED else None, detail=how.detail,
    )  # fmt: skip


def _count_attempts(row: Row, cell: Transition) -> None:
    if cell.attempts is Attempts.CHARGE:
        row.attempt += 1
    elif cell.attempts is Attempts.GIVE_BACK:
        row.attempt -= 1
    elif cell.attempts is Attempts.RESET:
        row.attempt = 0
    row.lost = {"keep": row.lost, "add one": row.lost + 1, "reset": 0}[cell.lost]
    row.fence += cell.raises_fence


def _go(store: Store, row: Row, verb: Verb, cell: Transition, how: How) -> None:
    old, new = row.state, how.to or cell.to or row.trashed_from or row.state
    if old is State.LEASED and new is not State.LEASED:
        _end_lease(row, new, how)
    row.trashed_from = old if new is State.TRASHED else None
    row.operation = None if verb is Verb.RESTORE else how.operation or row.operation
    if cell.attempts is Attempts.RESET:
        _forget_the_run(row)
    _set_end(store, row, verb, new, how)
    row.run_us = row.run_us if how.run_us is None else how.run_us
    row.queue = how.queue or row.queue
    _line_up_anew(store, row, verb)
    row.state = new


def _line_up_anew(store: Store, row: Row, verb: Verb) -> None:
    """What comes back by an operator's hand begins to wait now, in the line of its group."""
    if verb is Verb.REQUEUE and row.state is State.READY:
        return
    if verb in {Verb.REQUEUE, Verb.REPLAY, Verb.RESTORE}:
        row.rank = rank(row.priority, row.run_us, store.settings_of(row).ageing)
    if verb in {Verb.REQUEUE, Verb.REPLAY} and row.group is not None:
        row.held_by, row.held_until_us = HeldBy.GROUP, None


def _end_lease(row: Row, new: State, how: How) -> None:
    row.started_us = row.started_us if how.started_us is None else how.started_us
    row.lease_expires_us = row.lease_seconds = row.heartbeat_us = None
    row.progress = row.progress if new is State.DONE else None


def _forget_the_run(row: Row) -> None:
    row.started_us = row.ended_us = row.worker = row.progress = row.result = row.reason = None


def _set_end(store: Store, row: Row, verb: Verb, new: State, how: How) -> None:
    if how.failure is not None:
        row.error = how.failure
    if how.reason is not None:
        row.reason = how.reason
        row.error = how.failure or DEAD_FAILURES[how.reason]
    if verb not in {Verb.PURGE, Verb.RESTORE} and new in _ENDS and row.ended_us is None:
        row.ended_us = store.now


_ENDS = frozenset({State.DONE, State.DEAD, State.CANCELLED})

_TOTALS = {
    Verb.CLAIM: "claimed_total",
    Verb.NACK: "failed_total",
    Verb.REJECT: "failed_total",
    Verb.RELEASE: "released_total",
    Verb.LOSE: "lost_total",
    Verb.REPLAY: "replayed_total",
}


def _keep_totals(store: Store, row: Row, verb: Verb, old: State) -> None:
    if verb in _TOTALS:
        store.total(row.queue, _TOTALS[verb])
    if verb is Verb.REQUEUE and old is not State.READY:
        store.total(row.queue, "requeued_total")
    if row.state in _ENDS and row.state is not old and verb is not Verb.RESTORE:
        store.total(row.queue, f"{row.state}_total")


def remove(store: Store, row: Row, counted_as: State) -> None:
    """Delete a job for good; the ledger goes on counting it as what it was."""
    kind = {State.DONE: "done", State.DEAD: "dead"}.get(counted_as, "other")
    store.total(row.queue, f"removed_{kind}")
    store.remove(row)
