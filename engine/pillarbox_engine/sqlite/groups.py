"""Ordered groups: of a queue's jobs with the same group key, one at a time, first in, first out.

Owns the columns `hold` and `place`. The claim index holds only jobs that may be claimed, so of
each group just its head: the others have a `hold`. Every verb that brings in, ends, moves or
changes a job of a group calls `renew`, which works out who the head is now. A job without a group
costs none of it.

Who is head: of those that wait in line and those that have had their turn and are to run again
later, the one with the lowest id. While one is leased there is none. A head that is to run again
later blocks its group, unless the queue's `group_retry` is yield: then only those count that are
ready. Round robin: the place of a new head is a ticket, a number from the same sequence as job
ids, so it goes behind all that waited already.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from pillarbox_engine.ageing import rank
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.sqlite.counting import Rows
from pillarbox_engine.sqlite.queue_rows import QueueRow, of_id
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import GroupRetry, HeldBy, State

CHUNK = 1_000


class Grouped(Protocol):
    """A job as far as its group goes."""

    @property
    def queue_id(self) -> int: ...
    @property
    def group_key(self) -> str | None: ...


class _Member:
    """One of those in front of a group: a row of `front_of_group`."""

    __slots__ = ("hold", "number", "place", "priority", "state")

    def __init__(
        self, number: int, state: str, hold: str | None, place: int, priority: int
    ) -> None:
        self.number, self.state, self.hold = number, State(state), hold
        self.place, self.priority = place, priority

    @property
    def is_free(self) -> bool:
        """Whether it stands before the line: claimable, or but for a rate limit."""
        return self.state is State.READY and self.hold != HeldBy.GROUP


def follow(transaction: Transaction, job: Grouped, queue_id: int | None = None) -> None:
    """A job has changed: renew its group, if it has one. `queue_id`: the queue it went to."""
    if job.group_key is not None:
        renew(transaction, job.queue_id if queue_id is None else queue_id, job.group_key)


def renew_all(transaction: Transaction, queue_id: int, keys: str) -> None:
    """Renew the groups of a JSON array of their keys, each of them once."""
    for group in dict.fromkeys(json.loads(keys)):
        renew(transaction, queue_id, group)


def renew(transaction: Transaction, queue_id: int, group: str) -> None:
    """Free the head of the group, and no other of it."""
    queue = of_id(transaction, queue_id)
    blocks = queue.settings.group_retry is GroupRetry.BLOCK
    values = {"queue_id": queue_id, "group": group, "blocks": blocks}
    members = [_Member(*row) for row in transaction.rows("front_of_group", values)]
    head = _head(members)
    displaced = [member for member in members if member.is_free and member is not head]
    for member in displaced:
        transaction.execute("hold_back", (member.number,))
    if head is not None:
        _set_head(transaction, queue, group, head, displaced)


def _head(members: Sequence[_Member]) -> _Member | None:
    """The one whose turn it is; None: one is in flight, one is waited for, or nobody is there."""
    if any(member.state is State.LEASED for member in members):
        return None
    first = min(members, default=None, key=lambda member: member.number)
    return first if first is not None and first.state is State.READY else None


def _set_head(
    transaction: Transaction, queue: QueueRow, group: str, head: _Member,
    displaced: Sequence[_Member],
) -> None:  # fmt: skip
    """Free `head`, or hold it until the group's rate limit lets it go."""
    until = _opens(transaction, queue, group)
    if head.is_free and head.hold is None and until is None:
        return
    transaction.touched.add(queue.name)
    values = {
        "id": head.number, "hold": None if until is None else HeldBy.LIMIT.value,
        "hold_until": until, "place": head.place, "rank": None,
    }  # fmt: skip
    if not head.is_free:
        values["place"] = displaced[0].place if displaced else _ticket(transaction, head.number)
        values["rank"] = rank(head.priority, transaction.now, queue.settings.ageing)
    transaction.execute("set_head", values)


def _ticket(transaction: Transaction, number: int) -> int:
    """A place behind all that wait; an id given in this very transaction is one."""
    new = number > transaction.head().last_job_id
    return number if new else transaction.take_ids(1)


# Each group's rate


def _opens(transaction: Transaction, queue: QueueRow, group: str) -> int | None:
    """When the group's rate limit lets its next job start; None: now."""
    limit = queue.settings.group_rate_limit
    if limit is None:
        return None
    window = seconds_to_us(limit.window)
    row = transaction.row(
        "counting_start_of_group", (queue.id, group, transaction.now - window, limit.max - 1)
    )
    return None if row is None else int(row[0]) + window


def note_starts(
    transaction: Transaction, queue: QueueRow, limit: RateLimit, ids: Sequence[int]
) -> None:
    """Jobs have started: what their groups' rate limit goes by. Too old starts are forgotten."""
    transaction.execute("add_group_starts", (transaction.now, json.dumps(ids)))
    transaction.execute(
        "drop_group_starts", (queue.id, transaction.now - seconds_to_us(limit.window))
    )


def free_due(transaction: Transaction, queue: QueueRow) -> int:
    """Free the heads that their group's rate limit held back until now; how many.

    A group has no start while its head is held, so nothing else need be asked.
    """
    freed = len(transaction.rows("free_limited", (queue.id, transaction.now, CHUNK)))
    if freed:
        transaction.touched.add(queue.name)
    return freed


def next_free(reader: Rows, queue: QueueRow) -> int | None:
    """When the next head of the queue is let go by its rate limit; None: none is held by one."""
    if queue.settings.group_rate_limit is None:
        return None
    row = reader.row("next_limited", (queue.id,))
    return None if row is None else int(row[0])


# Settings


def reconfigured(transaction: Transaction, queue: QueueRow, settings: QueueSettings) -> None:
    """A queue's settings, `queue.settings` until now, have become `settings`: obey at once."""
    if settings.ageing != queue.settings.ageing:
        ageing = None if settings.ageing is None else seconds_to_us(settings.ageing)
        transaction.execute("rerank", (ageing, queue.id))
    if _rules(settings) == _rules(queue.settings):
        return
    if settings.group_rate_limit is None:
        transaction.execute("drop_group_starts", (queue.id, transaction.now))
    for (group,) in transaction.rows("groups_of_queue", (queue.id,)):
        renew(transaction, queue.id, group)


def _rules(settings: QueueSettings) -> tuple[GroupRetry, RateLimit | None]:
    return settings.group_retry, settings.group_rate_limit
