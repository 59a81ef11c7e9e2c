"""A window on a backend in memory, and the promise that no test leaves a thread behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.handling.handling import Handling
from pillarbox_ui.operations import Operations
from pillarbox_ui.remembered import Remembered
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.views.context import Context
from pillarbox_ui.widgets.zone import Zone
from pillarbox_ui.windows import Opened, open_window


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Every thread a test starts has ended when it ends."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(timeout=5)
    assert not [thread.name for thread in left if thread.is_alive()]


@pytest.fixture
def backend() -> Iterator[MemoryBackend]:
    """An empty store in memory."""
    store = MemoryBackend()
    yield store
    store.close()


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """A settings file of this test's own."""
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def light(qapp: QApplication) -> Iterator[Theme]:
    """The light theme, put on the application."""
    theme = Theme(mode=Mode.LIGHT)
    theme.apply(qapp)
    yield theme
    theme.deleteLater()


@pytest.fixture
def operations(backend: MemoryBackend, qapp: QApplication) -> Iterator[Operations]:
    """Operations on the store, closed at the end."""
    made = Operations(backend)
    yield made
    made.close()
    made.wait()


@pytest.fixture
def context(light: Theme, operations: Operations, settings: QSettings) -> Context:
    """What a view is handed."""
    remembered = Remembered(settings, "/queues/test.pillarbox")
    return Context(
        theme=light, zone=Zone(utc=True), operations=operations, remembered=remembered,
        handling=Handling(operations, remembered),
    )  # fmt: skip


@pytest.fixture
def opened(
    qtbot: QtBot, backend: MemoryBackend, light: Theme, settings: QSettings
) -> Iterator[Opened]:
    """A whole window, shown, with its first snapshot."""
    made = open_window(light, settings, path="/queues/test.pillarbox")
    qtbot.addWidget(made.window)
    made.window.show()
    with qtbot.waitSignal(made.bridge.snapshot_ready):
        made.begin(backend)
    yield made
    made.window.close()
    made.wait()
