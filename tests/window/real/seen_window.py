"""The real window on a real queue file, telling what it shows and when it showed it.

Each line of JSON on its output is one picture: the wall-clock time, the totals in it, and the
workers named in the In flight table as the person sees it.

Usage: seen_window.py QUEUE_FILE
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QTableView

from pillarbox.cli.window import open_file
from pillarbox_ui.application import make_application, run_window
from pillarbox_ui.main_window import MainWindow

LOOK_MS = 10


class Eye(QObject):
    """Looks at the window and tells each picture that differs from the one before."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._last: dict[str, Any] = {}
        self._gone = False
        timer = QTimer(self, interval=LOOK_MS)
        timer.timeout.connect(self.look)
        timer.start()

    @Slot()
    def look(self) -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, MainWindow) and window.situation() is not None:
                self._look_at(window)

    def _look_at(self, window: MainWindow) -> None:
        if not self._gone:
            self._gone = True
            window.go("in-flight")
        seen = {"counts": _badges(window), "workers": _workers(window)}
        if seen != self._last:
            self._last = seen
            print(json.dumps({"seen": {"at": time.time(), **seen}}), flush=True)


def _badges(window: MainWindow) -> dict[str, int]:
    situation = window.situation()
    assert situation is not None
    totals = situation.snapshot.totals
    return {"enqueued": totals.enqueued_total, "done": totals.done_total, "leased": totals.leased}


def _workers(window: MainWindow) -> list[str]:
    """The Worker column of the table that is visible."""
    for table in window.findChildren(QTableView):
        model = table.model()
        if table.isVisible() and model is not None:
            column = _column(model, "Worker")
            if column is not None:
                rows = range(model.rowCount())
                return sorted({str(model.index(row, column).data()) for row in rows})
    return []


def _column(model: QAbstractItemModel, head: str) -> int | None:
    across = Qt.Orientation.Horizontal
    heads = [str(model.headerData(n, across)) for n in range(model.columnCount())]
    return heads.index(head) if head in heads else None


if __name__ == "__main__":
    eye = Eye(make_application())
    raise SystemExit(run_window(open_engine=open_file, path=sys.argv[1]))
