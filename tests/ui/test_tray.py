"""The tray: each alarm is told once, and only while nobody looks at the window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from pillarbox_engine.alarms import Alarm, AlarmKind
from pillarbox_ui.tray import Tray

ALARM = Alarm(
    id="1",
    queue="email",
    kind=AlarmKind.DEPTH,
    raised_at=datetime(2026, 1, 1, tzinfo=UTC),
    value=500,
    bound=100,
)


class Icon(QSystemTrayIcon):
    """An icon of a system that has a tray."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def isVisible(self) -> bool:
        return True

    def showMessage(self, title: str, text: str, icon: object, ms: int = 0) -> None:  # type: ignore[override]
        self.said.append((title, text))


@pytest.fixture
def icon(qtbot: QtBot) -> Icon:
    return Icon()


@pytest.fixture
def tray(icon: Icon) -> Iterator[Tray]:
    made = Tray(lambda: None, icon=icon)
    yield made
    made.deleteLater()


def test_an_alarm_is_told_once_a_file(tray: Tray, icon: Icon) -> None:
    tray.tell_alarms("a.pillarbox", (ALARM,))
    tray.tell_alarms("a.pillarbox", (ALARM,))
    tray.tell_alarms("b.pillarbox", (ALARM,))
    assert [title for title, _ in icon.said] == ["Alarm in a.pillarbox", "Alarm in b.pillarbox"]
    assert "email" in icon.said[0][1]


def test_nobody_is_told_what_they_look_at(qtbot: QtBot, tray: Tray, icon: Icon) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    tray.tell_alarms("a.pillarbox", (ALARM,))
    assert icon.said == []


def test_the_icon_says_how_much_waits(tray: Tray, icon: Icon) -> None:
    tray.tell_depth("a.pillarbox", 1_204, 1)
    assert "1,204 jobs ready, 1 dead letter" in icon.toolTip()


def test_a_click_asks_for_the_window(qtbot: QtBot, tray: Tray, icon: Icon) -> None:
    with qtbot.waitSignal(tray.wanted):
        icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)


def test_without_a_tray_there_is_no_icon(qtbot: QtBot) -> None:
    tray = Tray(lambda: None, icon=QSystemTrayIcon(QIcon()))
    tray.show()
    assert tray.shown == QSystemTrayIcon.isSystemTrayAvailable()
    tray.hide()
    tray.deleteLater()
