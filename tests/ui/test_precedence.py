"""The window goes first, and never for long."""

from __future__ import annotations

import threading
from time import monotonic

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pillarbox_ui.precedence import PATIENCE, Precedence


def test_nobody_waits_while_the_window_rests() -> None:
    precedence = Precedence()
    with precedence:
        pass
    worker = threading.Thread(target=precedence.wait, daemon=True)
    worker.start()
    worker.join(10)
    assert not worker.is_alive()


def test_a_worker_stands_back_until_the_window_is_through() -> None:
    precedence, order = Precedence(), list[str]()
    begun = threading.Event()

    def work() -> None:
        begun.set()
        precedence.wait()
        order.append("worker")

    with precedence:
        with precedence:  # a page shown while it paints: only the outer end counts
            worker = threading.Thread(target=work)
            worker.start()
            assert begun.wait(10)
        order.append("window")
    worker.join(10)
    assert order == ["window", "worker"]


def test_a_window_that_is_always_busy_does_not_stop_the_work() -> None:
    precedence = Precedence()
    with precedence:
        before = monotonic()
        precedence.wait()
        assert PATIENCE * 0.5 < monotonic() - before < 10


def test_holding_lasts_until_all_that_follows_is_painted(qtbot: QtBot) -> None:
    precedence, widget = Precedence(), Painted()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.held = precedence
    precedence.hold()
    precedence.hold()  # once more before it is over is the same one
    widget.update()
    qtbot.waitUntil(lambda: bool(widget.was_held), timeout=10_000)
    qtbot.waitUntil(lambda: not precedence.is_held, timeout=10_000)
    assert widget.was_held[0]


class Painted(QWidget):
    """Notes whether the window went first when it was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.held: Precedence | None = None
        self.was_held: list[bool] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.held is not None:
            self.was_held.append(self.held.is_held)
