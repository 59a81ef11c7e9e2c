"""The lanes of the retry timeline, drawn in one go.

Owns the look of a bar, a wait, a lost lease and a ghost. One unit of y is one lane; widths and
radii are given in pixels and turned into the plot's own units, so a bar is never too thin to see.
"""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from pillarbox_ui.plots.lanes import Bar, Lane, Wait
from pillarbox_ui.theme.contrast import pill_colour
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.states import outcome_tone

_LEAST_PX = 4.0
_BAR_PX = 12.0
_RADIUS_PX = 2.5


class LanesItem(pg.GraphicsObject):  # type: ignore[misc]
    """All lanes as one item; `set_lanes` gives it what to draw. `shaded`: waits have a ground."""

    def __init__(self, theme: Theme, *, shaded: bool = False) -> None:
        super().__init__()
        self._theme, self._shaded = theme, shaded
        self._lanes: tuple[Lane, ...] = ()
        self._chosen: str | None = None
        self._now = 0.0

    def set_lanes(self, lanes: tuple[Lane, ...], now: float, chosen: str | None) -> None:
        """Draw `lanes` from the top, what is ahead of `now` as to come, `chosen` marked."""
        self.prepareGeometryChange()
        self._lanes, self._now, self._chosen = lanes, now, chosen
        self.update()

    def boundingRect(self) -> QRectF:
        """Everything in view: the item fills it."""
        box = self.getViewBox()
        if box is None:
            return QRectF()
        (left, right), (low, high) = box.viewRange()
        return QRectF(left, low, right - left, high - low)

    def viewRangeChanged(self, *_: Any) -> None:
        """The item is as large as the view."""
        self.prepareGeometryChange()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the lanes in view."""
        view = self.boundingRect()
        across, down = self.getViewBox().viewPixelSize()
        pen = _Pen(painter, self._theme, across, down, shaded=self._shaded)
        first, last = max(0, int(view.top())), int(view.bottom()) + 1
        pen.ahead(self._now, view)
        for number, lane in enumerate(self._lanes[first:last], first):
            if lane.job == self._chosen:
                pen.mark(number, view)
            pen.lane(lane, number + 0.5)


class _Pen:
    """Draws one lane's shapes; `across` and `down` are the plot's units a pixel."""

    def __init__(
        self, painter: QPainter, theme: Theme, across: float, down: float, *, shaded: bool
    ) -> None:
        self._painter, self._theme, self._shaded = painter, theme, shaded
        self._across, self._down = across, down
        self._pixel = painter.device().devicePixelRatio()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def ahead(self, now: float, view: QRectF) -> None:
        """What is to come lies on a ground of its own."""
        if now < view.right():
            left = max(now, view.left())
            area = QRectF(left, view.top(), view.right() - left, view.height())
            self._painter.fillRect(area, self._theme.colour("window"))

    def mark(self, number: int, view: QRectF) -> None:
        """The chosen lane."""
        area = QRectF(view.left(), number, view.width(), 1.0)
        self._painter.fillRect(area, self._theme.colour("selection"))

    def lane(self, lane: Lane, middle: float) -> None:
        """Waits beneath, attempts above, the ghost at the end."""
        for wait in lane.waits:
            self._wait(wait, middle)
        for bar in lane.bars:
            self._bar(bar, middle)
        if lane.ghost is not None:
            self._ghost(lane.ghost, middle)

    def _wait(self, wait: Wait, middle: float) -> None:
        if self._shaded:
            tall = _BAR_PX * self._down
            room = QRectF(wait.start, middle - tall / 2, wait.end - wait.start, tall)
            state = "retrying" if wait.ahead else "paused"
            self._painter.fillRect(room, QColor(pill_colour(self._theme.tokens, state)))
        pen = QPen(self._theme.colour("retrying" if wait.ahead else "muted"), self._pixel)
        pen.setCosmetic(True)
        pen.setStyle(Qt.PenStyle.DotLine if wait.ahead else Qt.PenStyle.SolidLine)
        self._painter.setPen(pen)
        self._painter.drawLine(QPointF(wait.start, middle), QPointF(wait.end, middle))

    def _bar(self, bar: Bar, middle: float) -> None:
        colour = self._theme.colour(outcome_tone(bar.kind))
        box = self._box(bar, middle)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(colour)
        self._round(box)
        if bar.lost:
            self._cross(box, colour)

    def _ghost(self, bar: Bar, middle: float) -> None:
        colour = self._theme.colour(outcome_tone(bar.kind))
        pen = QPen(colour, 1.25 * self._pixel)
        pen.setCosmetic(True)
        pen.setStyle(Qt.PenStyle.DashLine)
        fill = QColor(colour)
        fill.setAlphaF(self._theme.tokens.tint)
        self._painter.setPen(pen)
        self._painter.setBrush(QBrush(fill))
        self._round(self._box(bar, middle, least=10.0))

    def _cross(self, box: QRectF, colour: QColor) -> None:
        """A lost lease: a cross behind the bar's end, so it is told not by colour alone."""
        pen = QPen(colour, 1.5 * self._pixel)
        pen.setCosmetic(True)
        self._painter.setPen(pen)
        x, y = box.right() + 7 * self._across, box.center().y()
        dx, dy = 3 * self._across, 3 * self._down
        self._painter.drawLine(QPointF(x - dx, y - dy), QPointF(x + dx, y + dy))
        self._painter.drawLine(QPointF(x - dx, y + dy), QPointF(x + dx, y - dy))

    def _box(self, bar: Bar, middle: float, least: float = _LEAST_PX) -> QRectF:
        height = _BAR_PX * self._down
        width = max(bar.end - bar.start, least * self._across)
        return QRectF(bar.start, middle - height / 2, width, height)

    def _round(self, box: QRectF) -> None:
        across = min(_RADIUS_PX * self._across, box.width() / 2)
        self._painter.drawRoundedRect(box, across, _RADIUS_PX * self._down)
