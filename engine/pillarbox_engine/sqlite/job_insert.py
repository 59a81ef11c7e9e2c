"""New jobs as rows, one by one or many in one step.

Owns the insert. SQLite gives up and retakes the GIL at each step, so beside a busy Python thread
every row costs a switch interval; jobs that differ only in their payload go in as one statement
over an array (https://sqlite.org/carray.html).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple
from zlib import crc32

import apsw

from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.model import Alike, NewJob
from pillarbox_engine.payload import check_size
from pillarbox_engine.settings import backoff_to_builtins
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import State

MANY = 3
"""From how many jobs on the array form pays."""


class Shape(NamedTuple):
    """What jobs may have in common: all of a row but its ids, payload and nonce.

    `run_at` is None for now. `unkeyed`: the producer gave no key, so the row carries its call's
    nonce.
    """

    state: str
    type: str
    priority: int
    run_at: int | None
    expires_at: int | None
    max_attempts: int | None
    retry_for_us: int | None
    timeout_us: int | None
    backoff: str | None
    unkeyed: bool


Row = tuple[Shape, str, int, str, str]
"""A job to be: its shape, its payload, that one's bytes and checksum, its call's nonce in hex."""

OPTION_NAMES = (
    "type", "priority", "run_at", "delay", "max_attempts", "backoff", "retry_for", "timeout",
    "expires_at", "idempotency_key",
)  # fmt: skip
OPTIONS = attrgetter(*OPTION_NAMES)
"""All of a new job's row but its payload; its unique key is set when it is stored."""


def checksum(payload: bytes) -> str:
    """A payload's CRC32, in eight hexadecimal digits."""
    return f"{crc32(payload):08x}"


def rows_of(now: int, queue: QueueRow, jobs: Sequence[NewJob], nonce: bytes) -> list[Row]:
    """The rows of `jobs`; jobs with the same options share one shape object.

    Raises `PayloadTooLarge` where the queue takes no payload of that size.
    """
    if isinstance(jobs, Alike):
        shape = shape_of(now, queue, jobs.template)
        return _filled(queue, ((shape, text) for text in jobs.texts), nonce.hex())
    return _filled(queue, ((shape_of(now, queue, job), job.payload_json) for job in jobs),
                   nonce.hex())  # fmt: skip


def _filled(queue: QueueRow, pairs: Iterable[tuple[Shape, str]], nonce: str) -> list[Row]:
    most, rows = queue.settings.max_payload, []
    for shape, text in pairs:
        raw = text.encode()
        if len(raw) > most:
            check_size(text, most)
        rows.append((shape, text, len(raw), f"{crc32(raw):08x}", nonce))
    return rows


def shape_of(now: int, queue: QueueRow, job: NewJob) -> Shape:
    """The shape of a new job; two that are to run at once and alike get the same object."""
    shape = _shape(OPTIONS(job), queue.settings.priority)
    run_at = _run_at(now, job)
    if run_at is None:
        return shape
    return shape._replace(state=State.SCHEDULED.value, run_at=run_at)


@lru_cache(maxsize=1_024)
def _shape(options: tuple[Any, ...], default_priority: int) -> Shape:
    type_, priority, _, _, max_attempts, backoff, retry_for, timeout, expires_at, key = options
    return Shape(
        state=State.READY.value,
        type=type_,
        priority=default_priority if priority is None else priority,
        run_at=None,
        expires_at=None if expires_at is None else to_us(expires_at),
        max_attempts=max_attempts,
        retry_for_us=None if retry_for is None else seconds_to_us(retry_for),
        timeout_us=None if timeout is None else seconds_to_us(timeout),
        backoff=None if backoff is None else json.dumps(backoff_to_builtins(backoff)),
        unkeyed=key is None,
    )


def _run_at(now: int, job: NewJob) -> int | None:
    """When it is to run, if that is not now."""
    if job.run_at is not None:
        due = to_us(job.run_at)
    elif job.delay is not None:
        due = now + seconds_to_us(job.delay)
    else:
        return None
    return due if due > now else None


def insert(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], *, singly: bool = False
) -> range:
    """Store `rows`, counted; their ids, in order. `singly`: a row's payload may be a stub, whose
    bytes and checksum are not its own."""
    if not rows:
        return range(0)
    first = transaction.take_ids(len(rows))
    shape = rows[0][0]
    alike = not singly and len(rows) >= MANY and all(row[0] is shape for row in rows)
    (_insert_alike if alike else _insert_each)(transaction, queue, rows, first)
    _count(transaction, queue, rows)
    return range(first, first + len(rows))


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
    now, values = transaction.now, []
    for number, (shape, payload, size, crc, nonce) in enumerate(rows, start=first):
        state, type_, priority, run_at, expires, most, span, timeout, backoff, unkeyed = shape
        values.append((
            number, queue.id, state, type_, priority, now, now if run_at is None else run_at,
            expires, most, span, timeout, backoff, nonce if unkeyed else None, size, crc, payload,
        ))  # fmt: skip
    if len(values) == 1:
        transaction.execute("add_job", values[0])
    else:
        transaction.many("add_job", values)


def _insert_alike(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], first: int
) -> None:
    shape = rows[0][0]
    payloads = apsw.carray(tuple([crc + nonce + payload for _, payload, _, crc, nonce in rows]))
    values = shape._asdict()
    values["run_at"] = transaction.now if shape.run_at is None else shape.run_at
    transaction.execute(
        "add_alike_jobs",
        {
            **values, "first": first, "queue_id": queue.id, "enqueued_at": transaction.now,
            "payloads": payloads,
        },
    )  # fmt: skip
