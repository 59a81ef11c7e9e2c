"""The maintenance thread: when it works, what wakes it, what it survives."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from pillarbox_engine.backoff import Exponential
from pillarbox_engine.errors import Definite, EngineClosed
from pillarbox_engine.maintenance import Maintenance
from pillarbox_engine.protocols import Change
from tests.engine.kit import PATIENCE


class Store:
    """Answers from a script; tells the test of each turn."""

    def __init__(self, *answers: float | Exception) -> None:
        self._answers = list(answers)
        self.turns: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.listener: Callable[[Change], None] | None = None

    def subscribe(
        self, listener: Callable[[Change], None], *, prompt: bool = False
    ) -> Callable[[], None]:
        self.listener = listener
        return self.unsubscribe

    def unsubscribe(self) -> None:
        self.listener = None

    def maintain(self) -> float:
        self.turns.put(len(self._answers))
        answer = self._answers.pop(0) if self._answers else 60.0
        if isinstance(answer, Exception):
            raise answer
        return answer


QUICK = Exponential(first=0.0, cap=0.0)


def test_it_comes_back_when_due() -> None:
    store = Store(0.0, 0.0)
    maintenance = Maintenance(store, shortest=0.0)
    maintenance.start()
    assert [store.turns.get(timeout=PATIENCE) for _ in range(3)] == [2, 1, 0]
    maintenance.stop()
    assert store.listener is None


def test_a_change_brings_it_forward() -> None:
    store = Store(60.0)
    maintenance = Maintenance(store, shortest=0.0)
    maintenance.start()
    store.turns.get(timeout=PATIENCE)
    assert store.listener is not None
    store.listener(Change())
    store.turns.get(timeout=PATIENCE)
    maintenance.stop()


def test_storage_errors_are_told_and_survived() -> None:
    problems: list[Exception] = []
    store = Store(Definite("maintain failed"), Definite("and again"), 60.0)
    maintenance = Maintenance(store, on_problem=problems.append, shortest=0.0, trouble=QUICK)
    maintenance.start()
    for _ in range(3):
        store.turns.get(timeout=PATIENCE)
    maintenance.stop()
    assert len(problems) == 2


def test_a_closed_store_ends_it() -> None:
    store = Store(EngineClosed("closed"))
    maintenance = Maintenance(store, shortest=0.0)
    maintenance.start()
    store.turns.get(timeout=PATIENCE)
    for thread in threading.enumerate():
        if thread.name == "pillarbox-maintenance":
            thread.join(PATIENCE)
    maintenance.stop()
    assert store.turns.empty()
