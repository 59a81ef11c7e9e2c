"""A commit whose outcome is uncertain can be repeated safely with the key the error carries."""

from __future__ import annotations

from dataclasses import replace

import apsw
import pytest

from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import Definite, Indeterminate, StorageFault
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend
from pillarbox_engine.sqlite.writer import Writer, _Uncertain

make_durable = Writer._make_durable


def _fail_once(monkeypatch: pytest.MonkeyPatch, *, after_commit: bool) -> None:
    """Let the next COMMIT report a failure: with `after_commit` it is durable all the same."""

    def failing(self: Writer, connection: apsw.Connection) -> None:
        monkeypatch.setattr(Writer, "_make_durable", make_durable)
        if after_commit:
            make_durable(self, connection)
            raise _Uncertain("the disk did not answer")
        raise apsw.IOError("the disk did not answer")

    monkeypatch.setattr(Writer, "_make_durable", failing)


@pytest.mark.parametrize("after_commit", [True, False])
def test_repeating_an_uncertain_enqueue_adds_nothing_twice(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch, after_commit: bool
) -> None:
    with Engine(backend, maintain=False) as engine:
        queue = engine.queue("email")
        queue.enqueue("before")
        _fail_once(monkeypatch, after_commit=after_commit)
        with pytest.raises(Indeterminate if after_commit else Definite) as caught:
            queue.enqueue_many([1, 2, 3])
        key = caught.value.idempotency_key
        assert key is not None
        again = queue.enqueue_many([1, 2, 3], idempotency_key=key)
        assert [entry.conflict for entry in again] == [after_commit] * 3
        assert [engine.job(entry.id).payload for entry in again] == [1, 2, 3]
        assert queue.counts().enqueued_total == 4
        assert backend.check() == ()


@pytest.mark.parametrize("after_commit", [True, False])
def test_repeating_it_tells_unique_jobs_from_those_that_met_a_holder(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch, after_commit: bool
) -> None:
    keys = ["held", None, "new", "new", None, "held"]
    jobs = [NewJob(payload_json=str(n), unique_key=key) for n, key in enumerate(keys)]
    (holder,) = backend.enqueue("email", [NewJob(payload_json="9", unique_key="held")])
    _fail_once(monkeypatch, after_commit=after_commit)
    with pytest.raises(StorageFault) as caught:
        backend.enqueue("email", jobs)
    first = replace(jobs[0], idempotency_key=caught.value.idempotency_key)
    again = backend.enqueue("email", [first, *jobs[1:]])
    assert [backend.job(entry.id).payload for entry in again] == [9, 1, 2, 2, 4, 9]
    assert again[0].id == holder.id
    assert backend.counts("email").enqueued_total == 4
    assert backend.check() == ()


def test_the_engine_goes_on_after_a_storage_fault(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Engine(backend, maintain=False) as engine:
        queue = engine.queue("email")
        _fail_once(monkeypatch, after_commit=False)
        with pytest.raises(StorageFault, match="the disk did not answer"):
            queue.enqueue(1)
        queue.enqueue(2)
        assert [job.preview for job in queue.jobs()] == ["2"]
