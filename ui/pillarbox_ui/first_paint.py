"""The moment a window can first be seen: what is not needed for that waits for it.

Owns noticing it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

PATIENCE_MS = 1_000
"""A window that opens minimised, or on another desktop, is not painted: its work goes on anyway."""


class FirstPaint(QObject):
    """Watches `window` for as long as that lives. `done` comes once: after its first paint, or
    when `patience_ms` have passed without one."""

    done = Signal()

    def __init__(self, window: QWidget, patience_ms: int = PATIENCE_MS) -> None:
        super().__init__(window)
        self._window = window
        self._due = QTimer(self, singleShot=True, interval=patience_ms)
        self._due.timeout.connect(self._tell)
        self._due.start()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A paint that is under way ends before a timer without delay comes."""
        if event.type() is QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            self._due.start(0)
        return False

    @Slot()
    def _tell(self) -> None:
        self._window.removeEventFilter(self)
        self.done.emit()
