"""What an operation was promised holds across restarts: its rate, its canary, its own history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from pillarbox_engine.clock import ManualClock, from_us
from pillarbox_engine.filters import Filter
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.leasing import Ack, ClaimRequest, Reject
from pillarbox_engine.model import Failure, NewJob
from pillarbox_engine.operation import OperationOptions, OperationState
from pillarbox_engine.protocols import Backend
from pillarbox_engine.sqlite import open_backend
from pillarbox_engine.states import State, Verb

FAILURE = Failure(type="ValueError", message="no", fingerprint="f")
WHERE = Filter(queues=("a",))
Reopen = Callable[[], Backend]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def reopen(tmp_path: Path, clock: ManualClock) -> Reopen:
    """Close the file, if it is open, and open it again."""
    held: list[Backend] = []

    def opened() -> Backend:
        for backend in held:
            backend.close()
        held[:] = [open_backend(tmp_path / "jobs.pillarbox", clock=clock)]
        return held[0]

    return opened


def bury(backend: Backend, number: int) -> list[str]:
    backend.enqueue("a", [NewJob(payload_json=str(n)) for n in range(number)])
    claims = backend.claim(ClaimRequest(queues=("a",), limit=number))
    backend.settle([Reject(lease=claimed.lease, failure=FAILURE) for claimed in claims])
    return [claimed.lease.job_id for claimed in claims]


def replay(backend: Backend, options: OperationOptions) -> str:
    plan = OperationPlan(verb=Verb.REPLAY, where=WHERE, options=options)
    begun = backend.start_operation(plan)
    return backend.advance_operation(begun.id).id


def test_a_rate_is_kept_over_restarts_to_the_microsecond(
    reopen: Reopen, clock: ManualClock
) -> None:
    backend = reopen()
    ids, begun = bury(backend, 12), from_us(clock.now_us())
    operation = replay(backend, OperationOptions(rate=4.0))
    while not backend.operation(operation).ended:
        clock.advance(0.25)
        backend = reopen()
        backend.maintain()
    due = [backend.job(job_id).run_at - begun for job_id in ids]
    assert due == [timedelta(seconds=place / 4) for place in range(12)]
    backend.close()


def test_an_hour_without_anybody_is_not_caught_up_on(reopen: Reopen, clock: ManualClock) -> None:
    backend = reopen()
    ids = bury(backend, 40)
    operation = replay(backend, OperationOptions(rate=4.0))
    done = backend.operation(operation).done
    clock.advance(3_600)
    backend = reopen()
    backend.maintain()
    assert backend.operation(operation).done == done + 5
    times = [backend.job(job_id).run_at for job_id in ids[: done + 5]]
    gaps = {later - earlier for earlier, later in pairwise(times)}
    assert min(gaps) == timedelta(seconds=0.25)
    backend.close()


def test_a_canary_is_watched_over_restarts(reopen: Reopen, clock: ManualClock) -> None:
    backend = reopen()
    bury(backend, 50)
    operation = replay(backend, OperationOptions(canary=2))
    backend = reopen()
    backend.maintain()
    assert backend.operation(operation).state is OperationState.CANARY
    claims = backend.claim(ClaimRequest(queues=("a",), limit=9))
    assert len(claims) == 2
    backend.settle([Ack(lease=claimed.lease) for claimed in claims])
    backend = reopen()
    backend.maintain()
    told = backend.operation(operation)
    assert (told.state, told.changed) == (OperationState.DONE, 50)
    assert backend.count(Filter(states=frozenset({State.READY}))) == 48
    assert backend.check() == ()
    backend.close()
