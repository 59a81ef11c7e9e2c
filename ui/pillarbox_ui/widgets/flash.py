"""Cells that changed a moment ago: each is tinted once, for as long as motion lasts.

Owns which cells those are and when they are plain again. Nothing flashes where motion is off.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from pillarbox_ui.theme.theme import Theme

FlashCell = tuple[str, int]
"""The key of a row, and a column."""


class Flash(QObject):
    """The cells of one table that are tinted now; `viewport` is painted anew when some are not."""

    def __init__(self, theme: Theme, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._theme, self._viewport = theme, viewport
        self._until: dict[FlashCell, float] = {}
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._drop)

    def mark(self, cells: Iterable[FlashCell]) -> None:
        """These have just changed."""
        if self._theme.motion_ms and self._viewport.isVisible():
            until = monotonic() + self._theme.motion_ms / 1_000
            self._until.update(dict.fromkeys(cells, until))
            self._wait()

    def has(self, key: str, column: int) -> bool:
        """Whether a cell is tinted now."""
        return (key, column) in self._until

    def __bool__(self) -> bool:
        return bool(self._until)

    def _wait(self) -> None:
        if self._until and not self._timer.isActive():
            self._timer.start(max(1, round((min(self._until.values()) - monotonic()) * 1_000)))

    @Slot()
    def _drop(self) -> None:
        now = monotonic()
        self._until = {cell: until for cell, until in self._until.items() if until > now}
        self._viewport.update()
        self._wait()
