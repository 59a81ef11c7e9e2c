"""Marks of what was done, on a graph: a dashed line each, with a small flag at the top."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.marks import Mark


class MarksItem(pg.GraphicsObject):  # type: ignore[misc]
    """Draws the marks that are in view."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.marks: tuple[Mark, ...] = ()
        self.setZValue(30)

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        """Show these."""
        if marks != self.marks:
            self.marks = marks
            self.update()

    def boundingRect(self) -> QRectF:
        """Everything in view."""
        box = self.getViewBox()
        return QRectF() if box is None else QRectF(box.viewRect())

    def viewRangeChanged(self, *_: Any) -> None:
        """The item is as large as the view."""
        self.prepareGeometryChange()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """A line and a flag at every mark."""
        box = self.getViewBox()
        (left, right), (low, high) = box.viewRange()
        pen = QPen(self._theme.colour("muted"), 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        across, up = box.viewPixelSize()
        for mark in self.marks:
            if left <= mark.at <= right:
                painter.setPen(pen)
                painter.drawLine(QPointF(mark.at, low), QPointF(mark.at, high))
                self._flag(painter, mark.at, high, across, up)

    def _flag(self, painter: QPainter, at: float, top: float, across: float, up: float) -> None:
        wide, tall = SIZE.inside * across, SIZE.inside * up
        corners = (QPointF(at, top), QPointF(at + wide, top - tall / 2), QPointF(at, top - tall))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("muted"))
        painter.drawPolygon(QPolygonF(corners))
