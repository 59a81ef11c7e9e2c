"""The end of one window: its threads are waited for and its engine closed, off the main thread.

Owns that thread, and keeps what the window's threads signal with until they are over. A file may
be busy and workers may still finish what they run; neither the window that goes nor another one
waits for them.
"""

from __future__ import annotations

import threading
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

from pillarbox_ui.opening import Opening


class Part(Protocol):
    """Something of a window that was told to end, and whose threads do so in their time."""

    def wait(self) -> None:
        """Return when they have."""

    def deleteLater(self) -> None:
        """Let go of it."""


class Closing(QObject):
    """`over()` on the main thread, once everything has ended. `parts` were closed before."""

    over = Signal()
    _ended = Signal()

    def __init__(self, parts: tuple[Part, ...], opening: Opening, parent: QObject) -> None:
        super().__init__(parent)
        self._parts, self._opening = parts, opening
        opening.setParent(self)  # it may be open only after its window is gone
        self._ended.connect(self._let_go, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="pillarbox-closing")

    def start(self) -> None:
        """Begin to wait, elsewhere."""
        self._thread.start()

    def join(self) -> None:
        """Wait here too: for the end of the process, when no window is left."""
        self._thread.join()

    def _run(self) -> None:
        for part in self._parts:
            part.wait()
        self._opening.end()
        self._ended.emit()

    @Slot()
    def _let_go(self) -> None:
        for part in self._parts:
            part.deleteLater()
        self.over.emit()
        self.deleteLater()
