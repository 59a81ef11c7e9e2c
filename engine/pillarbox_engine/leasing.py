"""What passes between a worker and the backend: claims, leases and how they are settled.

Owns the records of the consumer side of the seam. A lease is named by job id and fence; every
call on it carries both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pillarbox_engine.backoff import Backoff
from pillarbox_engine.clock import from_us
from pillarbox_engine.model import Failure
from pillarbox_engine.retry_rules import RetryRule


class LeaseRef(NamedTuple):
    """One claim of one job: valid until settled, expired, or claimed again."""

    job_id: str
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """Ask for up to `limit` jobs of `queues` (in that order of preference).

    `types`: only jobs of these types, None for any but those in `without`. `worker` names the
    claiming thread or pool in leases. `ahead` more jobs may be claimed that will start a little
    later; a rate-limited queue gives none of those. A job that was lost before comes alone: the
    batch then holds just that one.
    """

    queues: tuple[str, ...]
    limit: int = 1
    ahead: int = 0
    worker: str = "worker"
    types: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    @property
    def chooses(self) -> bool:
        """Whether jobs of some types are not wanted."""
        return self.types is not None or bool(self.without)

    def wants(self, type: str) -> bool:
        """Whether jobs of `type` are wanted."""
        return type not in self.without if self.types is None else type in self.types


class Claimed(NamedTuple):
    """A job under a lease, with all its handler and its retry policy need.

    Figures that end in `_us` are microseconds since 1970-01-01 UTC; a worker needs none of them
    as a date, so they become one only when asked for.
    """

    lease: LeaseRef
    queue: str
    type: str
    payload_json: str
    attempt: int
    max_attempts: int
    lost: int
    priority: int
    enqueued_us: int
    claimed_us: int
    expires_us: int
    lease_seconds: float
    timeout: float
    backoff: Backoff
    retry_rules: tuple[RetryRule, ...] = ()

    @property
    def enqueued_at(self) -> datetime:
        """When it was enqueued."""
        return from_us(self.enqueued_us)

    @property
    def claimed_at(self) -> datetime:
        """When this lease began."""
        return from_us(self.claimed_us)

    @property
    def lease_expires_at(self) -> datetime:
        """When this lease ends, unless it is extended."""
        return from_us(self.expires_us)


class Ack(NamedTuple):
    """Done. `started_us` is when the handler began, where that is known: microseconds since
    1970-01-01 UTC."""

    lease: LeaseRef
    result_json: str | None = None
    started_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nack:
    """Failed: run again after `delay` seconds, or dead-letter when attempts are used up.

    So is one that could only begin again after the job's total retry time.
    """

    lease: LeaseRef
    failure: Failure
    delay: float
    started_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Dead-letter now. `detail`: what the history says of it, beside the error."""

    lease: LeaseRef
    failure: Failure
    started_us: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Give back without charging an attempt; ready at once."""

    lease: LeaseRef
    started_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Not now: run again after `delay` seconds, no attempt charged."""

    lease: LeaseRef
    delay: float
    started_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelLease:
    """The handler found the job need not run: cancelled, with `reason`."""

    lease: LeaseRef
    reason: str
    started_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The process that ran it died: attempt given back, lost count + 1, dead at `max_lost`."""

    lease: LeaseRef
    started_us: int | None = None


Settlement = Ack | Nack | Reject | Release | Snooze | CancelLease | Lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Progress (percent, 0 to 100) and log lines of a running job, flushed together."""

    lease: LeaseRef
    progress: float | None = None
    lines: tuple[tuple[datetime, str], ...] = ()
