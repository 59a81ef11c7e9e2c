"""Unique keys in the file: who holds one, who may come back to one, and what a holder takes over.

Owns the statements on `unique_key`; the index `jobs_unique` makes sure that no two jobs of a
queue ever occupy the same one. What the terms mean is `uniqueness.Hold`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pillarbox_engine.ageing import rank
from pillarbox_engine.model import NewJob
from pillarbox_engine.repetition import Holder, replaces
from pillarbox_engine.sqlite import groups, job_insert, shapes
from pillarbox_engine.sqlite.claim_check import Blobs, name_of, stub
from pillarbox_engine.sqlite.job_rows import JobRow, load
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import State
from pillarbox_engine.uniqueness import REPLACEABLE, UNSTARTED, Hold, hold_of


def holders(transaction: Transaction, queue_id: int, jobs: Iterable[NewJob]) -> dict[str, Holder]:
    """Who holds the unique keys of `jobs`; keys held against their terms are made free."""
    found = {}
    for key in {job.unique_key for job in jobs if job.unique_key is not None}:
        holder = holder_of(transaction, queue_id, key)
        if holder is not None:
            found[key] = holder
    return found


def holder_of(transaction: Transaction, queue_id: int, key: str) -> Holder | None:
    """The job that holds `key`; one that occupies it against its own terms lets go of it."""
    row = transaction.row("holder_of_key", (queue_id, key))
    if row is None:
        return None
    number, state, size, states, until = row
    if _hold(states, until).holds(State(state), transaction.now):
        return Holder(number, State(state), size)
    transaction.execute("let_key_go", (number,))
    return None


def _hold(states: str, until: int | None) -> Hold:
    return Hold(frozenset(State(state) for state in states.split()), until)


def take(transaction: Transaction, jobs: Sequence[NewJob], ids: Sequence[int]) -> None:
    """The new jobs take their unique keys, which nobody holds."""
    values = []
    for job, number in zip(jobs, ids, strict=True):
        if job.unique_key is not None:
            hold = hold_of(job.unique, transaction.now)
            values.append((job.unique_key, " ".join(sorted(hold.states)), hold.until_us, number))
    transaction.many("hold_key", values)


def may_return(transaction: Transaction, job: JobRow, queue_id: int, state: State) -> bool:
    """Whether `job` can come back to `queue_id` as `state`: no other job holds its key."""
    row = transaction.row("key_of_job", (job.id,))
    if row is None:
        return True
    key, states, until = row
    hold = _hold(states, until)
    if hold.is_over(transaction.now):
        transaction.execute("let_key_go", (job.id,))
        return True
    if not hold.occupies(state):
        return True
    holder = holder_of(transaction, queue_id, key)
    return holder is None or holder.number == job.id


def take_over(
    transaction: Transaction, queue: QueueRow, number: int, job: NewJob, stored: Blobs
) -> bool:
    """Whether the holder took over what `job` replaces: only one that still waits does."""
    held = load(transaction, number) if job.unique is not None and job.unique.replace else None
    if held is None or held.state not in UNSTARTED:
        return False
    ((shape, payload, size, crc, _),) = shapes.rows_of(transaction.now, queue, [job], b"")
    values = job_insert.ranked(transaction, queue, shape)
    values["rank"] = _rank(queue, held, job, values)
    values |= {f"with_{field}": replaces(job, field) for field in REPLACEABLE}
    if held.state is State.WAITING:
        values["state"] = str(State.WAITING)  # its children come first, whenever it is due
    values |= {"id": number, "payload_bytes": size, "payload_crc": crc}
    values |= {"payload": stub(payload, stored), "blob": name_of(payload, stored)}
    transaction.execute("take_over", values)
    _count(transaction, held, job, State(values["state"]), size)
    groups.follow(transaction, held)
    transaction.touched.add(queue.name)
    return True


def _rank(queue: QueueRow, held: JobRow, job: NewJob, values: dict[str, Any]) -> int:
    priority = values["priority"] if replaces(job, "priority") else held.priority
    since = values["run_at"] if replaces(job, "run_at") else held.run_at
    return rank(priority, since, queue.settings.ageing)


def _count(transaction: Transaction, held: JobRow, job: NewJob, state: State, size: int) -> None:
    new = state if replaces(job, "run_at") else held.state
    transaction.move(
        held.queue_id, held.state, new, 0, was_retrying=held.retrying,
        is_retrying=new is State.SCHEDULED and held.attempt > 0,
    )  # fmt: skip
    if replaces(job, "payload"):
        transaction.add(held.queue_id, "bytes", size - held.payload_bytes)
