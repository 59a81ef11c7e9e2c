"""The real window on a real queue file, in a process of its own, watched from inside.

Owns what the drag test needs to know of it: how late a 16 ms timer came at worst, where things
are on the screen, and how far the import dialog is. Tells each as a line of JSON on its output.

Usage: watched_window.py QUEUE_FILE
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from pillarbox.cli.window import open_file
from pillarbox_ui.application import make_application, run_window
from pillarbox_ui.dialogs.import_dialog import ImportDialog, Phase
from pillarbox_ui.main_window import MainWindow
from pillarbox_ui.widgets.later import Later

TICK_MS = 16
LOOK_MS = 40
PLACE = QRect(10, 40, 1280, 820)


class Lag(QObject):
    """How late a timer of `TICK_MS` came at worst since `reset`, in ms.

    `spent` tells what ran meanwhile: ms of processor time of the main thread, and of the process.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.reset()
        timer = QTimer(self, interval=TICK_MS)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._tick)
        timer.start()

    def reset(self) -> None:
        """Forget what was measured."""
        self.worst, self.spent, self._last = 0.0, (0.0, 0.0), _clocks()

    def _tick(self) -> None:
        now = _clocks()
        passed, main, process = (
            after - before for after, before in zip(now, self._last, strict=True)
        )
        self._last = now
        if passed - TICK_MS > self.worst:
            self.worst, self.spent = passed - TICK_MS, (main, process)


class Watcher(QObject):
    """Looks around regularly and tells what is new."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._told: dict[str, Any] = {}
        self._dialog: ImportDialog | None = None
        self._bars: set[int] = set()
        self.lag = Lag(self)
        application.installEventFilter(self)
        timer = QTimer(self, interval=LOOK_MS)
        timer.timeout.connect(self._look)
        timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.DragMove:
            self._tell("drag", "over the window")
        return False

    def _tell(self, name: str, value: Any) -> None:
        if self._told.get(name) != value:
            self._told[name] = value
            print(json.dumps({name: value}), flush=True)

    def _look(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, MainWindow) and widget.isVisible():
                self._look_at_window(widget)
            if isinstance(widget, ImportDialog) and widget.isVisible():
                self._look_at_dialog(widget)

    def _look_at_window(self, window: MainWindow) -> None:
        if "placed" not in self._told:
            window.setGeometry(PLACE)
            self._tell("placed", True)
        elif _stands(window) and "window" not in self._told:
            self.lag.reset()
            self._tell("window", _middle(window))

    def _look_at_dialog(self, dialog: ImportDialog) -> None:
        if dialog is not self._dialog:
            self._dialog = dialog
            dialog.imported.connect(self._finish)
        if dialog.course.isVisible():
            self._bars.add(dialog.course.bar.value())
        if dialog.phase is Phase.READY and dialog.import_button.isEnabled():
            self._tell("rejected", _rows(dialog.lines.rejected_table))
            self._tell("preview", dialog.lines.preview.rowCount())
            self._tell("button", [dialog.import_button.text(), *_middle(dialog.import_button)])
        self._tell("phase", dialog.phase.name)

    def _finish(self) -> None:
        QTimer.singleShot(10 * LOOK_MS, self._tell_all)

    def _tell_all(self) -> None:
        if self._dialog is not None:
            self._tell("said", self._dialog.banner.text())
        self._tell("bars", sorted(self._bars))
        self._tell("spent_ms", [round(spent, 1) for spent in self.lag.spent])
        self._tell("worst_lag_ms", round(self.lag.worst, 1))


def _stands(window: MainWindow) -> bool:
    """Whether the window is whole: it shows the file, and its graphs, which come after the first
    paint and hold the main thread once, are there."""
    late = window.findChildren(Later)
    return window.situation() is not None and all(one.is_made for one in late if one.isVisible())


def _clocks() -> tuple[float, float, float]:
    """Time, and processor time of this thread and of the process, in ms."""
    return (
        time.perf_counter() * 1_000,
        time.thread_time() * 1_000,
        time.process_time() * 1_000,
    )


def _middle(widget: QWidget) -> list[int]:
    place = widget.mapToGlobal(widget.rect().center())
    return [place.x(), place.y()]


def _rows(table: QTableView) -> list[list[str]]:
    model = table.model()
    columns = range(model.columnCount())
    return [
        [str(model.index(row, column).data()) for column in columns]
        for row in range(model.rowCount())
    ]


if __name__ == "__main__":
    watcher = Watcher(make_application())
    raise SystemExit(run_window(open_engine=open_file, path=sys.argv[1]))
