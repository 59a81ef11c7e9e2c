"""A file opened just after the clock jumped or the machine slept: whose lease ran out may renew."""

from __future__ import annotations

from collections.abc import Callable

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.leasing import ClaimRequest, LeaseRef
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend
from pillarbox_engine.states import State

Opener = Callable[..., SqliteBackend]
REQUEST = ClaimRequest(queues=("email",))
LEASE, GRACE = 30.0, 15.0


def running(backend: SqliteBackend) -> LeaseRef:
    """A job under a lease that runs out before the file is opened again."""
    backend.enqueue("email", [NewJob(payload_json="{}")])
    (claimed,) = backend.claim(REQUEST)
    return claimed.lease


def test_a_lease_that_ran_out_before_may_still_be_renewed(
    backend: SqliteBackend, reopen: Opener, clock: ManualClock
) -> None:
    lease = running(backend)
    clock.step(3_600.0)
    other = reopen()
    other.maintain()
    assert other.claim(REQUEST) == []
    assert backend.extend([lease]) == [True]
    clock.advance(GRACE + 1)
    other.maintain()
    assert other.job(lease.job_id).state is State.LEASED


def test_one_that_is_not_renewed_is_lost_after_the_grace(
    backend: SqliteBackend, reopen: Opener, clock: ManualClock
) -> None:
    job_id, _ = running(backend)
    clock.advance(LEASE + 1)
    other = reopen()
    other.maintain()
    assert other.job(job_id).state is State.LEASED
    clock.advance(GRACE + 1)
    other.maintain()
    assert (other.job(job_id).state, other.job(job_id).lost) == (State.READY, 1)


def test_where_none_had_run_out_nothing_is_waited_for(
    backend: SqliteBackend, reopen: Opener, clock: ManualClock
) -> None:
    job_id, _ = running(backend)
    other = reopen()
    clock.advance(LEASE + 1)
    other.maintain()
    assert other.job(job_id).state is State.READY
