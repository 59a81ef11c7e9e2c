"""Work off the main thread: its answer, its failure, its silence after cancel, its courtesy."""

from __future__ import annotations

import threading
import time

from pytestqt.qtbot import QtBot

from pillarbox_engine.errors import EnvironmentFault
from pillarbox_ui.dialogs.courtesy import PATIENCE, Courtesy
from pillarbox_ui.dialogs.task import Reports, Task


def test_the_answer_comes_on_the_main_thread(qtbot: QtBot) -> None:
    heard: list[tuple[object, threading.Thread]] = []
    task = Task(lambda reports: threading.current_thread())
    task.finished.connect(lambda answer: heard.append((answer, threading.current_thread())))
    with qtbot.waitSignal(task.finished):
        task.start()
    ((worked, told),) = heard
    assert told is threading.main_thread()
    assert worked is not told


def test_a_failure_is_told_as_one(qtbot: QtBot) -> None:
    def fail(reports: Reports) -> None:
        raise EnvironmentFault("No such thing")

    task = Task(fail)
    with qtbot.waitSignal(task.failed) as told:
        task.start()
    assert isinstance(told.args[0], EnvironmentFault)


def test_nothing_is_heard_after_cancel(qtbot: QtBot) -> None:
    heard: list[object] = []
    task = Task(lambda reports: reports.checkpoint())
    task.finished.connect(heard.append)
    with qtbot.waitSignal(task.destroyed):
        task.cancel()
        task.start()
    assert not heard


def test_reports_are_no_more_than_ten_a_second(qtbot: QtBot) -> None:
    sent: list[object] = []
    reports = Reports(sent.append, lambda: None)
    began = time.monotonic()
    while time.monotonic() - began < 0.25:
        reports.tell("so far")
    assert 1 <= len(sent) <= 3


def test_a_rest_ends_when_the_main_thread_has_time_and_not_before(qtbot: QtBot) -> None:
    courtesy = Courtesy()
    rested = threading.Event()

    def work() -> None:
        courtesy.rest()
        rested.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not rested.wait(PATIENCE / 4)
    qtbot.waitUntil(rested.is_set)
    thread.join()


def test_a_rest_is_over_even_if_the_main_thread_never_has_time(qtbot: QtBot) -> None:
    courtesy = Courtesy()
    thread = threading.Thread(target=courtesy.rest)
    thread.start()
    thread.join(20 * PATIENCE)
    assert not thread.is_alive()
