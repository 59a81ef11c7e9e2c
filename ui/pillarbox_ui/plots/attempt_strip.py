"""One job's attempts over time, for the inspector: a bar an attempt, the next one as a ghost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from pillarbox_engine.model import Event, JobSummary
from pillarbox_ui.plots.axes import LaneAxis
from pillarbox_ui.plots.canvas import Canvas
from pillarbox_ui.plots.lane_words import bar_words
from pillarbox_ui.plots.lanes import Lane, lane
from pillarbox_ui.plots.lanes_item import LanesItem
from pillarbox_ui.theme.fonts import grown
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.plain import tip
from pillarbox_ui.widgets.zone import Zone


class AttemptStrip(QWidget):
    """A strip as wide as its room; the time it spans is the job's own."""

    def __init__(self, theme: Theme, zone: Zone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._lane: Lane | None = None
        self._names = LaneAxis(SIZE.edge)
        self._canvas = Canvas(theme, zone, self._names, SIZE.edge, self)
        self._item = LanesItem(theme, shaded=True)
        self._line = pg.InfiniteLine(angle=90)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._canvas)
        self.setFixedHeight(grown(SIZE.strip))
        self.setAccessibleName(words.tr("Attempts over time"))
        self._fill()
        self._dress()
        theme.changed.connect(self._dress)

    def _fill(self) -> None:
        plot = self._canvas.plot
        plot.getViewBox().invertY(True)
        plot.setYRange(0, 1, padding=0)
        plot.addItem(self._item, ignoreBounds=True)
        plot.addItem(self._line, ignoreBounds=True)
        plot.viewport().installEventFilter(self)

    def set_life(self, job: JobSummary, events: Sequence[Event], now: datetime) -> None:
        """Draw `job` with its history, oldest first, as it is at `now`."""
        self._lane = lane(job, events, now)
        at = now.timestamp()
        low, high = self._lane.span() or (at - 30, at + 30)
        if self._lane.ghost is not None:
            low, high = min(low, at), max(high, at)
        air = max(1.0, (high - low) * 0.04)
        self._canvas.set_span(low - air, high + air)
        self._line.setPos(at)
        self._item.set_lanes((self._lane,), at, None)

    def geometry_drawn(self) -> Lane | None:
        """What is drawn."""
        return self._lane

    @Slot()
    def _dress(self) -> None:
        self._line.setPen(pg.mkPen(self._theme.colour("accent"), width=1))
        self._item.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The attempt under the pointer, in words."""
        if not isinstance(event, QHelpEvent) or self._lane is None:
            return False
        box = self._canvas.plot.getViewBox()
        place = box.mapSceneToView(self._canvas.plot.mapToScene(event.pos()))
        near = SIZE.grid * box.viewPixelSize()[0]
        text = bar_words(self._lane, place.x(), near, self._zone)
        QToolTip.showText(event.globalPos(), tip(text), self)
        return True
