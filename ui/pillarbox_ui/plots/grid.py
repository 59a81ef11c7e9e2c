"""The lines across a plot, one at every mark of the left axis, beneath everything else."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from pillarbox_ui.theme.theme import Theme


class Grid(pg.GraphicsObject):  # type: ignore[misc]
    """Hairlines at the marks of `axis`. pyqtgraph's own would lie over the curves."""

    def __init__(self, theme: Theme, axis: Any) -> None:
        super().__init__()
        self._theme, self._axis = theme, axis
        self.setZValue(-10)

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
        """A line at every mark."""
        box = self.getViewBox()
        (left, right), (low, high) = box.viewRange()
        pen = QPen(self._theme.colour("grid"), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        for _, marks in self._axis.tickValues(low, high, box.height()):
            for mark in marks:
                painter.drawLine(QPointF(left, mark), QPointF(right, mark))
