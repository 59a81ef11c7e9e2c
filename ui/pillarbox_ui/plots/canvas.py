"""The bare plot under every graph: made once, dressed from the theme, still under the mouse.

Owns what all plots share: no menu, no panning, a time axis, the vertical lines, and the pointer's
place in time as a signal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QHelpEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from pillarbox_ui.plots.axes import TimeAxis, ValueAxis, axis_font, dress_axis
from pillarbox_ui.plots.grid import Grid
from pillarbox_ui.plots.paced_plot import PacedPlot
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.plain import tip
from pillarbox_ui.widgets.zone import Zone

pg.setConfigOptions(antialias=False, useOpenGL=False)


WordsAt = Callable[[float, float], str]
"""From a time, and how many seconds a pixel is, to words."""


class Canvas(QWidget):
    """A plot over time. `pointed(seconds or None)`: where the pointer is, None when it left.

    `words_at`, where it is set, is what the tool tip at a time says.
    """

    pointed = Signal(object)

    def __init__(
        self, theme: Theme, zone: Zone, left: Any, left_width: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._left, self._left_width = theme, left, left_width
        self.time_axis = TimeAxis(zone)
        self.plot = PacedPlot(
            parent=self, axisItems={"bottom": self.time_axis, "left": left}, enableMenu=False
        )
        self.pointer = pg.InfiniteLine(angle=90, movable=False)
        self.words_at: WordsAt | None = None
        self._lay_out()
        self.dress()
        theme.changed.connect(self.dress)
        zone.changed.connect(self._zone_changed)

    def _lay_out(self) -> None:
        self.plot.setFrameShape(QFrame.Shape.NoFrame)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Files are the window's to take. A graphics view would stand as the target of a drag that
        # it refuses, and where it appears under one Qt loses the drop.
        self.plot.setAcceptDrops(False)
        self.plot.viewport().setAcceptDrops(False)
        self.plot.setMinimumSize(120, 40)
        self.plot.plotItem.setContentsMargins(0, SIZE.grid, SIZE.between, 0)
        self.plot.getViewBox().setDefaultPadding(0.0)
        self.plot.disableAutoRange()
        self.pointer.setVisible(False)
        self.pointer.setZValue(50)
        self.plot.addItem(self.pointer, ignoreBounds=True)
        if isinstance(self._left, ValueAxis):
            self.plot.addItem(Grid(self._theme, self._left), ignoreBounds=True)
        self.plot.scene().sigMouseMoved.connect(self._moved)
        self.plot.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_span(self, start: float, end: float) -> None:
        """Show the time from `start` to `end`, in seconds since 1970 UTC."""
        if end > start:
            self.plot.setXRange(start, end, padding=0)

    def span(self) -> tuple[float, float]:
        """The time on show, from and to, in seconds since 1970 UTC."""
        low, high = self.plot.getViewBox().viewRange()[0]
        return float(low), float(high)

    def time_at(self, across: float) -> float:
        """The time at `across` px from the left of the plot, held to what is on show."""
        scene = self.plot.mapToScene(QPointF(across, 0).toPoint())
        start, end = self.span()
        return min(end, max(start, float(self.plot.getViewBox().mapSceneToView(scene).x())))

    def point_at(self, at: float | None) -> None:
        """Draw the cursor at a time, or take it away."""
        self.pointer.setVisible(at is not None)
        if at is not None:
            self.pointer.setPos(at)

    @Slot()
    def dress(self) -> None:
        """Take on the colours and fonts of the theme."""
        self.plot.setBackground(self._theme.colour("content"))
        dress_axis(self.time_axis, self._theme, lined=True)
        dress_axis(self._left, self._theme, lined=False)
        self._left.setWidth(self._left_width)
        height = QFontMetrics(axis_font()).height()
        self.time_axis.setHeight(height + SIZE.between)
        self.pointer.setPen(pg.mkPen(self._theme.colour("muted"), width=1))

    @Slot()
    def _zone_changed(self) -> None:
        self.time_axis.picture = None
        self.time_axis.update()

    @Slot(object)
    def _moved(self, place: QPointF) -> None:
        box = self.plot.getViewBox()
        inside = box.sceneBoundingRect().contains(place)
        self.pointed.emit(float(box.mapSceneToView(place).x()) if inside else None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The pointer that leaves takes the cursor with it."""
        if event.type() is QEvent.Type.Leave:
            self.pointed.emit(None)
        if isinstance(event, QHelpEvent) and self.words_at is not None:
            near = float(self.plot.getViewBox().viewPixelSize()[0])
            text = self.words_at(self.time_at(event.pos().x()), near)
            QToolTip.showText(event.globalPos(), tip(text), self)
            return True
        return False
