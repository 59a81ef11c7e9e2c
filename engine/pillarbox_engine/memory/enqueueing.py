"""Taking jobs in: idempotency keys, the bound, and the new rows; all of a call or none."""

from __future__ import annotations

from collections.abc import Sequence

from pillarbox_engine.admission import check_new
from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.memory.bounds import make_room
from pillarbox_engine.memory.rows import QueueState, Row
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import Enqueued, NewJob
from pillarbox_engine.payload import check_size
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import State

KEY_LIFE_US = seconds_to_us(7 * 86_400)


def enqueue(store: Store, name: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
    """Store `jobs`; see `protocols.Producer.enqueue`."""
    known = store.queues.get(name)
    settings = QueueSettings() if known is None else known.settings
    for job in jobs:
        check_new(job)
        check_size(job.payload_json, settings.max_payload)
    queue = store.find_or_add(name)
    fresh = _fresh(store, jobs)
    make_room(store, queue, len(fresh), sum(_size(job) for job in fresh))
    return _store(store, queue, jobs)


def _size(job: NewJob) -> int:
    return len(job.payload_json.encode())


def _known(store: Store, key: str | None) -> int | None:
    """The job an idempotency key stands for, while the key lives."""
    number, expires_us = store.keys.get(key or "", (0, 0))
    return number if expires_us > store.now else None


def _fresh(store: Store, jobs: Sequence[NewJob]) -> list[NewJob]:
    """The jobs whose key is new: of several with one key, the first."""
    seen: set[str] = set()
    fresh = []
    for job in jobs:
        key = job.idempotency_key
        if key is None or (key not in seen and _known(store, key) is None):
            fresh.append(job)
            seen.add(key or "")
    return fresh


def _store(store: Store, queue: QueueState, jobs: Sequence[NewJob]) -> list[Enqueued]:
    answers = []
    for job in jobs:
        known = _known(store, job.idempotency_key)
        number = _add(store, queue, job) if known is None else known
        answers.append(Enqueued(str(number), conflict=known is not None))
    return answers


def _add(store: Store, queue: QueueState, job: NewJob) -> int:
    row = _row(store, queue, job)
    store.add(row)
    store.total(queue.name, "enqueued_total")
    queue.arrivals.append(store.now)
    if job.idempotency_key is not None:
        store.keys[job.idempotency_key] = (row.id, store.now + KEY_LIFE_US)
    return row.id


def _row(store: Store, queue: QueueState, job: NewJob) -> Row:
    now = store.now
    run_us = _run_us(now, job)
    return Row(
        id=store.next_id(), queue=queue.name, type=job.type,
        state=State.SCHEDULED if run_us > now else State.READY,
        priority=queue.settings.priority if job.priority is None else job.priority,
        payload=job.payload_json, payload_bytes=_size(job), enqueued_us=now, run_us=run_us,
        expires_us=None if job.expires_at is None else to_us(job.expires_at),
        max_attempts=job.max_attempts, timeout=job.timeout, backoff=job.backoff,
        idempotency_key=job.idempotency_key,
    )  # fmt: skip


def _run_us(now: int, job: NewJob) -> int:
    if job.run_at is not None:
        return max(now, to_us(job.run_at))
    return now + (0 if job.delay is None else seconds_to_us(job.delay))
