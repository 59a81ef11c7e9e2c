"""A plot that waits for the next update where this one has no time left for it.

Owns what is seen meanwhile: what it showed before, or its ground where that was another page.
"""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent

from pillarbox_ui.widgets.paced_window import time_left


class PacedPlot(pg.PlotWidget):  # type: ignore[misc]
    """Four graphs in one update would be 40 ms in which the window does not answer."""

    def __init__(self, **options: Any) -> None:
        self._seen = False
        super().__init__(**options)
        # Its background fills it, so what waits may keep what it showed.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The plot, if there is time."""
        if time_left(self) > 0:
            super().paintEvent(event)
            self._seen = True
            return
        if not self._seen:
            QPainter(self.viewport()).fillRect(event.rect(), self.backgroundBrush())
        self.viewport().update()

    def hideEvent(self, event: QHideEvent) -> None:
        """Its place shows something else by the time it is seen again."""
        super().hideEvent(event)
        self._seen = False
