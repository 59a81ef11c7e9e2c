"""Ordered groups here: of a queue's jobs with the same group, one at a time, first in, first out.

Owns who of a group may be claimed. Every change of one of its rows leads to `renew`, which frees
the head and holds all others. Who is head, and where it stands in the round of the groups, is
said in `sqlite.groups`; the rule is the same, word for word.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pillarbox_engine.ageing import rank
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.lines import Line
from pillarbox_engine.memory.rows import QueueState, Row
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import GroupRetry, HeldBy, State

if TYPE_CHECKING:
    from pillarbox_engine.memory.store import Store


def renew(store: Store, queue: QueueState, group: str) -> None:
    """Free the head of the group, and no other of it."""
    members = [store.rows[number] for number in sorted(queue.groups.get(group, ()))]
    head = _head(members, queue.settings)
    displaced = [row for row in members if _is_freed(row) and row is not head]
    for row in displaced:
        row.held_by, row.held_until_us = HeldBy.GROUP, None
    if head is not None:
        _set_head(store, queue, head, displaced[0].place if displaced else None)


def _head(members: list[Row], settings: QueueSettings) -> Row | None:
    """The one whose turn it is; None: one is in flight, one is waited for, or nobody is there."""
    if any(row.state is State.LEASED for row in members):
        return None
    blocks = settings.group_retry is GroupRetry.BLOCK
    line = [row for row in members if row.state is State.READY or (blocks and _returns(row))]
    return line[0] if line and line[0].state is State.READY else None


def _returns(row: Row) -> bool:
    """Whether it has had its turn and is to run again later."""
    return row.state is State.SCHEDULED and row.held_by is not HeldBy.GROUP


def _is_freed(row: Row) -> bool:
    return row.state is State.READY and row.held_by is not HeldBy.GROUP


def _set_head(store: Store, queue: QueueState, head: Row, place: int | None) -> None:
    if head.held_by is HeldBy.GROUP:
        new = head.id == store.last_id
        head.place = place or (head.id if new else store.next_id())
        head.rank = rank(head.priority, store.now, queue.settings.ageing)
    head.held_until_us = _opens(store, queue, head.group or "")
    head.held_by = None if head.held_until_us is None else HeldBy.LIMIT


def _opens(store: Store, queue: QueueState, group: str) -> int | None:
    """When the group's rate limit lets its next job start; None: now."""
    limit, starts = queue.settings.group_rate_limit, queue.group_starts.get(group, ())
    if limit is None:
        return None
    window = seconds_to_us(limit.window)
    counting = [start for start in starts if start > store.now - window]
    return counting[-limit.max] + window if len(counting) >= limit.max else None


def note_start(store: Store, queue: QueueState, row: Row) -> None:
    """A job has started: what its group's rate limit goes by."""
    limit = queue.settings.group_rate_limit
    if limit is not None and row.group is not None:
        kept = queue.group_starts.setdefault(row.group, deque(maxlen=limit.max))
        kept.append(store.now)


def free_due(store: Store, queue: QueueState) -> None:
    """Free the heads that their group's rate limit held back until now."""
    for row in store.in_state(queue, State.READY):
        if row.held_until_us is not None and row.held_until_us <= store.now:
            row.held_by = row.held_until_us = None
            store.touch(queue.name)


def next_free(store: Store, queue: QueueState) -> int | None:
    """When the next head of the queue is let go by its rate limit; None: none is held by one."""
    moments = [row.held_until_us for row in store.in_state(queue, State.READY)]
    return min((moment for moment in moments if moment is not None), default=None)


def reconfigured(store: Store, queue: QueueState, old: QueueSettings) -> None:
    """A queue's settings have changed: obey at once."""
    if queue.settings.ageing != old.ageing:
        for row in store.rows.values():
            if row.queue == queue.name:
                row.rank = rank(row.priority, row.run_us, queue.settings.ageing)
    if queue.settings.group_rate_limit != old.group_rate_limit:
        queue.group_starts = {group: _resized(queue, starts)
                              for group, starts in queue.group_starts.items()}  # fmt: skip
    for group in sorted(queue.groups):
        renew(store, queue, group)


def _resized(queue: QueueState, starts: deque[int]) -> deque[int]:
    limit = queue.settings.group_rate_limit
    return deque(starts, maxlen=0 if limit is None else limit.max)


def faults(store: Store, queue: QueueState) -> list[str]:
    """Groups in which not exactly the head may be claimed."""
    found = []
    for group, numbers in queue.groups.items():
        line = _line([store.rows[number] for number in sorted(numbers)])
        problems = line.faults(queue.settings.group_retry)
        found += [f"group {group!r} of queue {queue.name!r}: {problem}" for problem in problems]
    return found


def _line(members: list[Row]) -> Line:
    ready = [row.id for row in members if row.state is State.READY]
    freed = [row.id for row in members if _is_freed(row)]
    returning = [row.id for row in members if _returns(row)]
    leased = sum(1 for row in members if row.state is State.LEASED)
    firsts = (min(ids, default=None) for ids in (ready, freed, returning))
    return Line(leased, len(freed), len(ready), *firsts)
