"""A span of time dragged over a plot with the mouse.

Owns telling a drag from a click, and the band that shows it.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent

from pillarbox_ui.plots.canvas import Canvas
from pillarbox_ui.theme.theme import Theme

LEAST_PX = 6
"""A press that moves less is a click."""

Span = tuple[float, float]


class SpanDrag(QObject):
    """Watches `canvas`. `spanned((start, end) or None)` as it goes, then `chosen(start, end)`."""

    spanned = Signal(object)
    chosen = Signal(float, float)

    def __init__(self, theme: Theme, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._theme, self._canvas = theme, canvas
        self._from: QPointF | None = None
        self.span: Span | None = None
        self.band = pg.LinearRegionItem(movable=False)
        self.band.setZValue(20)
        self.band.hide()
        canvas.plot.addItem(self.band, ignoreBounds=True)
        canvas.plot.viewport().installEventFilter(self)
        self._dress()
        theme.changed.connect(self._dress)

    def show_span(self, span: Span | None) -> None:
        """Draw the band over a span, or take it away."""
        self.span = span
        self.band.setVisible(span is not None)
        if span is not None:
            self.band.setRegion(span)

    @Slot()
    def _dress(self) -> None:
        accent = self._theme.colour("accent")
        inside = QColor(accent)
        inside.setAlphaF(self._theme.tokens.tint)
        self.band.setBrush(pg.mkBrush(inside))
        for line in self.band.lines:
            line.setPen(pg.mkPen(accent, width=1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Left button down, along, and up again."""
        if isinstance(event, QMouseEvent):
            kind = event.type()
            if kind is QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
                self._from = event.position()
            elif kind is QEvent.Type.MouseMove and self._from is not None:
                self._move(self._from, event.position())
            elif kind is QEvent.Type.MouseButtonRelease and self._from is not None:
                self._end()
        return False

    def _move(self, begun: QPointF, place: QPointF) -> None:
        far = abs(place.x() - begun.x()) >= LEAST_PX
        ends = sorted((self._canvas.time_at(begun.x()), self._canvas.time_at(place.x())))
        self.spanned.emit((ends[0], ends[1]) if far else None)

    def _end(self) -> None:
        self._from, span = None, self.span
        if span is not None:
            self.chosen.emit(*span)
