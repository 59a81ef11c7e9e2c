"""How often the reader thread reads a large payload."""

from __future__ import annotations

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_ui.interest import Interest, View
from pillarbox_ui.reading import SnapshotReader


def test_a_large_payload_is_not_read_anew_ten_times_a_second(
    backend: MemoryBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, reads = ManualClock(), []
    backend.configure("email", QueueSettings(max_payload=64 * 2**20))
    large, small = (
        backend.enqueue("email", [NewJob(payload_json=f'"{"x" * size}"')])[0].id
        for size in (20_000_000, 200)
    )
    read = backend.job
    monkeypatch.setattr(backend, "job", lambda job_id: reads.append(job_id) or read(job_id))  # type: ignore[func-returns-value]
    reader = SnapshotReader(backend, clock)

    def look(job_id: str, changed_us: int = 0) -> str | None:
        interest = Interest(view=View.QUEUE, queue="email", selected_job=job_id)
        snapshot = reader.read(interest, changed_us)
        assert snapshot is not None
        return None if snapshot.selected is None else snapshot.selected.id

    assert [look(large) for _ in range(3)] == [large] * 3
    assert reads == [large]
    assert look(large, clock.monotonic_us() + 1) == large
    assert reader.stale_for() is not None
    assert [look(small) for _ in range(2)] == [small] * 2
    assert reads == [large, small, small]
    clock.advance(2.1)
    assert look(large) == large
    assert reads == [large, small, small, large]
