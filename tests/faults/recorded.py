"""A store whose answers are written into a history before the caller sees them.

Owns `Recorded`: a backend as clients and worker pools use it, each call in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import apsw

from pillarbox_engine.clock import Clock, SystemClock
from pillarbox_engine.errors import Definite
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.leasing import Claimed, ClaimRequest, LeaseRef, Settlement
from pillarbox_engine.model import BulkResult, Enqueued, NewJob
from pillarbox_engine.protocols import Backend, LeaseLostNote
from pillarbox_engine.standing import Offer
from tests.faults.final import handed, key_of
from tests.faults.history import History
from tests.faults.program import NOTE_ORDER


class Abandoned(Definite):
    """A program rolled its own transaction back."""


class Recorded:
    """The recorded side of a backend; what is not recorded is the backend's own."""

    def __init__(self, backend: Backend, history: History, clock: Clock | None = None) -> None:
        self.backend, self.history, self._clock = backend, history, clock or SystemClock()
        self._lengths: dict[LeaseRef, float] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.backend, name)

    def enqueue(
        self, queue: str, jobs: Sequence[NewJob], keys: Sequence[str] = ()
    ) -> list[Enqueued]:
        """Enqueue; `keys` are the names in the payloads, read from them where none are given."""
        with self.history.call("enqueue", **_asked(queue, jobs, keys)) as answer:
            stored = self.backend.enqueue(queue, jobs)
            _answer(answer, stored)
        return stored

    def enqueue_joined(
        self, connection: apsw.Connection, queue: str, jobs: Sequence[NewJob], *, commit: bool
    ) -> None:
        """Enqueue within the program's transaction, beside a row of its own for each job."""
        asked = _asked(queue, jobs, ())
        with self.history.call("enqueue", joined=True, **asked) as answer, _rolled_back(connection):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(NOTE_ORDER, [(key,) for key in asked["keys"]])
            _answer(answer, self.backend.enqueue_within(queue, jobs, connection))
            if not commit:
                raise Abandoned("The program changed its mind", "its transaction is rolled back")
            connection.execute("COMMIT")

    def operate(self, plan: OperationPlan, steps: int) -> None:
        """Begin an operation and help it on a little; maintenance does the rest."""
        with self.history.call("operation", verb=str(plan.verb)) as answer:
            operation = self.backend.start_operation(plan)
            answer["id"] = operation.id
            for _ in range(steps if operation.id else 0):
                self.backend.advance_operation(operation.id)

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
            with self.history.call("claim", handed=True) as answer:
                answer["jobs"] = [_told(one) for one in claimed]
            self._lengths.update((one.lease, one.lease_seconds) for one in claimed)
            take(claimed)

        offer.take = recorded
        return self.backend.stand_by(offer)

    def extend(self, leases: Sequence[LeaseRef], seconds: float | None = None) -> list[bool]:
        """Extend."""
        now = self._clock.now_us()
        lengths = [self._lengths[one] if seconds is None else seconds for one in leases]
        until = [now + round(length * 1e6) for length in lengths]
        named = [[one.job_id, one.fence, end] for one, end in zip(leases, until, strict=True)]
        with self.history.call("extend", leases=named, lengths=lengths) as answer:
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


@contextmanager
def _rolled_back(connection: apsw.Connection) -> Iterator[None]:
    """Whatever is raised: its transaction does not stay open."""
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _asked(queue: str, jobs: Sequence[NewJob], keys: Sequence[str]) -> dict[str, Any]:
    """What an enqueue asks for; what none of its jobs has is left out."""
    named = list(keys) or [key_of(job.payload_json[:200]) for job in jobs]
    keyed = all(job.idempotency_key is not None for job in jobs)
    asked: dict[str, Any] = {"queue": queue, "keys": named, "idempotent": keyed}
    lists = {
        "groups": [job.group for job in jobs], "uniques": [job.unique_key for job in jobs],
        "priorities": [job.priority for job in jobs], "delay": max(job.delay or 0 for job in jobs),
    }  # fmt: skip
    return asked | {
        name: some for name, some in lists.items() if some and some != [None] * len(jobs)
    }


def _answer(answer: dict[str, Any], stored: Sequence[Enqueued]) -> None:
    answer["ids"] = [one.id for one in stored]
    if any(one.conflict for one in stored):
        answer["repeats"] = [one.conflict for one in stored]


def _named(settlements: Sequence[Settlement]) -> list[list[Any]]:
    return [[*one.lease, type(one).__name__.lower()] for one in settlements]


def _told(job: Claimed) -> list[Any]:
    times = (job.claimed_us, job.expires_us)
    return [job.lease.job_id, job.lease.fence, handed(job.payload_json), *times, job.queue]
