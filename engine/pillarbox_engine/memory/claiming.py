"""Giving jobs out: claim order, limits, and the rule that a job lost before comes alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from heapq import nsmallest

from pillarbox_engine.clock import from_us_or_none, seconds_to_us
from pillarbox_engine.leasing import Claimed, ClaimRequest, LeaseRef
from pillarbox_engine.memory import groups
from pillarbox_engine.memory.rows import QueueState, Row, max_attempts
from pillarbox_engine.memory.store import Store
from pillarbox_engine.memory.sweeping import sweep
from pillarbox_engine.memory.verbs import apply
from pillarbox_engine.states import State, Verb


def claim(store: Store, request: ClaimRequest) -> list[Claimed]:
    """Lease what may run now; see `protocols.Consumer.claim`."""
    known = [store.queues[name] for name in dict.fromkeys(request.queues) if name in store.queues]
    queues = [queue for queue in known if queue.mode == "running"]
    sweep(store, queues)
    taken: list[Claimed] = []
    for queue in queues:
        if any(job.lost for job in taken):
            break
        taken += [
            _lease(store, queue, row, request.worker)
            for row in _choose(store, queue, request, len(taken))
        ]
    return taken


def _choose(store: Store, queue: QueueState, request: ClaimRequest, have: int) -> list[Row]:
    """The head of the queue, as far as limits go and up to the first job lost before."""
    ready = (store.rows[number] for number in queue.ids[State.READY])
    free = (row for row in ready if row.held_by is None)
    wanted = (row for row in free if request.wants(row.type))
    limit = _allowed(store, queue, request, have)
    head = nsmallest(limit, wanted, key=lambda row: (row.rank, row.place, row.id))
    for place, row in enumerate(head):
        if row.lost:
            return head[: place or (1 if have == 0 else 0)]
    return head


def _allowed(store: Store, queue: QueueState, request: ClaimRequest, have: int) -> int:
    """How many jobs the queue may give: a limited one none ahead, and none over its rate."""
    settings = queue.settings
    if not settings.limits_starts:
        return max(0, request.limit + request.ahead - have)
    allowed = [request.limit - have]
    if settings.max_in_flight is not None:
        allowed.append(settings.max_in_flight - queue.counts["leased"])
    if settings.rate_limit is not None:
        allowed.append(settings.rate_limit.max - starts_in_window(store, queue))
    return max(0, min(allowed))


def starts_in_window(store: Store, queue: QueueState) -> int:
    """How many jobs of a rate-limited queue started in its last `per` seconds."""
    limit = queue.settings.rate_limit
    if limit is None:
        return 0
    since = store.now - seconds_to_us(limit.window)
    return sum(1 for start in queue.starts if start > since)


def _lease(store: Store, queue: QueueState, row: Row, worker: str) -> Claimed:
    seconds = queue.settings.lease
    apply(store, row, Verb.CLAIM)
    row.worker, row.progress, row.ended_us = worker, None, None
    row.started_us = row.heartbeat_us = store.now
    row.lease_seconds, row.lease_expires_us = seconds, store.now + seconds_to_us(seconds)
    if queue.settings.rate_limit is not None:
        _log_start(store, queue)
    groups.note_start(store, queue, row)
    return _claimed(queue, row)


def _log_start(store: Store, queue: QueueState) -> None:
    limit = queue.settings.rate_limit
    queue.starts.append(store.now)
    while limit is not None and queue.starts[0] <= store.now - seconds_to_us(limit.window):
        queue.starts.popleft()


def _claimed(queue: QueueState, row: Row) -> Claimed:
    settings = queue.settings
    return Claimed(
        lease=LeaseRef(row.job_id, row.fence), queue=queue.name, type=row.type,
        payload_json=row.payload, attempt=row.attempt,
        max_attempts=max_attempts(row, settings), lost=row.lost, priority=row.priority,
        enqueued_us=row.enqueued_us, claimed_us=row.started_us or 0,
        expires_us=row.lease_expires_us or 0, lease_seconds=settings.lease,
        timeout=settings.timeout if row.timeout is None else row.timeout,
        backoff=settings.backoff if row.backoff is None else row.backoff,
        retry_rules=settings.retry_rules,
    )  # fmt: skip


def next_due(store: Store, names: Sequence[str]) -> datetime | None:
    """When time alone may make a job of these queues claimable; None: it never will."""
    queues = [store.queues[name] for name in names if name in store.queues]
    moments = [_next_of(store, queue) for queue in queues if queue.mode == "running"]
    return from_us_or_none(min((m for m in moments if m is not None), default=None))


def _next_of(store: Store, queue: QueueState) -> int | None:
    moments = [row.run_us for row in store.in_state(queue, State.SCHEDULED)]
    free = groups.next_free(store, queue)
    due = min(moments if free is None else [*moments, free], default=None)
    opening = opens(store, queue)
    if opening is None:
        return due
    if queue.ids[State.READY]:
        return opening
    return None if due is None else max(due, opening)


def opens(store: Store, queue: QueueState) -> int | None:
    """When a used-up rate limit lets the next job start; None where it is not used up."""
    limit = queue.settings.rate_limit
    if limit is None or starts_in_window(store, queue) < limit.max:
        return None
    return queue.starts[-limit.max] + seconds_to_us(limit.window)
