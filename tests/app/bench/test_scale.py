"""The drain of a share of a backlog ends, whatever is left of it."""

from __future__ import annotations

from pillarbox.bench.scale import drain_some
from pillarbox_engine.engine import Engine
from pillarbox_engine.memory import MemoryBackend


def test_it_ends_where_less_is_ready_than_was_asked_for() -> None:
    with Engine(MemoryBackend()) as engine:
        queue = engine.queue("bench")
        queue.enqueue_many(range(5))
        queue.enqueue_many(range(3), delay=86_400.0)
        done, seconds = drain_some(queue, 50)
    assert done == 5
    assert seconds > 0
