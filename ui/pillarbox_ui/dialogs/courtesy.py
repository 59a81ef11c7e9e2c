"""Work on a thread that steps aside while the main thread has something to do.

Owns `Courtesy`. Python runs one thread at a time: one that computes makes every call of a repaint
wait for its turn (measured on an import: 120 ms for a repaint of 45 ms). So the work rests at its
checkpoints until the window has handled all events before it, its repaints included. The event
loop's own `awake` and `aboutToBlock` would not do: on GLib both come outside of the handling.
"""

from __future__ import annotations

import threading

from PySide6.QtCore import QCoreApplication, QEvent, QObject

PATIENCE = 0.1
"""Seconds a rest lasts at most, so that a window that is always busy does not stop the work."""

_ASK = QEvent.Type(QEvent.registerEventType())
_AFTER_REPAINTS = -2
"""A priority below that of Qt's repaints, which are posted at -1."""


class Courtesy(QObject):
    """Lives on the main thread and is asked by a thread that works."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._free = threading.Event()

    def rest(self) -> None:
        """Return once the main thread has time, after `PATIENCE` seconds at the latest."""
        self._free.clear()
        QCoreApplication.postEvent(self, QEvent(_ASK), _AFTER_REPAINTS)
        self._free.wait(PATIENCE)

    def event(self, event: QEvent) -> bool:
        """The main thread has come to the question: it has time."""
        if event.type() == _ASK:
            self._free.set()
            return True
        return super().event(event)
