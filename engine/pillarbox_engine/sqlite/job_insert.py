"""New jobs into the file, one by one or many in one step.

Owns the insert. SQLite gives up and retakes the GIL at each step, so beside a busy Python thread
every row costs a switch interval; jobs that differ only in their payload go in as one statement
over an array (https://sqlite.org/carray.html).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw

from pillarbox_engine.ageing import rank
from pillarbox_engine.sqlite import groups, handing
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.shapes import Row, Shape
from pillarbox_engine.sqlite.transaction import Transaction

MANY = 3
"""From how many jobs on the array form pays."""


def insert(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], *, singly: bool = False
) -> range:
    """Store `rows`, counted; their ids, in order. What idle workers take is leased at once.

    `singly`: a row's payload may be a stub, whose bytes and checksum are not its own.
    """

    if not rows:
        return range(0)
    first = transaction.take_ids(len(rows))
    offer = None if singly else handing.offer_for(transaction, queue, rows)
    if offer is not None:
        handing.insert_leased(transaction, queue, rows, first, offer)
    else:
        _insert_ready(transaction, queue, rows, first, singly=singly)
    return range(first, first + len(rows))


def _insert_ready(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], first: int, *, singly: bool
) -> None:
    shape = rows[0][0]
    alike = not singly and len(rows) >= MANY and all(row[0] is shape for row in rows)
    (_insert_alike if alike else _insert_each)(transaction, queue, rows, first)
    _count(transaction, queue, rows)
    for group in dict.fromkeys(row[0].group for row in (rows[:1] if alike else rows)):
        if group is not None:
            groups.renew(transaction, queue.id, group)


def _count(transaction: Transaction, queue: QueueRow, rows: Sequence[Row]) -> None:
    delta = transaction.deltas[queue.id]
    for shape, _, size, _, _ in rows:
        delta[shape.state] += 1
        delta["bytes"] += size
    delta["enqueued_total"] += len(rows)
    transaction.touched.add(queue.name)


def _insert_each(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], first: int
) -> None:
    now, ageing, values = transaction.now, queue.settings.ageing, []
    for number, (shape, payload, size, crc, nonce) in enumerate(rows, start=first):
        state, type_, priority, due, expires, most, span, timeout, backoff, group, hold, unkeyed = (
            shape
        )
        run_at = now if due is None else due
        values.append((
            number, queue.id, state, type_, priority,
            priority if ageing is None else rank(priority, run_at, ageing), now, run_at,
            expires, most, span, timeout, backoff, group, hold, nonce if unkeyed else None, size,
            crc, payload,
        ))  # fmt: skip
    if len(values) == 1:
        transaction.execute("add_job", values[0])
    else:
        transaction.many("add_job", values)


def ranked(transaction: Transaction, queue: QueueRow, shape: Shape) -> dict[str, Any]:
    """The columns of a shape as values, with its place in claim order."""
    run_at = transaction.now if shape.run_at is None else shape.run_at
    place = rank(shape.priority, run_at, queue.settings.ageing)
    return {**shape._asdict(), "run_at": run_at, "rank": place}


def _insert_alike(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], first: int
) -> None:
    shape = rows[0][0]
    payloads = apsw.carray(tuple([crc + nonce + payload for _, payload, _, crc, nonce in rows]))
    values = ranked(transaction, queue, shape)
    transaction.execute(
        "add_alike_jobs",
        {
            **values, "first": first, "queue_id": queue.id, "enqueued_at": transaction.now,
            "payloads": payloads,
        },
    )  # fmt: skip
