"""What an operator does to jobs: requeue, replay, release, cancel, purge, restore, erase.

Owns the bulk verbs. Which states a verb applies to is read from `lifecycle.TABLE`; a job in any
other state is left alone and counted as skipped. One call is one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from pillarbox_engine.admission import check_bulk
from pillarbox_engine.ageing import rank
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.lifecycle import transition
from pillarbox_engine.model import BulkResult
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import flows, groups, queue_rows, settle
from pillarbox_engine.sqlite.endings import call_off
from pillarbox_engine.sqlite.enqueue import require_room
from pillarbox_engine.sqlite.job_rows import JobRow, load, number_of, record
from pillarbox_engine.sqlite.queue_rows import QueueRow, by_id, need
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.sqlite.unique_keys import may_return
from pillarbox_engine.states import LIVE_STATES, EventKind, State, Verb

Act = Callable[[JobRow], str | None]
"""Does a verb to a job; what it says is why it left the job alone after all."""

TAKEN = "unique"
"""Left alone: another job holds its unique key."""


class Bulk:
    """One bulk call: applies `act` to each job its verb applies to, and counts the rest."""

    def __init__(
        self, transaction: Transaction, verb: Verb, job_ids: Sequence[str], operation: str | None
    ) -> None:
        check_bulk(job_ids)
        self.transaction, self.verb, self.operation = transaction, verb, operation
        self.queues = by_id(transaction)
        self._job_ids = job_ids

    def run(self, act: Act) -> BulkResult:
        """Do it; the count of what changed and, by state, of what was left alone."""
        changed, skipped = 0, Counter[str]()
        for job_id in dict.fromkeys(self._job_ids):
            job = load(self.transaction, number_of(job_id))
            if job is None or transition(self.verb, job.state) is None:
                skipped["missing" if job is None else str(job.state)] += 1
                continue
            left = act(job)
            if left is not None:
                skipped[left] += 1
                continue
            self.transaction.touched.add(self.queues[job.queue_id].name)
            changed += 1
        self._journal(changed, skipped.total())
        return BulkResult(operation=self.operation, changed=changed, skipped=dict(skipped))

    def _journal(self, changed: int, skipped: int) -> None:
        if self.operation is not None and changed + skipped:
            row = (changed, skipped, number_of(self.operation))
            self.transaction.execute("count_operation", row)


def begin_operation(transaction: Transaction, verb: str, what: str) -> str:
    """Open a journal entry; its id."""
    return str(transaction.row("add_operation", (verb, transaction.now, what))[0])


def configure(transaction: Transaction, name: str, settings: QueueSettings) -> None:
    """Set a queue's settings, creating it at need."""
    queue = queue_rows.find_or_add(transaction, name, settings)
    transaction.execute("set_settings", (queue_rows.encode_settings(settings), queue.id))
    queue_rows.changed(transaction, name)
    groups.reconfigured(transaction, queue, settings)


def set_mode(transaction: Transaction, name: str, mode: str) -> None:
    """Let a queue run, pause it or drain it."""
    queue = need(transaction, name)
    transaction.execute("set_mode", (mode, queue.id, mode))
    queue_rows.changed(transaction, name)


def requeue(transaction: Transaction, job_ids: Sequence[str]) -> BulkResult:
    """Make jobs ready now."""
    bulk = Bulk(transaction, Verb.REQUEUE, job_ids, None)

    def act(job: JobRow) -> str | None:
        if job.state is State.READY:
            return None
        fresh = job.state is not State.SCHEDULED
        queue = bulk.queues[job.queue_id]
        if fresh and not may_return(transaction, job, queue.id, State.READY):
            return TAKEN
        _back_to_work(transaction, job, queue, transaction.now, EventKind.REQUEUED, fresh=fresh)
        transaction.add(job.queue_id, "requeued_total")
        return None

    return bulk.run(act)


def replay(
    transaction: Transaction, job_ids: Sequence[str], *, to: str | None, rate: float | None,
    start_us: int | None, operation: str | None, keep_attempts: bool = False,
) -> BulkResult:  # fmt: skip
    """Dead letters back to work, spaced by `rate` jobs a second where one is given."""
    bulk = Bulk(transaction, Verb.REPLAY, job_ids, operation)
    target = None if to is None else need(transaction, to)
    gap = 0 if rate is None else seconds_to_us(1.0 / rate)
    due = transaction.now if start_us is None else start_us

    def act(job: JobRow) -> str | None:
        nonlocal due
        queue = target or bulk.queues[job.queue_id]
        if not may_return(transaction, job, queue.id, State.READY):
            return TAKEN
        _back_to_work(
            transaction, job, queue, due, EventKind.REPLAYED, fresh=not keep_attempts,
            operation=operation,
        )  # fmt: skip
        transaction.add(queue.id, "replayed_total")
        transaction.touched.add(queue.name)
        due += gap
        return None

    return bulk.run(act)


def _back_to_work(
    transaction: Transaction, job: JobRow, queue: QueueRow, due: int, kind: EventKind, *,
    fresh: bool, operation: str | None = None,
) -> None:  # fmt: skip
    if job.state not in LIVE_STATES:
        check_room(transaction, queue, job)
    _keep_last_attempt(transaction, job)
    state, run_at = _when(transaction, due)
    transaction.execute(
        "revive",
        {
            "id": job.id, "state": str(state), "queue_id": queue.id, "run_at": run_at,
            "rank": rank(job.priority, run_at, queue.settings.ageing),
            "attempt": 0 if fresh else job.attempt, "lost": 0 if fresh else job.lost,
        },
    )  # fmt: skip
    retrying = state is State.SCHEDULED and not fresh and job.attempt > 0
    _move_between(transaction, job, queue.id, state, retrying)
    groups.follow(transaction, job, queue.id)
    source = f"from {job.state}" if queue.id == job.queue_id else f"moved to {queue.name}"
    source += "" if operation is None else f" by operation {operation}"
    next_run = due if state is State.SCHEDULED else None
    record(transaction, job, kind, detail=source, next_run_at=next_run)
    flows.moved(transaction, job, state)
    if job.children_left is not None and job.state not in LIVE_STATES:
        _take_along(transaction, job, due)


def _take_along(transaction: Transaction, parent: JobRow, due: int) -> None:
    """The children that failed come back with their parent, which waits for them."""
    queues = by_id(transaction)
    for child in flows.left_behind(transaction, parent):
        queue = queues[child.queue_id]
        _back_to_work(transaction, child, queue, due, EventKind.REQUEUED, fresh=True)
        transaction.add(queue.id, "requeued_total")
        transaction.touched.add(queue.name)


def _when(transaction: Transaction, due: int) -> tuple[State, int]:
    """The state of a job due at `due`, and from when on it may run."""
    state = State.SCHEDULED if due > transaction.now else State.READY
    return state, max(due, transaction.now)


def check_room(transaction: Transaction, queue: QueueRow, job: JobRow) -> None:
    """`QueueFull` where the queue's bound leaves no room for `job` to come back to life."""
    depth, size = transaction.live(queue.id)
    require_room(
        transaction, queue, depth + 1, size + job.payload_bytes, incoming=1, may_drop=False
    )


def _move_between(
    transaction: Transaction, job: JobRow, queue_id: int, state: State, retrying: bool
) -> None:
    """Count a job over to `state`; into another queue, it leaves the first one's ledger whole."""
    if queue_id == job.queue_id:
        transaction.move(
            queue_id, job.state, state, job.payload_bytes, was_retrying=job.retrying,
            is_retrying=retrying,
        )  # fmt: skip
        return
    transaction.move(job.queue_id, job.state, None, job.payload_bytes, was_retrying=job.retrying)
    transaction.add(job.queue_id, "enqueued_total", -1)
    transaction.move(queue_id, None, state, job.payload_bytes, is_retrying=retrying)
    transaction.add(queue_id, "enqueued_total")


def _keep_last_attempt(transaction: Transaction, job: JobRow) -> None:
    """A first success is told by the job's own row, which is about to change: write it down."""
    if job.state is State.DONE:
        record(transaction, job, EventKind.DONE, started_at=job.started_at, at=job.ended_at)


def release(transaction: Transaction, job_ids: Sequence[str]) -> BulkResult:
    """Take leased jobs from their workers."""
    bulk = Bulk(transaction, Verb.RELEASE, job_ids, None)

    def act(job: JobRow) -> None:
        ending = settle.released(detail="by an operator")
        settle.end_lease(transaction, bulk.queues[job.queue_id], job, ending)

    return bulk.run(act)


def cancel(transaction: Transaction, job_ids: Sequence[str], reason: str) -> BulkResult:
    """End live jobs without running them; of a waiting parent, its children not in flight too."""
    bulk = Bulk(transaction, Verb.CANCEL, job_ids, None)

    def act(job: JobRow) -> None:
        if job.state is State.LEASED:
            ending = settle.Ending(
                state=State.CANCELLED, kind=EventKind.CANCELLED, detail=reason,
                raise_fence=True, counts=("cancelled_total",),
            )  # fmt: skip
            settle.end_lease(transaction, bulk.queues[job.queue_id], job, ending)
        else:
            call_off(transaction, job, reason)

    return bulk.run(act)


_TRASHED_AS = {State.DONE: "trashed_done", State.DEAD: "trashed_dead"}
_REMOVED_AS = {State.DONE: "removed_done", State.DEAD: "removed_dead"}


def purge(transaction: Transaction, job_ids: Sequence[str], operation: str | None) -> BulkResult:
    """Move jobs to the trash."""
    bulk = Bulk(transaction, Verb.PURGE, job_ids, operation)
    owner = None if operation is None else number_of(operation)

    def act(job: JobRow) -> None:
        transaction.execute("trash", (owner, job.id))
        transaction.move(
            job.queue_id, job.state, State.TRASHED, job.payload_bytes, was_retrying=job.retrying
        )
        if job.state in _TRASHED_AS:
            transaction.add(job.queue_id, _TRASHED_AS[job.state])
        record(transaction, job, EventKind.PURGED, detail=f"from {job.state}")
        groups.follow(transaction, job)

    return bulk.run(act)


def restore(transaction: Transaction, job_ids: Sequence[str]) -> BulkResult:
    """Take jobs back out of the trash."""
    bulk = Bulk(transaction, Verb.RESTORE, job_ids, None)
    emptied = set()

    def act(job: JobRow) -> str | None:
        was = job.trashed_from or State.CANCELLED
        if not may_return(transaction, job, job.queue_id, was):
            return TAKEN
        if was in LIVE_STATES:
            check_room(transaction, bulk.queues[job.queue_id], job)
        ageing = bulk.queues[job.queue_id].settings.ageing
        transaction.execute("untrash", (rank(job.priority, job.run_at, ageing), job.id))
        retrying = was is State.SCHEDULED and job.attempt > 0
        transaction.move(job.queue_id, State.TRASHED, was, job.payload_bytes, is_retrying=retrying)
        if was in _TRASHED_AS:
            transaction.add(job.queue_id, _TRASHED_AS[was], -1)
        record(transaction, job, EventKind.RESTORED, detail=f"to {was}")
        groups.follow(transaction, job)
        flows.moved(transaction, job, was)
        emptied.add(job.operation_id)
        return None

    result = bulk.run(act)
    for number in emptied - {None}:
        transaction.execute("undo_operation", (number,))
    return result


def erase(transaction: Transaction, job_ids: Sequence[str]) -> BulkResult:
    """Delete jobs in the trash for good."""
    bulk = Bulk(transaction, Verb.ERASE, job_ids, None)

    def act(job: JobRow) -> None:
        was = job.trashed_from or State.CANCELLED
        transaction.move(job.queue_id, State.TRASHED, None, job.payload_bytes)
        transaction.add(job.queue_id, _REMOVED_AS.get(was, "removed_other"))
        if was in _TRASHED_AS:
            transaction.add(job.queue_id, _TRASHED_AS[was], -1)
        delete(transaction, job)
        flows.moved(transaction, job, None)

    return bulk.run(act)


def delete(transaction: Transaction, job: JobRow) -> None:
    """Remove a job's row, its history and its log."""
    if job.children_left is not None:
        transaction.execute("let_children_go", (f"[{job.id}]",))
    for name in ("delete_events", "delete_log_lines", "delete_job"):
        transaction.execute(name, (job.id,))
