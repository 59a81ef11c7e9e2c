"""Closing a window: nothing on the main thread waits for a busy file, and nothing is told after."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pillarbox_engine.alarms import Alarm
from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.alarm_watch import AlarmWatch
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.progress import Progress
from pillarbox_ui.windows import Opened, Windows

PATIENCE = 20
"""Seconds a call on the busy store waits at most, so that a main thread that waits fails a test
rather than hanging it."""


class Busy:
    """A store whose reads wait while it is `held`; an engine too, as far as the window asks."""

    def __init__(self) -> None:
        self.store = MemoryBackend()
        self.free, self.waiting = threading.Event(), threading.Event()
        self.free.set()
        self.timed_out = self.closed = False

    @property
    def backend(self) -> Any:
        return self

    def give_way(self, moment: object) -> None:
        """It has no workers."""

    def hold(self) -> None:
        self.waiting.clear()
        self.free.clear()

    def counts(self, queue: str | None = None) -> Any:
        self._wait()
        return self.store.counts(queue)

    def alarms(self, limit: int = 100) -> tuple[Alarm, ...]:
        self._wait()
        return self.store.alarms(limit)

    def _wait(self) -> None:
        self.waiting.set()
        self.timed_out |= not self.free.wait(PATIENCE)

    def close(self) -> None:
        self.closed = True
        self.store.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@pytest.fixture
def busy() -> Busy:
    return Busy()


@pytest.fixture
def windows(qapp: QApplication, busy: Busy, settings: QSettings) -> Iterator[Windows]:
    made = Windows(lambda path, **how: busy, settings, qapp)
    yield made
    busy.free.set()
    made.close_all()
    made.close()
    made.deleteLater()


@pytest.fixture
def opened(qtbot: QtBot, windows: Windows) -> Opened:
    made = windows.open("/q/a.pillarbox")
    qtbot.waitUntil(lambda: made.window.situation() is not None)
    return made


def let_go(windows: Windows, busy: Busy) -> None:
    assert not busy.closed, "something of the window still uses the store"
    busy.free.set()
    windows.close()
    assert busy.closed
    assert not busy.timed_out, "the main thread waited"


def test_a_window_closes_while_its_file_is_being_read(
    qtbot: QtBot, windows: Windows, opened: Opened, busy: Busy
) -> None:
    busy.hold()
    opened.bridge.refresh()
    qtbot.waitUntil(busy.waiting.is_set)
    opened.window.close()
    assert windows.opened == ()
    let_go(windows, busy)


def test_a_window_closes_while_something_runs_and_hears_of_it_no_more(
    qtbot: QtBot, windows: Windows, opened: Opened, busy: Busy
) -> None:
    told: list[object] = []
    left: list[bool] = []

    def work(backend: WindowBackend, progress: Progress) -> None:
        backend.counts()
        left.append(progress.leaving)

    busy.hold()
    running = opened.context.operations.start("Work", work, done=told.append)
    question = opened.context.operations.ask("Ask", work, done=told.append)
    for one in (running, question):
        one.settled.connect(lambda: told.append("settled"))
    qtbot.waitUntil(busy.waiting.is_set)
    gone: list[str] = []
    opened.window.destroyed.connect(lambda: gone.append("window"))
    opened.context.operations.destroyed.connect(lambda: gone.append("operations"))
    opened.window.close()
    qtbot.waitUntil(lambda: gone == ["window"])
    let_go(windows, busy)
    assert left
    assert all(left)
    qtbot.waitUntil(lambda: gone == ["window", "operations"])
    assert told == []


@pytest.fixture
def watch(qapp: QApplication, busy: Busy) -> Iterator[AlarmWatch]:
    made = AlarmWatch(pause=0.0)
    made.attach(busy)
    yield made
    busy.free.set()
    made.close()
    made.wait()
    made.deleteLater()
    busy.close()


def stir(qtbot: QtBot, busy: Busy) -> None:
    """Change the store until the watch looks: it hears of changes once its thread has begun."""
    numbers = itertools.count()
    busy.waiting.clear()

    def looks() -> bool:
        busy.store.ensure_queue(f"q{next(numbers)}")
        return busy.waiting.is_set()

    qtbot.waitUntil(looks)


def test_alarms_being_looked_at_hold_nobody_up_and_tell_nobody(
    qtbot: QtBot, watch: AlarmWatch, busy: Busy
) -> None:
    told: list[object] = []
    watch.found.connect(told.append)
    watch.begin()
    busy.hold()
    stir(qtbot, busy)
    watch.end()
    watch.close()
    busy.free.set()
    watch.wait()
    assert not busy.timed_out, "the main thread waited"
    qtbot.wait(10)
    assert told == []


def test_alarms_are_looked_for_anew_while_a_look_from_before_still_waits(
    qtbot: QtBot, watch: AlarmWatch, busy: Busy
) -> None:
    watch.begin()
    busy.hold()
    stir(qtbot, busy)
    watch.end()
    watch.begin()
    busy.free.set()
    with qtbot.waitSignal(watch.found):
        stir(qtbot, busy)
    assert not busy.timed_out, "the main thread waited"
