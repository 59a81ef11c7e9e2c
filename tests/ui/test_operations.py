"""Operations: results on the main thread, progress, cancel, undo, and nothing ever lost."""

from __future__ import annotations

import logging
import threading

import pytest
from pytestqt.qtbot import QtBot

from pillarbox_engine.errors import Conflict, EnvironmentFault
from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Cancelled, Progress
from pillarbox_ui.running import Phase, Undo
from tests.ui.kit import enqueue


def test_the_result_comes_on_the_main_thread(qtbot: QtBot, operations: Operations) -> None:
    seen: list[tuple[int, bool, bool]] = []

    def work(backend: WindowBackend, progress: Progress) -> tuple[int, bool]:
        return 42, threading.current_thread() is threading.main_thread()

    def done(result: tuple[int, bool]) -> None:
        seen.append((*result, threading.current_thread() is threading.main_thread()))

    running = operations.start("Count", work, done=done)
    with qtbot.waitSignal(running.settled):
        pass
    assert seen == [(42, False, True)]
    assert running.phase is Phase.DONE
    assert operations.items == (running,)


def test_a_failure_is_told_with_its_words(qtbot: QtBot, operations: Operations) -> None:
    def work(backend: WindowBackend, progress: Progress) -> None:
        raise Conflict("No", "because", "Wait")

    with qtbot.waitSignal(operations.problem) as told:
        running = operations.start("Try", work)
    assert told.args == [running]
    assert str(running.error) == "No: because. Wait"


def test_a_fault_of_ours_is_told_and_logged(
    qtbot: QtBot, operations: Operations, caplog: pytest.LogCaptureFixture
) -> None:
    def work(backend: WindowBackend, progress: Progress) -> None:
        raise ZeroDivisionError("by nought")

    with caplog.at_level(logging.ERROR), qtbot.waitSignal(operations.problem):
        running = operations.start("Divide", work)
    assert isinstance(running.error, EnvironmentFault)
    assert running.error.title == "Divide went wrong"
    assert "ZeroDivisionError: by nought" in running.error.reason
    assert caplog.records[0].exc_info is not None


def test_cancelling_stops_at_the_next_check(qtbot: QtBot, operations: Operations) -> None:
    go_on = threading.Event()

    def work(backend: WindowBackend, progress: Progress) -> None:
        progress.report(1, 3)
        assert go_on.wait(5)
        progress.check()

    running = operations.start("Long", work)
    with qtbot.waitSignal(running.progressed) as moved:
        pass
    assert moved.args == [1, 3]
    running.cancel()
    with qtbot.waitSignal(running.failed) as told:
        go_on.set()
    assert isinstance(told.args[0], Cancelled)
    assert running.phase is Phase.CANCELLED


def test_a_flood_of_progress_is_one_signal_and_the_last_word(
    qtbot: QtBot, operations: Operations
) -> None:
    moves: list[tuple[int, int]] = []

    def work(backend: WindowBackend, progress: Progress) -> None:
        for done in range(10_001):
            progress.report(done, 10_000)

    running = operations.start("Flood", work)
    running.progressed.connect(lambda done, total: moves.append((done, total)))
    with qtbot.waitSignal(running.settled):
        pass
    assert moves[-1] == (10_000, 10_000)
    assert len(moves) < 2_000


def test_undo_runs_once(qtbot: QtBot, backend: MemoryBackend, operations: Operations) -> None:
    backend.ensure_queue("email")
    back = Undo("Resume email", lambda store, progress: store.pause("email", False))
    running = operations.start(
        "Pause email", lambda store, progress: store.pause("email"), undo=lambda done: back
    )
    with qtbot.waitSignal(running.settled):
        pass
    assert operations.last_undoable() is running
    undoing = operations.undo(running)
    assert undoing is not None
    with qtbot.waitSignal(undoing.settled):
        pass
    assert not backend.queues()[0].paused
    assert operations.undo(running) is None


def test_a_question_is_listed_nowhere(
    qtbot: QtBot, backend: MemoryBackend, operations: Operations
) -> None:
    enqueue(backend, "email", 3)
    question = operations.ask("Count", lambda store, progress: store.counts().ready)
    with qtbot.waitSignal(question.finished) as answer:
        pass
    assert answer.args == [3]
    assert operations.items == ()
