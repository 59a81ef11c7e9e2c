"""Unique keys here: who holds one, who may come back to one, and what a holder takes over."""

from __future__ import annotations

from collections.abc import Iterable

from pillarbox_engine.memory.rows import Row
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import NewJob
from pillarbox_engine.repetition import Holder, replaces
from pillarbox_engine.states import HeldBy, State


def holder(store: Store, queue: str, key: str) -> Row | None:
    """The job of `queue` that holds `key` under its own terms, or None."""
    row = _occupant(store, queue, key)
    held = row is not None and row.hold is not None and row.hold.holds(row.state, store.now)
    return row if held else None


def holders(store: Store, queue: str, jobs: Iterable[NewJob]) -> dict[str, Holder]:
    """Who holds the unique keys of `jobs`."""
    keys = {job.unique_key for job in jobs if job.unique_key is not None}
    found = {key: holder(store, queue, key) for key in keys}
    return {
        key: Holder(row.id, row.state, row.payload_bytes)
        for key, row in found.items()
        if row is not None
    }


def make_free(store: Store, queue: str, key: str) -> None:
    """Take `key` for good from a job that occupies it against its own terms."""
    row = _occupant(store, queue, key)
    if row is not None:
        let_go(store, row)


def let_go(store: Store, row: Row) -> None:
    """The job is no longer unique."""
    with store.changing(row):
        row.hold = None


def _occupant(store: Store, queue: str, key: str) -> Row | None:
    number = store.holders.get((queue, key))
    return None if number is None else store.rows[number]


def wanted_place(row: Row, queue: str, state: State, now: int) -> tuple[str, str] | None:
    """The queue and key the job occupies if it comes back as `state`; None: none."""
    hold = row.hold
    if row.unique_key is None or hold is None or hold.is_over(now) or not hold.occupies(state):
        return None
    return queue, row.unique_key


def take_over(row: Row, job: NewJob, fresh: Row) -> None:
    """What `job` replaces goes from `fresh`, the row it would have been, into the holder's.

    Called inside `Store.changing`.
    """
    if row.state is State.WAITING:
        fresh.state = State.WAITING  # its children come first, whenever it is due
    for field, columns in _COLUMNS.items():
        if replaces(job, field):
            for column in columns:
                setattr(row, column, getattr(fresh, column))
    if replaces(job, "run_at") and row.group is not None:
        row.held_by, row.held_until_us = HeldBy.GROUP, None


_COLUMNS = {
    "payload": ("payload", "payload_bytes"), "type": ("type",), "priority": ("priority",),
    "run_at": ("run_us", "state"), "max_attempts": ("max_attempts",), "backoff": ("backoff",),
    "retry_for": ("retry_for",), "timeout": ("timeout",), "expires_at": ("expires_us",),
}  # fmt: skip
