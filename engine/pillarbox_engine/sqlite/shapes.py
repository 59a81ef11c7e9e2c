"""New jobs as rows to be: what they have in common, their payloads, sizes and checksums.

Owns `Shape`, all of a row that jobs may share, so that jobs with the same options are looked at
once and can go in together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from typing import Any, NamedTuple
from zlib import crc32

from pillarbox_engine.alike import Alike
from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.model import NewJob
from pillarbox_engine.payload import check_size
from pillarbox_engine.settings import backoff_to_builtins
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.states import HeldBy, State


class Shape(NamedTuple):
    """What jobs may have in common: all of a row but its ids, payload and nonce.

    `run_at` is None for now. `hold`: a job of a group first waits in its line. `unkeyed`: the
    producer gave no key, so the row carries its call's nonce.
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
    group: str | None
    hold: str | None
    unkeyed: bool


Row = tuple[Shape, str, int, str, str]
"""A job to be: its shape, its payload, that one's bytes and checksum, its call's nonce in hex."""

OPTION_NAMES = (
    "type", "priority", "run_at", "delay", "max_attempts", "backoff", "retry_for", "timeout",
    "expires_at", "group",
)  # fmt: skip
OPTIONS = attrgetter(*OPTION_NAMES)
"""All of a new job's row but its payload and keys, which no two jobs need share."""


def checksum(payload: bytes) -> str:
    """A payload's CRC32, in eight hexadecimal digits."""
    return f"{crc32(payload):08x}"


def rows_of(now: int, queue: QueueRow, jobs: Sequence[NewJob], nonce: bytes) -> list[Row]:
    """The rows of `jobs`; jobs with the same options share one shape object.

    Raises `PayloadTooLarge` where the queue takes no payload of that size.
    """
    if isinstance(jobs, Alike):
        shape = shape_of(now, queue, jobs.template)
        return _filled(queue, repeat(shape), jobs.texts, nonce.hex())
    each = [shape_of(now, queue, job) for job in jobs]
    return _filled(queue, each, [job.payload_json for job in jobs], nonce.hex())


def _filled(queue: QueueRow, each: Iterable[Shape], texts: Iterable[str], nonce: str) -> list[Row]:
    most, rows = queue.settings.max_payload, []
    # One endless shape may stand for all: the texts say how many there are.
    for text, shape in zip(texts, each, strict=False):
        raw = text.encode()
        if len(raw) > most:
            check_size(text, most)
        rows.append((shape, text, len(raw), f"{crc32(raw):08x}", nonce))
    return rows


def shape_of(now: int, queue: QueueRow, job: NewJob) -> Shape:
    """The shape of a new job; two that are to run at once and alike get the same object."""
    shape = _shape(OPTIONS(job), queue.settings.priority, job.idempotency_key is None)
    run_at = _run_at(now, job)
    if run_at is None:
        return shape
    return shape._replace(state=State.SCHEDULED.value, run_at=run_at)


@lru_cache(maxsize=1_024)
def _shape(options: tuple[Any, ...], default_priority: int, unkeyed: bool) -> Shape:
    type_, priority, _, _, most, backoff, retry_for, timeout, expires_at, group = options
    return Shape(
        state=State.READY.value,
        type=type_,
        priority=default_priority if priority is None else priority,
        run_at=None,
        expires_at=None if expires_at is None else to_us(expires_at),
        max_attempts=most,
        retry_for_us=None if retry_for is None else seconds_to_us(retry_for),
        timeout_us=None if timeout is None else seconds_to_us(timeout),
        backoff=None if backoff is None else json.dumps(backoff_to_builtins(backoff)),
        group=group,
        hold=None if group is None else HeldBy.GROUP.value,
        unkeyed=unkeyed,
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
