"""Storing jobs: bounds, both kinds of key and the insert, in one transaction.

Owns the two kinds of idempotency key. A key the producer gave is kept for 7 days in a table of
its own. Where none was given, one is made for the whole call: `auto:<last id>:<nonce>`; its
nonce is stored on the jobs themselves, so repeating the call after an uncertain failure looks
only at ids above that one, and the happy path pays for no second table.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from pillarbox_engine.admission import AUTO, check_key, check_new
from pillarbox_engine.alike import Alike
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.errors import PayloadTooLarge, QueueFull
from pillarbox_engine.model import Enqueued, NewJob
from pillarbox_engine.repetition import Role, fresh, growth, numbers, roles
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import claim_check, job_insert, queue_rows, shapes, unique_keys
from pillarbox_engine.sqlite.claim_check import Blobs
from pillarbox_engine.sqlite.combining import Together
from pillarbox_engine.sqlite.overflow import drop_oldest
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.shapes import Row
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import OnFull

_CHECKED = (*shapes.OPTION_NAMES, "unique_key", "unique")
_OPTIONS = attrgetter(*_CHECKED)
KEY_LIFE_US = seconds_to_us(7 * 86_400)


@dataclass(frozen=True, slots=True)
class Call:
    """One enqueue call. `keyed`: whether any job brought a key of either kind; where none did,
    `nonce` makes the call's own. `blobs`: what of its payloads lies beside the file already."""

    queue: str
    jobs: Sequence[NewJob]
    nonce: bytes
    repeats: tuple[int, bytes] | None
    keyed: bool
    blobs: Blobs = field(default_factory=dict)

    @property
    def texts(self) -> Iterable[str]:
        """The payloads."""
        jobs = self.jobs
        return jobs.texts if isinstance(jobs, Alike) else [job.payload_json for job in jobs]


class Nonces:
    """Eight bytes for each call, never the same twice: counted on from a random start."""

    def __init__(self) -> None:
        self._numbers = itertools.count(secrets.randbits(63))

    def next(self) -> bytes:
        """The next nonce. Safe to share between threads."""
        return next(self._numbers).to_bytes(8, "big")


def new_call(queue: str, jobs: Sequence[NewJob], nonces: Nonces) -> Call:
    """Check what needs no file, and recognise the repetition of an uncertain call."""
    keyed = False
    for job in (jobs.template,) if isinstance(jobs, Alike) else jobs:
        _check(job)
        keyed = keyed or job.idempotency_key is not None or job.unique_key is not None
    if not keyed:
        return Call(queue, jobs, nonces.next(), None, False)
    first = jobs[0].idempotency_key
    repeats = _parse_auto(first) if first else None
    plain = tuple(replace(job, idempotency_key=None) for job in jobs) if repeats else tuple(jobs)
    nonce = repeats[1] if repeats else nonces.next()
    return Call(queue, plain, nonce, repeats, keyed)


def _check(job: NewJob) -> None:
    """Options were mostly seen before; the payload was checked by whoever made the job."""
    try:
        _check_options(*_OPTIONS(job))
    except TypeError:
        check_new(job)
    if job.idempotency_key is not None:
        check_key(job.idempotency_key)


@lru_cache(maxsize=1_024, typed=True)
def _check_options(*options: Any) -> None:
    check_new(NewJob(payload_json="", **dict(zip(_CHECKED, options, strict=True))))


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


class Enqueue(Together):
    """The storing of a call's jobs; see `protocols.Producer.enqueue`."""

    __slots__ = ("call",)

    def __init__(self, call: Call) -> None:
        self.call = call

    def __call__(self, transaction: Transaction) -> list[Enqueued]:
        """Store the jobs of this call."""
        call = self.call
        queue = queue_rows.find_or_add(transaction, call.queue)
        if queue.settings.claim_check is not None:
            claim_check.require_stored(queue.settings, call.texts, call.blobs)
        if call.repeats:
            found = transaction.rows("jobs_of_nonce", call.repeats)
            if found:
                return _repeated(transaction, queue, call, found)
        if call.keyed:
            return _enqueue_keyed(transaction, queue, call)
        return told(_store(transaction, queue, call, call.jobs))

    def joins(self, transaction: Transaction) -> bool:
        """Whether it can be stored with others': no key, bound or claim check has a say."""
        if self.call.keyed or self.call.repeats:
            return False
        queue = queue_rows.find(transaction, self.call.queue)
        return queue is not None and is_free(queue)

    def all(self, transaction: Transaction, works: Sequence[Enqueue]) -> list[Any]:
        """Store the jobs of several calls, those for one queue in one statement."""
        answers: list[Any] = [None] * len(works)
        by_queue: dict[str, list[int]] = {}
        for place, work in enumerate(works):
            by_queue.setdefault(work.call.queue, []).append(place)
        for name, places in by_queue.items():
            queue = queue_rows.need(transaction, name)
            _store_several(transaction, queue, works, places, answers)
        return answers


def _store_several(
    transaction: Transaction, queue: QueueRow, works: Sequence[Enqueue], places: Sequence[int],
    answers: list[Any],
) -> None:  # fmt: skip
    """Store the calls at `places` of `works`, and note the answer of each, or its error."""
    rows: list[Row] = []
    spans: list[tuple[int, int]] = []
    for place in places:
        call = works[place].call
        try:
            rows += shapes.rows_of(transaction.now, queue, call.jobs, call.nonce)
        except PayloadTooLarge as error:
            answers[place] = error
        spans.append((place, len(rows)))
    numbers, start = job_insert.insert(transaction, queue, rows), 0
    for place, end in spans:
        if answers[place] is None:
            answers[place] = told(numbers[start:end])
        start = end


def told(numbers: Iterable[int]) -> list[Enqueued]:
    """What the caller is told of the jobs with these numbers, stored anew."""
    return [Enqueued(str(number)) for number in numbers]


def _repeated(
    transaction: Transaction, queue: QueueRow, call: Call, found: Sequence[Any]
) -> list[Enqueued]:
    """The first call's jobs; what it had left to holders of unique keys is looked at anew."""
    unique = {key: number for number, key in found if key is not None}
    plain = iter([number for number, key in found if key is None])
    left = [job for job in call.jobs if job.unique_key is not None and job.unique_key not in unique]
    anew = iter(_enqueue_keyed(transaction, queue, replace(call, jobs=tuple(left))))
    answers = []
    for job in call.jobs:
        key = job.unique_key
        if key is not None and key not in unique:
            answers.append(next(anew))
        else:
            number = next(plain) if key is None else unique[key]
            answers.append(Enqueued(str(number), conflict=True))
    return answers


def _enqueue_keyed(transaction: Transaction, queue: QueueRow, call: Call) -> list[Enqueued]:
    jobs = call.jobs
    known, held = known_jobs(transaction, jobs), unique_keys.holders(transaction, queue.id, jobs)
    found = roles(jobs, known, held)
    new = fresh(jobs, found)
    ids = _store(transaction, queue, call, new, growth(jobs, found, held))
    unique_keys.take(transaction, new, ids)
    stands_for = numbers(jobs, found, ids, known, held)
    keep_keys(transaction, jobs, stands_for, known)
    return [
        _answer(transaction, queue, job, role, number, call.blobs)
        for job, role, number in zip(jobs, found, stands_for, strict=True)
    ]


def _answer(
    transaction: Transaction, queue: QueueRow, job: NewJob, role: Role, number: int, stored: Blobs
) -> Enqueued:
    replaced = role is Role.HELD and unique_keys.take_over(transaction, queue, number, job, stored)
    return Enqueued(str(number), conflict=role is not Role.NEW, replaced=replaced)


def _store(
    transaction: Transaction, queue: QueueRow, call: Call, jobs: Sequence[NewJob], growth: int = 0
) -> range:
    rows = shapes.rows_of(transaction.now, queue, jobs, call.nonce)
    make_room(transaction, queue, rows, growth)
    if call.blobs:
        return claim_check.insert(transaction, queue, rows, call.blobs)
    return job_insert.insert(transaction, queue, rows)


def known_jobs(transaction: Transaction, jobs: Sequence[NewJob]) -> dict[str, int]:
    """The jobs that idempotency keys of `jobs` stand for, while these keys live."""
    keys = {job.idempotency_key for job in jobs if job.idempotency_key is not None}
    found = {}
    for key in keys:
        row = transaction.row("known_key", (key, transaction.now))
        if row is not None:
            found[key] = row[0]
    return found


def keep_keys(
    transaction: Transaction, jobs: Sequence[NewJob], stands_for: Sequence[int],
    known: dict[str, int],
) -> None:  # fmt: skip
    """Idempotency keys that were new stand for these rows from now on."""
    pairs = [(job.idempotency_key, number) for job, number in zip(jobs, stands_for, strict=True)]
    kept = {key: number for key, number in pairs if key is not None and key not in known}
    expires = transaction.now + KEY_LIFE_US
    transaction.many("add_key", [(key, number, expires) for key, number in kept.items()])


def is_free(queue: QueueRow) -> bool:
    """Whether neither a bound nor a claim check has a say in what the queue takes."""
    return queue.settings.claim_check is None and not _is_bounded(queue)


def _is_bounded(queue: QueueRow) -> bool:
    return queue.settings.max_depth is not None or queue.settings.max_bytes is not None


def make_room(
    transaction: Transaction, queue: QueueRow, rows: Sequence[Row], growth: int = 0
) -> None:
    """Room in the queue for `rows` and `growth` bytes more, or `QueueFull`."""
    if not _is_bounded(queue):
        return
    depth, size = transaction.live(queue.id)
    size += sum(row[2] for row in rows) + growth
    require_room(transaction, queue, depth + len(rows), size, incoming=len(rows))


def require_room(
    transaction: Transaction,
    queue: QueueRow,
    depth: int,
    size: int,
    *,
    incoming: int,
    may_drop: bool = True,
) -> None:
    """`QueueFull` where that many jobs or bytes overflow the bound and none may be dropped."""
    settings = queue.settings
    over = max(0, depth - (settings.max_depth if settings.max_depth is not None else depth))
    over_bytes = max(0, size - (settings.max_bytes if settings.max_bytes is not None else size))
    if not over and not over_bytes:
        return
    dropping = may_drop and settings.on_full is OnFull.DROP_OLDEST
    if not (dropping and drop_oldest(transaction, queue, over, over_bytes)):
        raise _full(queue.name, settings, depth - incoming, incoming)


def _full(name: str, settings: QueueSettings, depth: int, incoming: int) -> QueueFull:
    bound = (
        f"{settings.max_depth} jobs" if settings.max_depth is not None
        else f"{settings.max_bytes} bytes"
    )  # fmt: skip
    verb = "was" if incoming == 1 else "were"
    return QueueFull(
        f"Queue {name!r} is full",
        f"it holds {depth} jobs, its bound is {bound}, and {incoming} more {verb} to come",
        "Wait until workers have made room, or raise the bound",
    )
