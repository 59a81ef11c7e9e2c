"""Engines broken on purpose: each must be caught by the checker, or the checker is worth nothing.

Owns the mutants, put into a client process by name. They sit at the seam or in SQLite's own
settings, so they go on fitting while the engine behind the seam changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pillarbox_engine import pool
from pillarbox_engine.context import JobContext
from pillarbox_engine.jumps import Jumps
from pillarbox_engine.leasing import Ack, Claimed, ClaimRequest, LeaseRef, Nack, Settlement
from pillarbox_engine.model import Enqueued, NewJob
from pillarbox_engine.outcomes import Outcome
from pillarbox_engine.protocols import LeaseLostNote
from pillarbox_engine.routing import Handler
from pillarbox_engine.runner import ThreadRunner
from pillarbox_engine.sqlite import SqliteBackend, claim, groups, job_rows, joined
from pillarbox_engine.sqlite import settle as settling
from pillarbox_engine.sqlite.job_rows import JobRow
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import EventKind, State
from tests.faults.points import once_each


def ack_without_fence() -> None:
    """Whoever acks a job may, whoever holds it now."""
    _settle_as(_with_newest_fence)


def _settle_as(change: Callable[[SqliteBackend, Settlement], Settlement]) -> None:
    """Each settlement is changed on its way."""
    plain = SqliteBackend.settle

    def settle(
        self: SqliteBackend, settlements: Sequence[Settlement]
    ) -> list[LeaseLostNote | None]:
        return plain(self, [change(self, one) for one in settlements])

    def exchange(
        self: SqliteBackend, settlements: Sequence[Settlement], request: ClaimRequest
    ) -> tuple[list[LeaseLostNote | None], list[Claimed]]:
        return settle(self, settlements), self.claim(request)

    SqliteBackend.settle = settle  # type: ignore[method-assign]
    SqliteBackend.exchange = exchange  # type: ignore[method-assign]


def _with_newest_fence(backend: SqliteBackend, one: Settlement) -> Settlement:
    if not isinstance(one, Ack):
        return one
    job = backend.job(one.lease.job_id)
    return one._replace(lease=LeaseRef(job.id, job.fence))


def synchronous_normal() -> None:
    """Commits are not synced: SQLite's own default in WAL mode for most programs."""
    joined._FULL = 1
    once_each(lambda connection: connection.execute("PRAGMA synchronous=NORMAL").fetchall())


def counter_off_by_one() -> None:
    """Once in a while a job that becomes ready counts twice."""
    plain, calls = Transaction.move, iter(range(1, 10**9))

    def move(self: Transaction, queue_id: int, old: Any, new: Any, size: int, **more: Any) -> None:
        plain(self, queue_id, old, new, size, **more)
        if new == "ready" and next(calls) % 10 == 0:
            self.add(queue_id, "ready")

    Transaction.move = move  # type: ignore[method-assign]


def ack_before_the_end() -> None:
    """The pool's threads ack a job and then run it."""
    held: list[Any] = []
    plain_init, plain_run = pool.Pool.__init__, ThreadRunner.run

    def init(self: pool.Pool, parts: pool.PoolParts, *rest: Any, **more: Any) -> None:
        plain_init(self, parts, *rest, **more)
        held.append(parts.backend)

    def run(self: ThreadRunner, context: JobContext, handler: Handler) -> Outcome:
        held[-1].settle([Ack(lease=LeaseRef(context.id, context.fence))])
        return plain_run(self, context, handler)

    pool.Pool.__init__ = init  # type: ignore[method-assign]
    ThreadRunner.run = run  # type: ignore[method-assign]


def group_without_turns() -> None:
    """The next of a group does not wait for the one in flight."""
    plain = groups._head

    def head(members: Sequence[Any]) -> Any:
        return plain([member for member in members if member.state is not State.LEASED])

    groups._head = head


def reaper_without_grace() -> None:
    """A jump of the wall clock is time that has passed."""
    Jumps.settled = lambda self: True  # type: ignore[method-assign]


def unique_no_more() -> None:
    """Unique keys are not looked at."""
    plain = SqliteBackend.enqueue

    def enqueue(self: SqliteBackend, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
        return plain(self, queue, [replace(job, unique_key=None) for job in jobs])

    SqliteBackend.enqueue = enqueue  # type: ignore[method-assign]


def enqueue_in_halves() -> None:
    """The jobs of one call are committed one by one."""
    plain = SqliteBackend.enqueue

    def enqueue(self: SqliteBackend, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
        return [answer for job in jobs for answer in plain(self, queue, [job])]

    SqliteBackend.enqueue = enqueue  # type: ignore[method-assign]


def snooze_without_a_word() -> None:
    """What a snooze leaves in a job's history is forgotten."""
    plain = job_rows.record

    def record(transaction: Transaction, job: JobRow, kind: EventKind, **more: Any) -> None:
        if kind is not EventKind.SNOOZED:
            plain(transaction, job, kind, **more)

    settling.record = record  # type: ignore[attr-defined]


def last_in_first_out() -> None:
    """The newest of those in line are claimed."""
    plain = claim._candidates

    def candidates(
        transaction: Transaction, queue: QueueRow, request: ClaimRequest, limit: int
    ) -> list[Any]:
        return plain(transaction, queue, request, limit + 10)[::-1][:limit]

    claim._candidates = candidates


def three_more_at_once() -> None:
    """A queue's limits are taken for a little more."""
    plain = claim._allowed

    def allowed(transaction: Transaction, queue: QueueRow, request: ClaimRequest, have: int) -> int:
        return plain(transaction, queue, request, have) + 3

    claim._allowed = allowed


def retry_in_a_week() -> None:
    """A job that failed is as good as forgotten."""

    def later(backend: SqliteBackend, one: Settlement) -> Settlement:
        return replace(one, delay=604_800.0) if isinstance(one, Nack) else one

    _settle_as(later)


MUTANTS: dict[str, Callable[[], None]] = {
    "ack-without-fence": ack_without_fence,
    "synchronous-normal": synchronous_normal,
    "counter-off-by-one": counter_off_by_one,
    "ack-before-the-end": ack_before_the_end,
    "group-without-turns": group_without_turns,
    "reaper-without-grace": reaper_without_grace,
    "unique-no-more": unique_no_more,
    "enqueue-in-halves": enqueue_in_halves,
    "snooze-without-a-word": snooze_without_a_word,
    "last-in-first-out": last_in_first_out,
    "three-more-at-once": three_more_at_once,
    "retry-in-a-week": retry_in_a_week,
}
