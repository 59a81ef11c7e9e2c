"""Opening and closing: each file a window, each engine closed with it, trouble told and retried."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from pillarbox_engine.errors import LockedFile
from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.windows import Windows


class Store:
    """An engine, as far as the window has to do with it."""

    def __init__(self) -> None:
        self.backend = MemoryBackend()
        self.closed = False

    def close(self) -> None:
        self.closed = True
        self.backend.close()


class Opener:
    """Opens stores, after failing as often as it was told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.opened: dict[str, Store] = {}

    def __call__(self, path: str) -> Store:
        if self.failures:
            self.failures -= 1
            raise LockedFile("The file is <b>locked</b>", "another program holds it", "Close it")
        self.opened[path] = Store()
        return self.opened[path]


@pytest.fixture
def opener() -> Opener:
    return Opener()


@pytest.fixture
def windows(qapp: QApplication, opener: Opener, settings: QSettings) -> Iterator[Windows]:
    made = Windows(opener, settings, qapp)
    yield made
    made.close_all()
    made.close()
    made.deleteLater()


def test_each_file_has_a_window_and_its_engine_ends_with_it(
    windows: Windows, opener: Opener
) -> None:
    assert windows.open("/q/a.pillarbox")
    assert windows.open("/q/b.pillarbox")
    first, second = windows.opened
    assert first.window.windowTitle() == "a.pillarbox — Pillarbox"
    first.window.close()
    windows.close()
    assert opener.opened["/q/a.pillarbox"].closed
    assert not opener.opened["/q/b.pillarbox"].closed
    assert windows.opened == (second,)


def test_a_file_in_trouble_can_be_tried_again(
    windows: Windows, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def answer(box: QMessageBox) -> int:
        told.append(box.informativeText())
        return QMessageBox.StandardButton.Retry

    monkeypatch.setattr(QMessageBox, "exec", answer)
    opener.failures = 2
    assert windows.open("/q/a.pillarbox")
    assert told == ["The file is <b>locked</b>: another program holds it. Close it"] * 2


def test_one_can_give_up(windows: Windows, opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QMessageBox, "exec", lambda box: QMessageBox.StandardButton.Close)
    opener.failures = 1
    assert not windows.open("/q/a.pillarbox")
    assert windows.opened == ()


def test_notices_are_said_once(qtbot: QtBot, windows: Windows) -> None:
    windows.open("/q/a.pillarbox")
    windows.tell_notices(["3 leases were recovered"])
    notice = windows.opened[0].window.messages.notice
    assert notice.text() == "3 leases were recovered"
    notice.hide()
    windows.tell_notices(["3 leases were recovered"])
    assert not notice.isVisibleTo(windows.opened[0].window)
