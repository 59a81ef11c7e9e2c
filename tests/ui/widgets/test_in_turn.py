"""Work in turns: in order, one a turn, the newest of a name, and nothing left running."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from pillarbox_ui.widgets.in_turn import InTurn


def test_each_is_done_in_a_turn_of_its_own(qtbot: QtBot) -> None:
    owner = QObject()
    turns, done = InTurn(owner), []
    turns.put("depth", lambda: done.append("old"))
    turns.put("rates", lambda: done.append("rates"))
    turns.put("depth", lambda: done.append("new"))
    assert done == []
    qtbot.waitUntil(lambda: bool(done))
    assert done == ["new"]
    qtbot.waitUntil(lambda: len(done) > 1)
    assert done == ["new", "rates"]


def test_it_rests_when_all_is_done(qtbot: QtBot) -> None:
    owner = QObject()
    turns, done = InTurn(owner), []
    turns.put("a", lambda: done.append(1))
    qtbot.waitUntil(lambda: bool(done))
    assert not any(timer.isActive() for timer in turns.findChildren(QTimer))
    turns.put("a", lambda: turns.put("a", lambda: done.append(2)))
    qtbot.waitUntil(lambda: len(done) > 1)
    assert done == [1, 2]
