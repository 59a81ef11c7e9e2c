"""New jobs as rows, one by one or many in one step.

Owns the insert. SQLite gives up and retakes the GIL at each step, so beside a busy Python thread
every row costs a switch interval; jobs that differ only in their payload go in as one statement
over an array (https://sqlite.org/carray.html).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any
from zlib import crc32

import apsw

from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.model import NewJob
from pillarbox_engine.payload import check_size
from pillarbox_engine.settings import backoff_to_builtins
from pillarbox_engine.sqlite.chain import take_ids
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import State

MANY = 16
"""From how many jobs on the array form pays."""

Shape = tuple[str, str, int, int, int | None, int | None, int | None, str | None, bool]


Row = tuple[Shape, str, int, str]
"""A job to be: what it may share with others, its payload, the payload's bytes and checksum."""

OPTION_NAMES = (
    "type", "priority", "run_at", "delay", "max_attempts", "backoff", "timeout", "expires_at",
    "idempotency_key",
)  # fmt: skip
OPTIONS = attrgetter(*OPTION_NAMES)
"""All of a new job's row but its payload; its unique key is set when it is stored."""


def checksum(payload: bytes) -> str:
    """A payload's CRC32, in eight hexadecimal digits."""
    return f"{crc32(payload):08x}"


def rows_of(now: int, queue: QueueRow, jobs: Sequence[NewJob]) -> list[Row]:
    """The rows of `jobs`; jobs with the same options share one shape object.

    Raises `PayloadTooLarge` where the queue takes no payload of that size.
    """
    shapes: dict[Any, Shape] = {}
    rows: list[Row] = []
    for job in jobs:
        options = OPTIONS(job)
        shape = shapes.get(options) or shapes.setdefault(options, _shape(now, queue, job))
        raw = job.payload_json.encode()
        if len(raw) > queue.settings.max_payload:
            check_size(job.payload_json, queue.settings.max_payload)
        rows.append((shape, job.payload_json, len(raw), checksum(raw)))
    return rows


def _shape(now: int, queue: QueueRow, job: NewJob) -> Shape:
    run_at = _run_at(now, job)
    return (
        State.SCHEDULED.value if run_at > now else State.READY.value,
        job.type,
        queue.settings.priority if job.priority is None else job.priority,
        run_at,
        None if job.expires_at is None else to_us(job.expires_at),
        job.max_attempts,
        None if job.timeout is None else seconds_to_us(job.timeout),
        None if job.backoff is None else json.dumps(backoff_to_builtins(job.backoff)),
        job.idempotency_key is None,
    )


def _run_at(now: int, job: NewJob) -> int:
    if job.run_at is not None:
        return max(now, to_us(job.run_at))
    return now + (0 if job.delay is None else seconds_to_us(job.delay))


def insert(transaction: Transaction, queue: QueueRow, rows: Sequence[Row], nonce: bytes) -> range:
    """Store `rows`, counted; their ids, in order."""
    first = take_ids(transaction, len(rows))
    if not rows:
        return range(0)
    alike = len(rows) >= MANY and all(row[0] is rows[0][0] for row in rows)
    (_insert_alike if alike else _insert_each)(transaction, queue, rows, first, nonce)
    _count(transaction, queue, rows)
    return range(first, first + len(rows))


def _count(transaction: Transaction, queue: QueueRow, rows: Sequence[Row]) -> None:
    for state in (State.READY, State.SCHEDULED):
        sizes = [row[2] for row in rows if row[0][0] == state]
        transaction.move(queue.id, None, state, sum(sizes), number=len(sizes))
    transaction.add(queue.id, "enqueued_total", len(rows))
    transaction.touched.add(queue.name)


def _insert_each(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], first: int, nonce: bytes
) -> None:
    now, values = transaction.now, []
    for number, (shape, payload, size, crc) in enumerate(rows, start=first):
        state, type_, priority, run_at, expires, most, timeout, backoff, unkeyed = shape
        values.append((
            number, queue.id, state, type_, priority, now, run_at, expires, most, timeout, backoff,
            nonce if unkeyed else None, size, crc, payload,
        ))  # fmt: skip
    transaction.many("add_job", values)


def _insert_alike(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], first: int, nonce: bytes
) -> None:
    state, type_, priority, run_at, expires, most, timeout, backoff, unkeyed = rows[0][0]
    payloads = apsw.carray(tuple([crc + payload for _, payload, _, crc in rows]))
    transaction.execute(
        "add_alike_jobs",
        {
            "first": first, "queue_id": queue.id, "state": state, "type": type_,
            "priority": priority, "enqueued_at": transaction.now, "run_at": run_at,
            "expires_at": expires, "max_attempts": most, "timeout_us": timeout,
            "backoff": backoff, "nonce": nonce if unkeyed else None, "payloads": payloads,
        },
    )  # fmt: skip
