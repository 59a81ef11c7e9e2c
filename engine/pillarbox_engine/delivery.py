"""A claimed job in the hands of a program that does without workers.

Owns `Delivery`: the low-level way to take one job and say what became of it. The lease is not
extended by itself here; whoever holds a delivery extends it in time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from pillarbox_engine import arguments, payload
from pillarbox_engine.backoff import Random
from pillarbox_engine.errors import LeaseLost
from pillarbox_engine.fingerprint import failure_from, failure_of
from pillarbox_engine.flows import Children, by_id
from pillarbox_engine.leasing import Ack, Claimed, Reject, Release, Settlement, Snooze
from pillarbox_engine.model import JsonValue
from pillarbox_engine.retry_policy import failed
from pillarbox_engine.settings import LEASES, check_number

if TYPE_CHECKING:
    from pillarbox_engine.protocols import Backend


class Delivery:
    """One claim of one job. Each verb is durable when it returns, or raises `LeaseLost`."""

    def __init__(
        self, backend: Callable[[], Backend], claimed: Claimed, random: Random,
        settled: Callable[[Delivery], None],
    ) -> None:  # fmt: skip
        self._backend, self._random, self._settled = backend, random, settled
        self.claimed = claimed

    @property
    def id(self) -> str:
        """The job's id."""
        return self.claimed.lease.job_id

    @property
    def fence(self) -> int:
        """The number of this claim; it grows with every claim of the job."""
        return self.claimed.lease.fence

    @property
    def queue(self) -> str:
        """The queue it came from."""
        return self.claimed.queue

    @property
    def type(self) -> str:
        """The job's type."""
        return self.claimed.type

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return self.claimed.attempt

    @property
    def payload(self) -> JsonValue:
        """The payload, a fresh value each time."""
        return json.loads(self.claimed.payload_json)

    @property
    def children(self) -> Children:
        """What its children ended with, by their ids, in order; {} where it has none."""
        return by_id(self._backend().children(self.id))

    def ack(self, result: JsonValue = None) -> None:
        """Done. Repeating it under the same fence is harmless. `InvalidPayload`: not JSON."""
        encoded = None if result is None else payload.encode(result)
        self._settle(Ack(lease=self.claimed.lease, result_json=encoded))

    def nack(self, error: BaseException | str) -> None:
        """Failed: what the queue's retry rules say, else again after the job's backoff.

        A dead letter if no attempt, or no retry time, is left.
        """
        arguments.kind("error", error, BaseException, str)
        failure = failure_of("Nack", error) if isinstance(error, str) else failure_from(error)
        self._settle(failed(self.claimed, failure, None, self._random))

    def reject(self, reason: str) -> None:
        """A dead letter now."""
        arguments.kind("reason", reason, str)
        self._settle(Reject(lease=self.claimed.lease, failure=failure_of("Reject", reason)))

    def release(self) -> None:
        """Give it back: ready at once, no attempt charged."""
        self._settle(Release(lease=self.claimed.lease))

    def snooze(self, seconds: float) -> None:
        """Not now: ready again after `seconds`, no attempt charged."""
        arguments.seconds("seconds", seconds, arguments.LONGEST_DELAY)
        self._settle(Snooze(lease=self.claimed.lease, delay=seconds))

    def extend(self, seconds: float | None = None) -> None:
        """Let the lease run `seconds` from now; None: as long as the queue's leases do."""
        if seconds is not None:
            check_number("seconds", seconds, *LEASES)
        if not self._backend().extend([self.claimed.lease], seconds)[0]:
            raise lease_lost(self.id, "its lease has ended")

    def _settle(self, settlement: Settlement) -> None:
        note = self._backend().settle([settlement])[0]
        self._settled(self)
        if note is not None:
            raise lease_lost(note.job_id, note.reason)


def lease_lost(job_id: str, reason: str) -> LeaseLost:
    """The error for a call under a stale fence."""
    return LeaseLost(
        f"Job {job_id} is no longer held under this lease",
        reason,
        "Nothing was changed; stop working on it",
    )
