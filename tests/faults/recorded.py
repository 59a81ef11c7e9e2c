"""A store whose answers are written into a history before the caller sees them.

Owns `Recorded`: a backend as clients and worker pools use it, each call in the history.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from pillarbox_engine.clock import to_us
from pillarbox_engine.leasing import Claimed, ClaimRequest, LeaseRef, Settlement
from pillarbox_engine.model import BulkResult, Enqueued, NewJob
from pillarbox_engine.protocols import Backend, LeaseLostNote
from pillarbox_engine.standing import Offer
from tests.faults.final import key_of
from tests.faults.history import History


class Recorded:
    """The recorded side of a backend; what is not recorded is the backend's own."""

    def __init__(self, backend: Backend, history: History) -> None:
        self.backend, self.history = backend, history
        self._lengths: dict[LeaseRef, float] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.backend, name)

    def enqueue(
        self, queue: str, jobs: Sequence[NewJob], keys: Sequence[str] = ()
    ) -> list[Enqueued]:
        """Enqueue; `keys` are the names in the payloads, read from them where none are given."""
        keys = keys or [key_of(job.payload_json[:200]) for job in jobs]
        keyed = jobs[0].idempotency_key is not None
        named: dict[str, Any] = {"queue": queue, "keys": list(keys), "idempotent": keyed}
        if any(job.group for job in jobs):
            named["groups"] = [job.group for job in jobs]
        with self.history.call("enqueue", **named) as answer:
            stored = self.backend.enqueue(queue, jobs)
            answer["ids"] = [one.id for one in stored]
            answer["conflicts"] = sum(one.conflict for one in stored)
        return stored

    def claim(self, request: ClaimRequest) -> list[Claimed]:
        """Claim; an empty answer is no news."""
        with self.history.call("claim") as answer:
            claimed = self.backend.claim(request)
            answer["jobs"] = [_told(one) for one in claimed]
        self._lengths.update((one.lease, one.lease_seconds) for one in claimed)
        return claimed

    def settle(self, settlements: Sequence[Settlement]) -> list[LeaseLostNote | None]:
        """Settle."""
        with self.history.call("settle", leases=_named(settlements)) as answer:
            notes = self.backend.settle(settlements)
            answer["accepted"] = [note is None for note in notes]
        return notes

    def exchange(
        self, settlements: Sequence[Settlement], request: ClaimRequest
    ) -> tuple[list[LeaseLostNote | None], list[Claimed]]:
        """Settle and claim in one: two entries, as if one came after the other."""
        leases = _named(settlements)
        with (
            self.history.call("settle", leases=leases) as settled,
            self.history.call("claim") as answer,
        ):
            notes, claimed = self.backend.exchange(settlements, request)
            settled["accepted"] = [note is None for note in notes]
            answer["jobs"] = [_told(one) for one in claimed]
        self._lengths.update((one.lease, one.lease_seconds) for one in claimed)
        return notes, claimed

    def stand_by(self, offer: Offer) -> Callable[[], None]:
        """Stand by; what is handed over counts as claimed."""
        take = offer.take

        def recorded(claimed: Sequence[Claimed]) -> None:
            with self.history.call("claim") as answer:
                answer["jobs"] = [_told(one) for one in claimed]
            self._lengths.update((one.lease, one.lease_seconds) for one in claimed)
            take(claimed)

        offer.take = recorded
        return self.backend.stand_by(offer)

    def extend(self, leases: Sequence[LeaseRef], seconds: float | None = None) -> list[bool]:
        """Extend."""
        now = time.time_ns() // 1_000
        lengths = [self._lengths[one] if seconds is None else seconds for one in leases]
        until = [now + round(length * 1e6) for length in lengths]
        named = [[one.job_id, one.fence, end] for one, end in zip(leases, until, strict=True)]
        with self.history.call("extend", leases=named) as answer:
            kept = self.backend.extend(leases, seconds)
            answer["kept"] = kept
        return kept

    def bulk(self, verb: str, ids: Sequence[str], keys: Sequence[str] = ()) -> BulkResult:
        """An operator's verb on `ids`, whose names are `keys`."""
        with self.history.call(verb, ids=list(ids), keys=list(keys)) as answer:
            result: BulkResult = getattr(self.backend, verb)(ids)
            answer["changed"], answer["skipped"] = result.changed, result.skipped
        return result

    def close(self) -> None:
        """Close; leases end with it."""
        self.history.note("close")
        self.backend.close()


def _named(settlements: Sequence[Settlement]) -> list[list[Any]]:
    return [[*one.lease, type(one).__name__.lower()] for one in settlements]


def _told(job: Claimed) -> list[Any]:
    times = (to_us(job.claimed_at), to_us(job.lease_expires_at))
    return [job.lease.job_id, job.lease.fence, key_of(job.payload_json[:200]), *times]
