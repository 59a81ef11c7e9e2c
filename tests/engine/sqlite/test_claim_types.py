"""A claim of types that nothing ready has: it costs nobody else the write lock."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.leasing import ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend

REQUEST = ClaimRequest(queues=("orders", "no such queue"), types=frozenset({"served"}))


def _add(backend: SqliteBackend, type: str, delay: float | None = None) -> None:
    backend.enqueue("orders", [NewJob(payload_json="1", type=type, delay=delay)])


def test_it_answers_while_another_process_writes(backend: SqliteBackend, path: Path) -> None:
    _add(backend, "other")
    writer = apsw.Connection(str(path))
    writer.execute("BEGIN IMMEDIATE")
    assert backend.claim(REQUEST) == []
    assert backend.exchange([], REQUEST) == ([], [])
    writer.execute("ROLLBACK")
    writer.close()


@pytest.mark.parametrize("delay", [None, 5.0])
def test_what_fits_is_claimed(
    backend: SqliteBackend, clock: ManualClock, delay: float | None
) -> None:
    _add(backend, "other")
    _add(backend, "served", delay)
    clock.advance(6.0)
    assert [job.type for job in backend.claim(REQUEST)] == ["served"]
