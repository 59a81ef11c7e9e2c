"""Storing jobs: bounds, idempotency and the insert, in one transaction.

Owns the two kinds of idempotency key. A key the producer gave is kept for 7 days in a table of
its own. Where none was given, one is made for the whole call: `auto:<last id>:<nonce>`; its
nonce is stored on the jobs themselves, so repeating the call after an uncertain failure looks
only at ids above that one, and the happy path pays for no second table.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pillarbox_engine.admission import AUTO, check_new
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.errors import QueueFull
from pillarbox_engine.model import Enqueued, NewJob
from pillarbox_engine.settings import (
    QueueSettings,
)
from pillarbox_engine.sqlite import job_insert, queue_rows
from pillarbox_engine.sqlite.job_insert import Row
from pillarbox_engine.sqlite.overflow import drop_oldest
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import OnFull

KEY_LIFE_US = seconds_to_us(7 * 86_400)


@dataclass(frozen=True, slots=True)
class Call:
    """One enqueue call; `key` is made where no job brought one."""

    queue: str
    jobs: tuple[NewJob, ...]
    nonce: bytes
    repeats: tuple[int, bytes] | None


def new_call(queue: str, jobs: Sequence[NewJob]) -> Call:
    """Check what needs no file, and recognise the repetition of an uncertain call."""
    for job in _distinct(jobs):
        check_new(job)
    first = jobs[0].idempotency_key if jobs else None
    repeats = _parse_auto(first) if first else None
    plain = tuple(replace(job, idempotency_key=None) for job in jobs) if repeats else tuple(jobs)
    return Call(queue, plain, repeats[1] if repeats else secrets.token_bytes(8), repeats)


def _distinct(jobs: Sequence[NewJob]) -> Iterable[NewJob]:
    """One job of each set of options: their payloads were checked before."""
    try:
        return {job_insert.OPTIONS(job): job for job in jobs}.values()
    except TypeError:
        return jobs


def _parse_auto(key: str) -> tuple[int, bytes] | None:
    parts = key.split(":")
    if not key.startswith(AUTO) or len(parts) != 3 or not parts[1].isdecimal():
        return None
    try:
        return int(parts[1]), bytes.fromhex(parts[2])
    except ValueError:
        return None


def made_key(last_id: int, nonce: bytes) -> str:
    """The key that repeats a call safely."""
    return f"{AUTO}{last_id}:{nonce.hex()}"


def enqueue(transaction: Transaction, call: Call) -> list[Enqueued]:
    """Store the call's jobs; see `protocols.Producer.enqueue`."""
    queue = queue_rows.find_or_add(transaction, call.queue)
    if call.repeats:
        found = transaction.rows("jobs_of_nonce", call.repeats)
        if found:
            return [Enqueued(str(row[0]), conflict=True) for row in found]
    if any(job.idempotency_key is not None for job in call.jobs):
        return _enqueue_keyed(transaction, queue, call)
    return [Enqueued(str(number)) for number in _store(transaction, queue, call.jobs, call.nonce)]


def _enqueue_keyed(transaction: Transaction, queue: QueueRow, call: Call) -> list[Enqueued]:
    known = _known(transaction, call.jobs)
    fresh = _fresh(call.jobs, known)
    ids = _store(transaction, queue, fresh, call.nonce)
    return _answers(transaction, call.jobs, known, fresh, ids)


def _store(
    transaction: Transaction, queue: QueueRow, jobs: Sequence[NewJob], nonce: bytes
) -> range:
    rows = job_insert.rows_of(transaction.now, queue, jobs)
    _make_room(transaction, queue, rows)
    return job_insert.insert(transaction, queue, rows, nonce)


def _known(transaction: Transaction, jobs: Sequence[NewJob]) -> dict[str, int]:
    keys = {job.idempotency_key for job in jobs if job.idempotency_key is not None}
    found = {}
    for key in keys:
        row = transaction.row("known_key", (key, transaction.now))
        if row is not None:
            found[key] = row[0]
    return found


def _fresh(jobs: Sequence[NewJob], known: dict[str, int]) -> list[NewJob]:
    seen = set(known)
    fresh = []
    for job in jobs:
        if job.idempotency_key is None or job.idempotency_key not in seen:
            fresh.append(job)
            seen.add(job.idempotency_key or "")
    return fresh


def _make_room(transaction: Transaction, queue: QueueRow, rows: Sequence[Row]) -> None:
    settings = queue.settings
    if settings.max_depth is None and settings.max_bytes is None:
        return
    depth, size = transaction.live(queue.id)
    size += sum(row[2] for row in rows)
    require_room(transaction, queue, depth + len(rows), size, incoming=len(rows))


def require_room(
    transaction: Transaction, queue: QueueRow, depth: int, size: int, *, incoming: int
) -> None:
    """`QueueFull` where that many jobs or bytes overflow the bound and none may be dropped."""
    settings = queue.settings
    over = max(0, depth - (settings.max_depth if settings.max_depth is not None else depth))
    over_bytes = max(0, size - (settings.max_bytes if settings.max_bytes is not None else size))
    if not over and not over_bytes:
        return
    may_drop = settings.on_full is OnFull.DROP_OLDEST and incoming > 0
    if not (may_drop and drop_oldest(transaction, queue, over, over_bytes)):
        raise _full(queue.name, settings, depth - incoming, incoming)


def _full(name: str, settings: QueueSettings, depth: int, incoming: int) -> QueueFull:
    bound = (
        f"{settings.max_depth} jobs" if settings.max_depth is not None
        else f"{settings.max_bytes} bytes"
    )  # fmt: skip
    return QueueFull(
        f"Queue {name!r} is full",
        f"it holds {depth} jobs, its bound is {bound}, and {incoming} more were to come",
        "Wait until workers have made room, or raise the bound",
    )


def _answers(
    transaction: Transaction, jobs: Sequence[NewJob], known: dict[str, int],
    fresh: Sequence[NewJob], ids: Sequence[int],
) -> list[Enqueued]:  # fmt: skip
    new = {id(job): number for job, number in zip(fresh, ids, strict=True)}
    keyed = {job.idempotency_key: new[id(job)] for job in fresh if job.idempotency_key}
    if keyed:
        expires = transaction.now + KEY_LIFE_US
        transaction.many("add_key", [(key, number, expires) for key, number in keyed.items()])
    answers = []
    for job in jobs:
        number = new.get(id(job))
        conflict = number is None
        if number is None:
            key = job.idempotency_key or ""
            number = known[key] if key in known else keyed[key]
        answers.append(Enqueued(str(number), conflict))
    return answers
