"""A small Qt program of its own whose window holds one thing to drag: a file's URL.

Owns the other end of the real drag-and-drop test: run as a process, it shows a label at a known
place, and dragging the label starts a `QDrag` with a file URL, as a file browser would. It
prints `ready` once its window is shown, a line of JSON when it is pressed, when a drag begins and
when another window would take it, and `dropped` or `refused` when that is over.

Usage: drag_source.py FILE [FILE…] [--at X,Y]
"""

from __future__ import annotations

import argparse
import json
import sys

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLabel

WIDTH, HEIGHT = 160, 60


class DragLabel(QLabel):
    """A label that can be dragged, carrying the URLs of `paths`."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__("Drag me")
        self._urls = [QUrl.fromLocalFile(path) for path in paths]
        self._pressed_at: QPoint | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFixedSize(WIDTH, HEIGHT)
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        print("ready", flush=True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        print('{"pressed": true}', flush=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if moved >= QApplication.startDragDistance():
            self._pressed_at = None
            self._drag()

    def _drag(self) -> None:
        data = QMimeData()
        data.setUrls(self._urls)
        drag = QDrag(self)
        drag.setMimeData(data)
        print('{"dragging": true}', flush=True)
        drag.actionChanged.connect(_tell_action)
        taken = drag.exec(Qt.DropAction.CopyAction)
        print("dropped" if taken == Qt.DropAction.CopyAction else "refused", flush=True)


def _tell_action(action: Qt.DropAction) -> None:
    """Heard when what lies under the pointer says what it would do with it."""
    told = "refusing" if action == Qt.DropAction.IgnoreAction else "welcome"
    print(json.dumps({told: True}), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--at", default="0,0", help="where its window goes: X,Y")
    wanted = parser.parse_args()
    app = QApplication(sys.argv[:1])
    label = DragLabel(wanted.files)
    label.setWindowTitle("drag-source")
    x, y = (int(part) for part in wanted.at.split(","))
    label.move(x, y)
    label.show()
    return app.exec()


if __name__ == "__main__":
    raise SystemExit(main())
