"""Both backends under one suite, on a clock that moves only when told to.

After each test the store must find itself whole: whatever a test did, counters, ledger and rows
agree at the end of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.protocols import Backend
from tests.contract.workshop import Workshop, open_store

BACKENDS = ("memory", "sqlite")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=BACKENDS)
def backend(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock
) -> Iterator[Backend]:
    store = open_store(request.param, tmp_path / "jobs.pillarbox", clock)
    yield store
    assert store.check() == ()
    store.close()


@pytest.fixture
def shop(backend: Backend, clock: ManualClock) -> Workshop:
    return Workshop(backend, clock)
