"""Making room in a full queue by dead-lettering its oldest jobs (reason `overflow`)."""

from __future__ import annotations

from pillarbox_engine.lifecycle import transition
from pillarbox_engine.sqlite.endings import bury
from pillarbox_engine.sqlite.job_rows import JobRow, load
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import DeadReason, EventKind, Verb


def drop_oldest(transaction: Transaction, queue: QueueRow, jobs: int, size: int) -> bool:
    """Bury the oldest jobs not in flight until `jobs` jobs and `size` bytes are freed.

    False where all of them together would not free that much; then none was touched.
    """
    chosen: list[JobRow] = []
    freed = 0
    for (number,) in transaction.rows("oldest_droppable", (queue.id, -1 if size else jobs)):
        if len(chosen) >= jobs and freed >= size:
            break
        job = load(transaction, number)
        if job is not None:
            chosen.append(job)
            freed += job.payload_bytes
    if len(chosen) < jobs or freed < size:
        return False
    for job in chosen:
        _drop(transaction, job.id)
    transaction.touched.add(queue.name)
    return True


def _drop(transaction: Transaction, number: int) -> None:
    """Bury a job, unless it has ended with one of its flow that was buried before it."""
    job = load(transaction, number)
    if job is not None and transition(Verb.OVERFLOW, job.state) is not None:
        bury(transaction, job, DeadReason.OVERFLOW, EventKind.OVERFLOWED)
