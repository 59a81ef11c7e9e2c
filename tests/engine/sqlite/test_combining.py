"""Who leads: nobody keeps the lead, and nobody waits without a leader."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from pillarbox_engine.sqlite.combining import Combiner


def _finishes(call: Callable[[], object]) -> bool:
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(5.0)
    return not thread.is_alive()


class LateLock:
    """A lead for which the first to ask comes late: somebody else leads to the end before."""

    def __init__(self, lock: threading.Lock, before: Callable[[], object]) -> None:
        self._lock, self._before = lock, before
        self._first = True

    def acquire(self, blocking: bool = True) -> bool:
        if self._first:
            self._first = False
            assert _finishes(self._before)
        return self._lock.acquire(blocking)

    def release(self) -> None:
        self._lock.release()


NOTHING: Any = None
"""The transaction of work that needs none."""


def _combiner() -> Combiner:
    def serve() -> None:
        for piece in combiner.take():
            piece.result = piece.work(NOTHING)
            piece.tell()

    combiner = Combiner(serve)
    return combiner


def test_a_piece_done_before_its_caller_asked_for_the_lead_leaves_the_lead_free() -> None:
    combiner = _combiner()
    late: Any = LateLock(combiner._lead, lambda: combiner.run(lambda _: "first"))
    combiner._lead = late
    assert combiner.run(lambda _: "late") == "late"
    assert _finishes(lambda: combiner.run(lambda _: "next"))


def test_many_callers_are_all_served() -> None:
    combiner, done = _combiner(), []

    def call() -> None:
        for _ in range(500):
            done.append(combiner.run(lambda _: 1))

    threads = [threading.Thread(target=call, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20.0)
    assert len(done) == 8 * 500
