"""Short hands for the contract suite: a backend and its clock, driven in few words.

Owns `Workshop`. It adds nothing of its own to what the seam says; it only fills in what a test
does not care about.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pillarbox_engine.clock import ManualClock, from_us
from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import (
    Ack,
    CancelLease,
    Claimed,
    ClaimRequest,
    Lost,
    Nack,
    Reject,
    Release,
    Settlement,
    Snooze,
)
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import Counts, Failure, Job, NewJob, QueueSummary
from pillarbox_engine.protocols import Backend, LeaseLostNote
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import State

QUEUE = "orders"
LEASE = 30.0
FAILURE = Failure(
    type="ValueError", message="no such user 42", traceback="Traceback …", fingerprint="f-user"
)


def open_store(kind: str, path: Path, clock: ManualClock) -> Backend:
    """A fresh store of that kind, on that clock."""
    if kind == "memory":
        return MemoryBackend(clock=clock)
    from pillarbox_engine.sqlite import open_backend

    return open_backend(path, clock=clock)


@dataclass(frozen=True, slots=True)
class Workshop:
    """A backend, its clock, and what tests do with them."""

    backend: Backend
    clock: ManualClock

    @property
    def now(self) -> datetime:
        return from_us(self.clock.now_us())

    def configure(self, queue: str = QUEUE, **changes: Any) -> None:
        self.backend.configure(queue, QueueSettings().changed(**changes))

    def add(self, payload: Any = None, *, queue: str = QUEUE, **options: Any) -> str:
        """Enqueue one job; its id."""
        job = NewJob(payload_json=json.dumps(payload), **options)
        return self.backend.enqueue(queue, [job])[0].id

    def add_many(self, number: int, *, queue: str = QUEUE, **options: Any) -> list[str]:
        """Enqueue jobs with payloads 0, 1, 2 …; their ids."""
        jobs = [NewJob(payload_json=str(place), **options) for place in range(number)]
        return [enqueued.id for enqueued in self.backend.enqueue(queue, jobs)]

    def claim(
        self, limit: int = 1, *, queues: Sequence[str] = (QUEUE,), **more: Any
    ) -> list[Claimed]:
        return self.backend.claim(ClaimRequest(queues=tuple(queues), limit=limit, **more))

    def take(self, queue: str = QUEUE) -> Claimed:
        """Claim the one job at the head; fails where there is none."""
        (claimed,) = self.claim(queues=(queue,))
        return claimed

    def settle(self, settlement: Settlement) -> LeaseLostNote | None:
        (note,) = self.backend.settle([settlement])
        return note

    def ack(self, claimed: Claimed, result: Any = None) -> LeaseLostNote | None:
        text = None if result is None else json.dumps(result)
        return self.settle(Ack(lease=claimed.lease, result_json=text))

    def nack(
        self, claimed: Claimed, delay: float = 5.0, failure: Failure = FAILURE
    ) -> LeaseLostNote | None:
        return self.settle(Nack(lease=claimed.lease, failure=failure, delay=delay))

    def reject(self, claimed: Claimed, failure: Failure = FAILURE) -> LeaseLostNote | None:
        return self.settle(Reject(lease=claimed.lease, failure=failure))

    def release(self, claimed: Claimed) -> LeaseLostNote | None:
        return self.settle(Release(lease=claimed.lease))

    def snooze(self, claimed: Claimed, delay: float = 5.0) -> LeaseLostNote | None:
        return self.settle(Snooze(lease=claimed.lease, delay=delay))

    def cancel_lease(self, claimed: Claimed, reason: str = "") -> LeaseLostNote | None:
        return self.settle(CancelLease(lease=claimed.lease, reason=reason))

    def lose(self, claimed: Claimed) -> LeaseLostNote | None:
        return self.settle(Lost(lease=claimed.lease))

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and maintenance run."""
        self.clock.advance(seconds)
        self.backend.maintain()

    def job(self, job_id: str) -> Job:
        return self.backend.job(job_id)

    def state(self, job_id: str) -> State:
        return self.backend.job(job_id).state

    def counts(self, queue: str = QUEUE) -> Counts:
        return self.backend.counts(queue)

    def queue(self, name: str = QUEUE) -> QueueSummary:
        (found,) = [queue for queue in self.backend.queues() if queue.name == name]
        return found

    def ids(self, **parts: Any) -> list[str]:
        """The ids a filter finds, in the listing's order."""
        return [row.id for row in self.backend.jobs(Filter(**parts)).rows]

    def dead(self, payload: Any = None, *, queue: str = QUEUE, **options: Any) -> str:
        """A job that was enqueued, taken and rejected; its id."""
        self.add(payload, queue=queue, priority=0, **options)
        claimed = self.take(queue)
        self.reject(claimed)
        return claimed.lease.job_id

    def done(self, payload: Any = None, *, queue: str = QUEUE, **options: Any) -> str:
        """A job that was enqueued, taken and acked; its id."""
        self.add(payload, queue=queue, priority=0, **options)
        claimed = self.take(queue)
        self.ack(claimed)
        return claimed.lease.job_id
