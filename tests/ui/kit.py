"""Jobs and stores as the window's tests want them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pillarbox_engine.leasing import Ack, Claimed, ClaimRequest, Nack, Reject
from pillarbox_engine.model import Failure, JobSummary, NewJob
from pillarbox_engine.protocols import Backend
from pillarbox_engine.states import State

NOW = datetime(2026, 1, 2, 12, 4, 31, tzinfo=UTC)
TIMEOUT = Failure(type="TimeoutError", message="billing took too long", fingerprint="f1")


def summary(job_id: str = "1", **changes: object) -> JobSummary:
    """A job as tables list it."""
    plain: dict[str, object] = {
        "id": job_id, "queue": "email", "type": "send", "state": State.READY, "priority": 500,
        "attempt": 0, "max_attempts": 5, "lost": 0, "fence": 0,
        "enqueued_at": NOW - timedelta(minutes=5), "run_at": NOW, "preview": '{"to":"ana"}',
        "payload_bytes": 12,
    }  # fmt: skip
    return JobSummary(**{**plain, **changes})  # type: ignore[arg-type]


def enqueue(backend: Backend, queue: str, count: int, **options: object) -> list[str]:
    """`count` jobs with a number each; their ids."""
    jobs = [NewJob(payload_json=f'{{"n":{n}}}', **options) for n in range(count)]  # type: ignore[arg-type]
    return [stored.id for stored in backend.enqueue(queue, jobs)]


def claim(backend: Backend, queue: str, count: int) -> list[Claimed]:
    """`count` leases in `queue`."""
    return backend.claim(ClaimRequest(queues=(queue,), limit=count, worker="host:1/0"))


def kill(backend: Backend, queue: str, count: int, failure: Failure = TIMEOUT) -> list[str]:
    """`count` jobs of `queue` become dead letters; their ids."""
    claimed = claim(backend, queue, count)
    backend.settle([Reject(lease=one.lease, failure=failure) for one in claimed])
    return [one.lease.job_id for one in claimed]


def fail(backend: Backend, queue: str, count: int, delay: float = 60.0) -> None:
    """`count` jobs of `queue` fail and wait for their next attempt."""
    claimed = claim(backend, queue, count)
    backend.settle([Nack(lease=one.lease, failure=TIMEOUT, delay=delay) for one in claimed])


def finish(backend: Backend, claimed: Sequence[Claimed]) -> None:
    """The leases end well."""
    backend.settle([Ack(lease=one.lease, result_json="null") for one in claimed])
