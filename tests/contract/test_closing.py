"""Closing: idempotent, and nothing can be asked of a closed store."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import EngineClosed
from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import ClaimRequest, LeaseRef
from pillarbox_engine.model import NewJob
from pillarbox_engine.protocols import (
    Admin,
    Backend,
    Changes,
    Consumer,
    Inspector,
    Producer,
)
from tests.contract.conftest import BACKENDS
from tests.contract.workshop import QUEUE, open_store

CALLS: dict[str, Callable[[Backend], object]] = {
    "enqueue": lambda b: b.enqueue(QUEUE, [NewJob(payload_json="1")]),
    "ensure_queue": lambda b: b.ensure_queue(QUEUE),
    "claim": lambda b: b.claim(ClaimRequest(queues=(QUEUE,))),
    "extend": lambda b: b.extend([LeaseRef("1", 1)]),
    "queues": lambda b: b.queues(),
    "counts": lambda b: b.counts(),
    "jobs": lambda b: b.jobs(),
    "count": lambda b: b.count(Filter()),
    "job": lambda b: b.job("1"),
    "dead_groups": lambda b: b.dead_groups(),
    "pause": lambda b: b.pause(QUEUE),
    "requeue": lambda b: b.requeue(["1"]),
    "purge": lambda b: b.purge(["1"]),
    "maintain": lambda b: b.maintain(),
    "check": lambda b: b.check(),
}


@pytest.fixture(params=BACKENDS)
def closed(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Backend:
    store = open_store(request.param, tmp_path / "jobs.pillarbox", clock)
    store.enqueue(QUEUE, [NewJob(payload_json="1")])
    store.subscribe(lambda change: None)
    store.close()
    return store


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_store_does_nothing(closed: Backend, call: str) -> None:
    with pytest.raises(EngineClosed):
        CALLS[call](closed)


def test_closing_again_is_nothing(closed: Backend) -> None:
    closed.close()


def test_closing_leaves_no_thread(closed: Backend) -> None:
    ours = [t.name for t in threading.enumerate() if t.name.startswith("pillarbox")]
    assert ours == []


@pytest.mark.parametrize("part", [Producer, Consumer, Inspector, Admin, Changes, Backend])
def test_a_backend_has_every_call_of_the_seam(backend: Backend, part: type) -> None:
    assert isinstance(backend, part)
