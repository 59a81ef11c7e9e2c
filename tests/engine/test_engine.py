"""The engine's own life: closing, forks, subscriptions."""

from __future__ import annotations

import os
import threading

import pytest

from pillarbox_engine.child import IMPORTING
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import EngineClosed, InvalidOption, NotFound, ProgrammingFault
from pillarbox_engine.filters import Filter
from pillarbox_engine.protocols import Change
from pillarbox_engine.states import State
from tests.engine.kit import PATIENCE, WatchedBackend, wait


def test_close_is_idempotent_and_ends_everything(backend: WatchedBackend) -> None:
    engine = Engine(backend)
    queue = engine.queue("a")
    engine.close()
    engine.close()
    for call in (engine.queues, engine.counts, queue.counts, queue.pause, queue.claim):
        with pytest.raises(EngineClosed):
            call()
    with pytest.raises(EngineClosed):
        backend.queues()


def test_closing_ends_a_waiting_claim(backend: WatchedBackend) -> None:
    engine = Engine(backend)
    queue = engine.queue("a")
    errors: list[Exception] = []

    def waits() -> None:
        try:
            queue.claim(wait=60.0)
        except EngineClosed as error:
            errors.append(error)

    thread = threading.Thread(target=waits)
    thread.start()
    engine.close()
    thread.join(PATIENCE)
    assert len(errors) == 1


def test_closing_releases_deliveries() -> None:
    class Kept(WatchedBackend):
        def close(self) -> None:
            self.job_at_close = self.jobs(Filter()).rows[0]
            super().close()

    backend = Kept()
    engine = Engine(backend)
    engine.queue("a").enqueue(1)
    assert engine.queue("a").claim() is not None
    engine.close()
    assert backend.job_at_close.state is State.READY
    assert backend.job_at_close.attempt == 0


def test_a_fork_is_refused(engine: Engine) -> None:
    queue = engine.queue("a")
    child = os.fork()
    if child == 0:
        try:
            queue.enqueue(1)
        except ProgrammingFault:
            os._exit(42)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 42


def test_engine_in_an_importing_child_is_refused(
    backend: WatchedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(IMPORTING, "1")
    with pytest.raises(ProgrammingFault, match="__main__"):
        Engine(backend)


def test_subscribers_hear_of_changes(engine: Engine) -> None:
    heard: list[Change] = []
    came = threading.Event()

    def listener(change: Change) -> None:
        heard.append(change)
        came.set()

    unsubscribe = engine.subscribe(listener)
    engine.queue("a").enqueue(1)
    wait(came)
    unsubscribe()
    assert "a" in heard[0].queues or not heard[0].queues


def test_looking(engine: Engine) -> None:
    engine.queue("a").enqueue(1)
    engine.queue("b").enqueue_many([2, 3])
    assert [summary.name for summary in engine.queues()] == ["a", "b"]
    assert engine.counts().ready == 3
    assert len(list(engine.jobs(Filter(queues=("b",))))) == 2
    with pytest.raises(NotFound):
        engine.job("no such")


def test_an_id_that_is_not_text_is_refused(backend: WatchedBackend) -> None:
    with Engine(backend) as engine, pytest.raises(InvalidOption, match="got 3"):
        engine.job(3)  # type: ignore[arg-type]
