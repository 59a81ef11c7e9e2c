"""The list of an operation's jobs is written in parts, and a process may die before the last."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.filters import Filter
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.model import NewJob
from pillarbox_engine.operation import OperationState
from pillarbox_engine.sqlite import open_backend, operating
from pillarbox_engine.sqlite.backend import SqliteBackend
from pillarbox_engine.states import Verb

PLAN = OperationPlan(verb=Verb.PURGE, where=Filter(queues=("a",)))


@pytest.fixture
def backend(tmp_path: Path) -> SqliteBackend:
    backend = open_backend(tmp_path / "jobs.pillarbox", clock=ManualClock())
    backend.enqueue("a", [NewJob(payload_json=str(n)) for n in range(5)])
    assert isinstance(backend, SqliteBackend)
    return backend


def test_many_jobs_are_written_down_in_parts(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operating, "PART", 2)
    begun = backend.start_operation(PLAN)
    assert (begun.state, begun.total) == (OperationState.RUNNING, 5)
    assert backend.advance_operation(begun.id).changed == 5
    backend.close()


def test_what_nobody_froze_to_the_end_is_cancelled_and_touches_nothing(
    backend: SqliteBackend,
) -> None:
    nobody = 999
    number = backend._file.write(lambda t: operating._open(t, PLAN, nobody, [1, 2], 5))
    freezing = backend.operation(str(number))
    assert freezing.state is OperationState.FREEZING
    assert backend.advance_operation(freezing.id).done == 0
    backend.maintain()
    told = backend.operation(freezing.id)
    assert told.state is OperationState.CANCELLED
    assert "none was touched" in told.said
    assert backend.counts("a").ready == 5
    backend.close()


def test_what_is_being_frozen_by_a_living_process_is_left_alone(backend: SqliteBackend) -> None:
    own = backend._file.process_id
    number = backend._file.write(lambda t: operating._open(t, PLAN, own, [1, 2], 5))
    backend.maintain()
    assert backend.operation(str(number)).state is OperationState.FREEZING
    backend.close()
