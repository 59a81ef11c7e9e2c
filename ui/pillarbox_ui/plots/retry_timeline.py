"""The retry timeline: a lane a job, a bar an attempt, and when the coming retries fall due.

Owns the two plots (lanes above, histogram beneath, one time axis), the "now" line, the scroll bar
over many lanes, and choosing a job by mouse or keyboard.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QScrollBar, QToolTip, QWidget

from pillarbox_engine.model import Event, JobSummary
from pillarbox_ui.plots.axes import LaneAxis, ValueAxis
from pillarbox_ui.plots.canvas import Canvas
from pillarbox_ui.plots.focus_ring import FocusRing
from pillarbox_ui.plots.lane_words import bar_words, coming_words, lane_words
from pillarbox_ui.plots.lanes import Bins, Lane, bins, lane, lane_at, summary
from pillarbox_ui.plots.lanes_item import LanesItem
from pillarbox_ui.plots.outcome_legend import OutcomeLegend
from pillarbox_ui.plots.ticks import top_of
from pillarbox_ui.theme.fonts import grown
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.plain import tip
from pillarbox_ui.widgets.zone import Zone

LANE_PX = 24
_LEFT = 168
_HISTOGRAM_PX = 92
"""All three beside letters of the usual size, in px."""

Life = tuple[JobSummary, tuple[Event, ...]]


class RetryTimeline(QWidget):
    """`job_chosen(id)` when a lane is clicked or gone to with the arrow keys."""

    job_chosen = Signal(str)

    def __init__(self, theme: Theme, zone: Zone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._lanes: tuple[Lane, ...] = ()
        self._bins = Bins(0.0, 1.0)
        self._chosen: str | None = None
        self._now = 0.0
        self._lane_px, left = grown(LANE_PX), (3 * _LEFT + grown(_LEFT)) // 4
        self._names = LaneAxis(left)
        self.lanes = Canvas(theme, zone, self._names, left, self)
        self.histogram = Canvas(theme, zone, ValueAxis(), left, self)
        self._item = LanesItem(theme)
        self._bars = pg.BarGraphItem(x0=[], y0=0, width=1.0, height=[])
        self._lines = (pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90))
        self._scroll = QScrollBar(Qt.Orientation.Vertical, self)
        self.legend = OutcomeLegend(theme, words.tr("Retry timeline"), self)
        self._lay_out()
        self._fill()
        self._dress()
        theme.changed.connect(self._dress)
        self._ring = FocusRing(theme, self)

    def _lay_out(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(words.tr("Retry timeline"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(1, 1)
        grid.addWidget(self.legend, 0, 0, 1, 2)
        grid.addWidget(self.lanes, 1, 0)
        grid.addWidget(self._scroll, 1, 1)
        grid.addWidget(self.histogram, 2, 0)
        self.histogram.setFixedHeight(grown(_HISTOGRAM_PX))
        self.lanes.setMinimumHeight(2 * self._lane_px)

    def _fill(self) -> None:
        lanes, below = self.lanes.plot, self.histogram.plot
        lanes.hideAxis("bottom")
        lanes.getViewBox().invertY(True)
        lanes.getViewBox().sigResized.connect(self._fit_scroll)
        lanes.addItem(self._item, ignoreBounds=True)
        below.addItem(self._bars)
        for plot, line in zip((lanes, below), self._lines, strict=True):
            line.setZValue(40)
            plot.addItem(line, ignoreBounds=True)
        self._scroll.valueChanged.connect(self._scrolled)
        lanes.viewport().installEventFilter(self)
        for canvas in (self.lanes, self.histogram):
            canvas.pointed.connect(self._point_at)

    def set_lives(
        self,
        lives: Sequence[Life],
        due: Sequence[datetime],
        start: datetime,
        end: datetime,
        now: datetime,
    ) -> None:
        """Draw jobs with their histories, and `due`: when every coming retry falls due."""
        self._now = now.timestamp()
        self._lanes = tuple(lane(job, events, now) for job, events in lives)
        self._bins = bins(due, self._now, end.timestamp())
        self._names.set_names(tuple(each.name for each in self._lanes))
        for canvas in (self.lanes, self.histogram):
            canvas.set_span(start.timestamp(), end.timestamp())
        for line in self._lines:
            line.setPos(self._now)
        self._draw_bins()
        self._redraw()
        self._fit_scroll()
        self._tell(due, now)

    def choose(self, job: str | None) -> None:
        """Mark the lane of `job` without telling anybody."""
        self._chosen = job
        self._redraw()

    def chosen(self) -> str | None:
        """The job whose lane is marked, or None."""
        return self._chosen

    def lane_geometry(self) -> tuple[Lane, ...]:
        """What is drawn."""
        return self._lanes

    def _tell(self, due: Sequence[datetime], now: datetime) -> None:
        coming = summary(due, now)
        self.legend.tell(coming_words(*coming), lane_words(*coming, self._bins))
        self.setAccessibleDescription(self.legend.told())

    def _draw_bins(self) -> None:
        width, counts = self._bins.width, self._bins.counts
        lefts = [self._bins.start + place * width for place in range(len(counts))]
        self._bars.setOpts(x0=lefts, width=width * 0.86, height=list(counts), y0=0)
        self.histogram.plot.setYRange(0, top_of(float(self._bins.peak), whole=True), padding=0)

    def _redraw(self) -> None:
        self._item.set_lanes(self._lanes, self._now, self._chosen)

    @Slot(object)
    def _fit_scroll(self, _: object = None) -> None:
        """As many lanes as there is room for; the bar goes over the rest."""
        room = self.lanes.plot.getViewBox().height() / self._lane_px
        over = max(0, round(len(self._lanes) - room + 0.49))
        self._scroll.setRange(0, over)
        self._scroll.setPageStep(max(1, int(room)))
        self._scroll.setVisible(over > 0)
        top = min(self._scroll.value(), over)
        self.lanes.plot.setYRange(top, top + room, padding=0)

    @Slot(int)
    def _scrolled(self, top: int) -> None:
        room = self.lanes.plot.getViewBox().height() / self._lane_px
        self.lanes.plot.setYRange(top, top + room, padding=0)

    @Slot(object)
    def _point_at(self, at: float | None) -> None:
        for canvas in (self.lanes, self.histogram):
            canvas.point_at(at)

    @Slot()
    def _dress(self) -> None:
        storm = self._theme.colour("retrying")
        self._bars.setOpts(brush=storm, pen=pg.mkPen(None))
        for line in self._lines:
            line.setPen(pg.mkPen(self._theme.colour("accent"), width=1))
        self._redraw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go from lane to lane."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not self._lanes:
            super().keyPressEvent(event)
            return
        jobs = [each.job for each in self._lanes]
        place = jobs.index(self._chosen) + step if self._chosen in jobs else 0
        self._go_to(max(0, min(len(jobs) - 1, place)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel goes over the lanes."""
        self._scroll.event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Clicks and tool tips on the lanes; the wheel is ours."""
        if isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseButtonPress:
            number = self._lane_under(event.position().toPoint())
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            if number is not None:
                self._go_to(number)
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tip(self._words_under(event.pos())), self.lanes)
            return True
        if isinstance(event, QWheelEvent):
            self.wheelEvent(event)
            return True
        return False

    def _go_to(self, number: int) -> None:
        self.choose(self._lanes[number].job)
        top, page = self._scroll.value(), self._scroll.pageStep()
        self._scroll.setValue(max(number - page + 1, min(top, number)))
        self.job_chosen.emit(self._lanes[number].job)

    def _place(self, at: QPoint) -> Any:
        return self.lanes.plot.getViewBox().mapSceneToView(self.lanes.plot.mapToScene(at))

    def _lane_under(self, at: QPoint) -> int | None:
        return lane_at(self._place(at).y(), len(self._lanes))

    def _words_under(self, at: QPoint) -> str:
        place = self._place(at)
        number = lane_at(place.y(), len(self._lanes))
        if number is None:
            return ""
        across = self.lanes.plot.getViewBox().viewPixelSize()[0]
        return bar_words(self._lanes[number], place.x(), SIZE.grid * across, self._zone)
