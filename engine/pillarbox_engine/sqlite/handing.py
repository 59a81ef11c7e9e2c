"""New jobs that go straight to idle workers: stored under a lease, in one commit.

Owns the rule when the offers of this process' pools count: only where nothing else of
the queue is ready and nothing but order decides what runs next. A job that was handed over and
not started when its process dies is released like any that was claimed ahead.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pillarbox_engine.ageing import rank
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.leasing import Claimed, LeaseRef
from pillarbox_engine.settings import backoff_from_builtins
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.shapes import Row, Shape
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.standing import Offer
from pillarbox_engine.states import State

MOST = 16
"""How many jobs of one queue are handed over in one commit."""


def offer_for(transaction: Transaction, queue: QueueRow, rows: Sequence[Row]) -> Offer | None:
    """Who takes `rows` as they are stored, or None: then they wait their turn."""
    if not transaction.offers.standing or len(rows) > MOST or not _is_open(queue):
        return None
    if any(_must_wait(row[0]) for row in rows):
        return None
    if transaction.count(queue.id, State.READY):
        return None
    types = {row[0].type for row in rows}
    return transaction.offers.reserve(queue.name, types, len(rows))


def _must_wait(shape: Shape) -> bool:
    """Whether more than its place in claim order has a say: its time, or others of its group."""
    early = shape.state != State.READY
    return early or shape.expires_at is not None or shape.group is not None


def _is_open(queue: QueueRow) -> bool:
    return queue.mode == "running" and not queue.settings.limits_starts


def insert_leased(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], first: int, offer: Offer
) -> None:
    """Store `rows` under leases for `offer`, to be delivered once they are durable."""
    now, own = transaction.now, transaction.offers.process_id
    expires = now + seconds_to_us(queue.settings.lease)
    values, claimed = [], []
    for number, (shape, payload, size, crc, nonce) in enumerate(rows, start=first):
        values.append((
            number, queue.id, shape.type, shape.priority,
            rank(shape.priority, now, queue.settings.ageing), now, shape.max_attempts,
            shape.retry_for_us, shape.timeout_us, shape.backoff,
            nonce if shape.unkeyed else None, own, offer.worker, expires, size, crc, payload,
        ))  # fmt: skip
        claimed.append(_claimed(queue, number, rows[number - first], now, expires))
    transaction.handed.append((offer, claimed))
    transaction.many("add_leased_job", values)
    _count(transaction, queue, rows)


def _count(transaction: Transaction, queue: QueueRow, rows: Sequence[Row]) -> None:
    transaction.move(queue.id, None, State.LEASED, sum(row[2] for row in rows), number=len(rows))
    transaction.add(queue.id, "enqueued_total", len(rows))
    transaction.add(queue.id, "claimed_total", len(rows))
    transaction.stirred.add(queue.name)


def _claimed(queue: QueueRow, number: int, row: Row, now: int, expires: int) -> Claimed:
    shape, payload, _, _, _ = row
    settings = queue.settings
    return Claimed(
        LeaseRef(str(number), 1), queue.name, shape.type, payload, 1,
        settings.max_attempts if shape.max_attempts is None else shape.max_attempts, 0,
        shape.priority, now, now, expires, settings.lease,
        settings.timeout if shape.timeout_us is None else shape.timeout_us / 1e6,
        settings.backoff if shape.backoff is None
        else backoff_from_builtins(json.loads(shape.backoff)), settings.retry_rules,
    )  # fmt: skip
