"""Taking jobs in: both kinds of key, the bound, and the new rows; all of a call or none."""

from __future__ import annotations

from collections.abc import Sequence

from pillarbox_engine.admission import check_new
from pillarbox_engine.ageing import rank
from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.memory import unique_keys
from pillarbox_engine.memory.bounds import make_room
from pillarbox_engine.memory.rows import QueueState, Row
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import Enqueued, NewJob
from pillarbox_engine.payload import check_size
from pillarbox_engine.repetition import Role, fresh, growth, numbers, roles
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import HeldBy, State
from pillarbox_engine.uniqueness import UNSTARTED, hold_of

KEY_LIFE_US = seconds_to_us(7 * 86_400)


def enqueue(store: Store, name: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
    """Store `jobs`; see `protocols.Producer.enqueue`."""
    there = store.queues.get(name)
    settings = QueueSettings() if there is None else there.settings
    for job in jobs:
        check_new(job)
        check_size(job.payload_json, settings.max_payload)
    queue = store.find_or_add(name)
    known, held = known_jobs(store, jobs), unique_keys.holders(store, name, jobs)
    found = roles(jobs, known, held)
    new = fresh(jobs, found)
    size = sum(_size(job) for job in new) + growth(jobs, found, held)
    make_room(store, queue, len(new), size)
    ids = [add(store, queue, job) for job in new]
    stands_for = numbers(jobs, found, ids, known, held)
    for job, number in zip(jobs, stands_for, strict=True):
        keep_key(store, job, number)
    return [
        _answer(store, queue, job, role, number)
        for job, role, number in zip(jobs, found, stands_for, strict=True)
    ]


def _size(job: NewJob) -> int:
    return len(job.payload_json.encode())


def known_jobs(store: Store, jobs: Sequence[NewJob]) -> dict[str, int]:
    """The jobs that idempotency keys of `jobs` stand for, while these keys live."""
    keys = {job.idempotency_key for job in jobs if job.idempotency_key is not None}
    found = {key: store.keys[key] for key in keys if key in store.keys}
    return {key: number for key, (number, expires) in found.items() if expires > store.now}


def keep_key(store: Store, job: NewJob, number: int) -> None:
    """The job's idempotency key stands for `number`, unless it stands for another already."""
    key = job.idempotency_key
    if key is not None and store.keys.get(key, (0, 0))[1] <= store.now:
        store.keys[key] = (number, store.now + KEY_LIFE_US)


def add(store: Store, queue: QueueState, job: NewJob, parent: int | None = None) -> int:
    """Take in a new job, a child of `parent`; its number."""
    row = _row(store, queue, job)
    row.parent = parent
    if row.unique_key is not None:
        unique_keys.make_free(store, queue.name, row.unique_key)
    store.add(row)
    store.total(queue.name, "enqueued_total")
    queue.arrivals.append(store.now)
    return row.id


def _answer(store: Store, queue: QueueState, job: NewJob, role: Role, number: int) -> Enqueued:
    replaced = role is Role.HELD and _replace(store, queue, job, store.rows[number])
    return Enqueued(str(number), conflict=role is not Role.NEW, replaced=replaced)


def _replace(store: Store, queue: QueueState, job: NewJob, row: Row) -> bool:
    """Whether the job that holds the key took anything over: only one that still waits does."""
    if job.unique is None or not job.unique.replace or row.state not in UNSTARTED:
        return False
    with store.changing(row):
        unique_keys.take_over(row, job, _row(store, queue, job, number=row.id))
        row.rank = rank(row.priority, row.run_us, queue.settings.ageing)
    return True


def _row(store: Store, queue: QueueState, job: NewJob, number: int | None = None) -> Row:
    now = store.now
    run_us = _run_us(now, job)
    priority = queue.settings.priority if job.priority is None else job.priority
    own = store.next_id() if number is None else number
    return Row(
        id=own, queue=queue.name, type=job.type,
        state=State.SCHEDULED if run_us > now else State.READY, priority=priority,
        rank=rank(priority, run_us, queue.settings.ageing), place=own, group=job.group,
        held_by=None if job.group is None else HeldBy.GROUP,
        payload=job.payload_json, payload_bytes=_size(job), enqueued_us=now, run_us=run_us,
        expires_us=None if job.expires_at is None else to_us(job.expires_at),
        max_attempts=job.max_attempts, timeout=job.timeout, backoff=job.backoff,
        retry_for=job.retry_for,
        idempotency_key=job.idempotency_key, unique_key=job.unique_key,
        hold=None if job.unique_key is None else hold_of(job.unique, now),
    )  # fmt: skip


def _run_us(now: int, job: NewJob) -> int:
    if job.run_at is not None:
        return max(now, to_us(job.run_at))
    return now + (0 if job.delay is None else seconds_to_us(job.delay))
