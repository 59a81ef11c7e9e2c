"""Claiming: what may run now goes under a lease, best priority first.

Owns claim order, rate limits, the queue's concurrency, expiry at claim and the rule that a job
lost before comes alone.
One candidate look-up and one update a queue, however many jobs are taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.leasing import Claimed, ClaimRequest, LeaseRef
from pillarbox_engine.lifecycle import transition
from pillarbox_engine.settings import RateLimit, backoff_from_builtins
from pillarbox_engine.sqlite import groups, queue_rows
from pillarbox_engine.sqlite.endings import bury
from pillarbox_engine.sqlite.job_rows import load
from pillarbox_engine.sqlite.queue_rows import QueueRow, parse_settings
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.shapes import checksum
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import DeadReason, EventKind, State, Verb

PROMOTE_CHUNK = 1_000
_READ = msgspec.json.Decoder().decode

UNREADABLE = (UnicodeDecodeError, msgspec.DecodeError)

Unread = dict[str, tuple[str, str | None, str]]
"""By job id: a row's `payload`, `blob` and `payload_crc`, for `blobs.whole` to make sense of."""


def claim(
    transaction: Transaction, request: ClaimRequest, process_id: int, unread: Unread
) -> list[Claimed]:
    """Lease up to `request.limit` jobs; see `protocols.Consumer.claim`.

    Jobs whose payload the row does not hold as it was stored are put into `unread`.
    """
    taken: list[Claimed] = []
    for name in request.queues:
        if len(taken) >= request.limit + request.ahead or any(job.lost for job in taken):
            break
        queue = queue_rows.find(transaction, name)
        if queue is not None and queue.mode == "running":
            taken += _claim_from(transaction, queue, request, process_id, unread, len(taken))
    return taken


def may_bring(reading: Reading, request: ClaimRequest, now: int) -> bool:
    """Whether a claim is worth the write lock. Only where types are chosen can that be told
    from the claim itself: it would look through all that waits and is of other types."""
    if not request.chooses:
        return True
    rows = [reading.row("queue_by_name", (name,)) for name in request.queues]
    return any(_may_give(reading, row, request, now) for row in rows if row is not None)


def _may_give(reading: Reading, row: tuple[int, str, str], request: ClaimRequest, now: int) -> bool:
    if parse_settings(row[1]).group_rate_limit is not None:
        return True
    types, wanted = _chosen(request)
    values = {"queue_id": row[0], "types": types, "wanted": wanted, "now": now}
    return row[2] == "running" and bool(reading.row("may_claim_types", values)[0])


def _claim_from(
    transaction: Transaction, queue: QueueRow, request: ClaimRequest, process_id: int,
    unread: Unread, have: int,
) -> list[Claimed]:  # fmt: skip
    if transaction.count(queue.id, "scheduled") or queue.settings.group_rate_limit is not None:
        promote(transaction, queue)
    limit = _allowed(transaction, queue, request, have)
    ids = _choose(transaction, queue, request, limit, alone=have == 0 and request.limit > 0)
    if not ids:
        return []
    claimed = _lease(transaction, queue, request, process_id, ids, unread)
    if queue.settings.rate_limit is not None:
        transaction.many("add_start", [(queue.id, transaction.now)] * len(claimed))
    if queue.settings.group_rate_limit is not None:
        groups.note_starts(transaction, queue, queue.settings.group_rate_limit, ids)
    return claimed


def promote(transaction: Transaction, queue: QueueRow) -> int:
    """Make scheduled jobs whose time has come ready, and free what a group's limit held; how many
    were scheduled."""
    rows = transaction.rows("promote_due", (queue.id, transaction.now, PROMOTE_CHUNK))
    for _, attempt, _ in rows:
        transaction.move(queue.id, State.SCHEDULED, State.READY, 0, was_retrying=attempt > 0)
    if rows:
        transaction.touched.add(queue.name)
        for group in dict.fromkeys(row[2] for row in sorted(rows)):
            if group is not None:
                groups.renew(transaction, queue.id, group)
    if queue.settings.group_rate_limit is not None:
        groups.free_due(transaction, queue)
    return len(rows)


def _allowed(transaction: Transaction, queue: QueueRow, request: ClaimRequest, have: int) -> int:
    """How many jobs the queue may give: where a start counts none ahead, and none over a limit."""
    settings = queue.settings
    if not settings.limits_starts:
        return request.limit + request.ahead - have
    allowed = [request.limit - have]
    if settings.max_in_flight is not None:
        allowed.append(settings.max_in_flight - transaction.count(queue.id, "leased"))
    if settings.rate_limit is not None:
        allowed.append(settings.rate_limit.max - _used(transaction, queue, settings.rate_limit))
    return max(0, min(allowed))


def _used(transaction: Transaction, queue: QueueRow, limit: RateLimit) -> int:
    """How many jobs started in the span the rate limit looks at."""
    since = transaction.now - seconds_to_us(limit.window)
    transaction.execute("drop_starts", (queue.id, since))
    return int(transaction.row("starts_since", (queue.id, since))[0])


def _choose(
    transaction: Transaction, queue: QueueRow, request: ClaimRequest, limit: int, *, alone: bool
) -> list[int]:
    """The ids to lease. Expired jobs met on the way are buried, and others looked up instead."""
    while limit > 0:
        rows = _candidates(transaction, queue, request, limit)
        expired = [row[0] for row in rows if row[2] is not None and row[2] <= transaction.now]
        if not expired:
            return _until_lost(rows, alone)
        for number in expired:
            bury_expired(transaction, number)
        transaction.touched.add(queue.name)
    return []


def _candidates(
    transaction: Transaction, queue: QueueRow, request: ClaimRequest, limit: int
) -> list[Any]:
    if not request.chooses:
        return transaction.rows("claim_candidates", (queue.id, limit))
    return transaction.rows("claim_candidates_of_types", (queue.id, *_chosen(request), limit))


def _chosen(request: ClaimRequest) -> tuple[str, int]:
    """The types a claim names, as JSON, and whether it wants those (1) or all others (0)."""
    named = request.without if request.types is None else request.types
    return json.dumps(sorted(named)), int(request.types is not None)


def _until_lost(rows: Sequence[tuple[int, int, int | None]], alone: bool) -> list[int]:
    """A job lost before comes alone: it ends the batch, or is all of it."""
    ids: list[int] = []
    for number, lost, _ in rows:
        if lost:
            return ids or ([number] if alone else [])
        ids.append(number)
    return ids


def bury_expired(transaction: Transaction, number: int) -> None:
    """Dead-letter a job past its expiry, unless the end of another of its flow has ended it."""
    job = load(transaction, number)
    if job is not None and transition(Verb.EXPIRE, job.state) is not None:
        bury(transaction, job, DeadReason.EXPIRED, EventKind.EXPIRED)


def _lease(
    transaction: Transaction, queue: QueueRow, request: ClaimRequest, process_id: int,
    ids: Sequence[int], unread: Unread,
) -> list[Claimed]:  # fmt: skip
    expires = transaction.now + seconds_to_us(queue.settings.lease)
    numbers = json.dumps(ids)
    values = {
        "process_id": process_id, "worker": request.worker, "now": transaction.now,
        "lease_expires_at": expires, "ids": numbers,
    }  # fmt: skip
    transaction.execute("lease_jobs", values)
    rows = _leased(transaction, numbers, ids)
    transaction.move(queue.id, State.READY, State.LEASED, 0, number=len(rows))
    transaction.add(queue.id, "claimed_total", len(rows))
    transaction.stirred.add(queue.name)
    return [_claimed(queue, row, unread, transaction.now, expires) for row in rows]


def _leased(transaction: Transaction, numbers: str, ids: Sequence[int]) -> list[Any]:
    try:
        return list(_READ(transaction.row("leased_jobs", (numbers,))[0]))
    except UNREADABLE:
        return [_leased_alone(transaction, json.dumps([number])) for number in ids]


def _leased_alone(transaction: Transaction, number: str) -> Any:
    """One job, whatever damage has left of its text: it must not keep others from being leased."""
    try:
        return _READ(transaction.row("leased_jobs", (number,))[0])[0]
    except UNREADABLE:
        return _READ(transaction.row("leased_unreadable", (number,))[0])[0]


def _claimed(queue: QueueRow, row: Any, unread: Unread, now: int, expires: int) -> Claimed:
    (
        number, fence, type_, payload, crc, attempt, most, lost, priority, since, timeout, how, blob
    ) = row  # fmt: skip
    if blob is not None or checksum(payload.encode()) != crc:
        unread[str(number)] = payload, blob, crc
    settings = queue.settings
    return Claimed(
        LeaseRef(str(number), fence), queue.name, type_, payload, attempt,
        settings.max_attempts if most is None else most, lost, priority, since, now, expires,
        settings.lease, settings.timeout if timeout is None else timeout / 1e6,
        settings.backoff if how is None else backoff_from_builtins(json.loads(how)),
        settings.retry_rules,
    )  # fmt: skip


def next_start(
    read_row: Callable[..., Any], queue_id: int, limit: RateLimit, now: int
) -> int | None:
    """When the rate limit lets one more job start; None: now. `read_row` reads one row."""
    window = seconds_to_us(limit.window)
    row = read_row("oldest_counting_start", (queue_id, now - window, limit.max - 1))
    return None if row is None else int(row[0]) + window
