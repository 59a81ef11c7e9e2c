"""Work on a thread that steps aside while the main thread has something to do.

Owns `Courtesy`. Python runs one thread at a time: one that computes makes every call of a repaint
wait for its turn (measured on an import: 170 ms for a repaint of 40 ms). So the work rests at its
checkpoints until the window's event loop waits for events again.
"""

from __future__ import annotations

import threading

from PySide6.QtCore import QAbstractEventDispatcher, QObject, Slot

PATIENCE = 0.03
"""Seconds a rest lasts at most, so that a window that is always busy does not stop the work."""


class Courtesy(QObject):
    """Made on the main thread, asked by one that works; `stop` it when the work is done."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._free = threading.Event()
        self._free.set()
        self._dispatcher: QAbstractEventDispatcher | None = QAbstractEventDispatcher.instance()
        if self._dispatcher is not None:
            self._dispatcher.awake.connect(self._occupied)
            self._dispatcher.aboutToBlock.connect(self._waits)

    def rest(self) -> None:
        """Return once the main thread waits for events, after `PATIENCE` seconds at the latest."""
        self._free.wait(PATIENCE)

    @Slot()
    def _occupied(self) -> None:
        self._free.clear()

    @Slot()
    def _waits(self) -> None:
        self._free.set()

    @Slot()
    def stop(self) -> None:
        """Follow the event loop no longer; every later rest is over at once. Idempotent."""
        dispatcher, self._dispatcher = self._dispatcher, None
        if dispatcher is not None:
            dispatcher.awake.disconnect(self._occupied)
            dispatcher.aboutToBlock.disconnect(self._waits)
        self._free.set()
