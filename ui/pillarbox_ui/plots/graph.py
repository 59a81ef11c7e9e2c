"""A graph of several curves over time: legend above, canvas beneath, one cursor for all.

Owns the curves (made once, then given data), the scale from zero, the values under the cursor, the
marks of what was done, and the span one drags or chooses with the keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pillarbox_engine.model import HistoryPoint
from pillarbox_ui.plots.axes import ValueAxis, value_room
from pillarbox_ui.plots.canvas import Canvas
from pillarbox_ui.plots.focus_ring import FocusRing
from pillarbox_ui.plots.legend import Entry, Legend
from pillarbox_ui.plots.marks_item import MarksItem
from pillarbox_ui.plots.series import EMPTY, Series
from pillarbox_ui.plots.span_drag import Span, SpanDrag
from pillarbox_ui.plots.span_keys import SpanKeys
from pillarbox_ui.plots.ticks import top_of
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.marks import Mark, nearest
from pillarbox_ui.widgets.zone import Zone

_PEN = 1.5
"""In logical pixels; a cosmetic pen is not scaled with the screen, so `_dress` does it.

Antialiasing is dear above a width of 1: it is paid for by `thinning`."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve: its entry in the legend, how it comes from the points and the seconds on show, and
    how its values read."""

    entry: Entry
    series: Callable[[Sequence[HistoryPoint], float], Series]
    words: Callable[[float], str]


class Graph(QWidget):
    """Curves of `HistoryPoint`s. `pointed(seconds or None)`: where the pointer is.

    `spanned((start, end) or None)` while a span is dragged, `span_chosen(start, end)` after that.
    Left and right move the cursor, with Shift they drag a span, Return chooses it.
    """

    pointed = Signal(object)
    spanned = Signal(object)
    span_chosen = Signal(float, float)

    def __init__(
        self,
        theme: Theme,
        zone: Zone,
        title: str,
        curves: tuple[Curve, ...],
        *,
        whole: bool = False,
        least: float | None = None,
        axis: Any = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._whole, self._least, self._top = whole, least, 0.0
        self._pointed: float | None = None
        self._curves = {curve.entry.key: curve for curve in curves}
        self._series: dict[str, Series] = dict.fromkeys(self._curves, EMPTY)
        self.legend = Legend(theme, title, tuple(curve.entry for curve in curves), self)
        self.canvas = Canvas(theme, zone, axis or ValueAxis(), value_room(), self)
        self._items: Mapping[str, Any] = {key: self._item() for key in self._curves}
        self._marks = MarksItem(theme)
        self.drag = SpanDrag(theme, self.canvas)
        self._keys = SpanKeys()
        self._ring = FocusRing(theme, self)
        self._lay_out(title)
        self._scale()
        self._dress()
        theme.changed.connect(self._redress)

    def _lay_out(self, title: str) -> None:
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.legend)
        column.addWidget(self.canvas, 1)
        self.canvas.plot.addItem(self._marks, ignoreBounds=True)
        self.canvas.words_at = self._words_at
        self.legend.toggled.connect(self._toggle)
        for told in (self.pointed, self.point_at):
            self.canvas.pointed.connect(told)
        for shown in (self.spanned, self.mark_span):
            self.drag.spanned.connect(shown)
        self.drag.chosen.connect(self.span_chosen)

    def _item(self) -> Any:
        item = pg.PlotDataItem(connect="finite", antialias=True)
        item.setZValue(2)
        self.canvas.plot.addItem(item)
        return item

    def showEvent(self, event: QShowEvent) -> None:
        """Only now the screen is known, and with it how wide a pixel is."""
        super().showEvent(event)
        self._dress()

    def set_points(self, points: Sequence[HistoryPoint], start: datetime, end: datetime) -> None:
        """Draw `points`, oldest first, over the time from `start` to `end`."""
        self._series = self._told_by(points, (end - start).total_seconds())
        self.canvas.set_span(start.timestamp(), end.timestamp())
        self._draw()
        at = self._pointed
        self.point_at(at if at is not None and at >= start.timestamp() else None)

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        """Mark what was done, and when."""
        self._marks.set_marks(marks)

    def series(self, key: str) -> Series:
        """What the curve called `key` tells."""
        return self._series[key]

    def _told_by(self, points: Sequence[HistoryPoint], seconds: float) -> dict[str, Series]:
        return {key: curve.series(points, seconds) for key, curve in self._curves.items()}

    def _draw(self) -> None:
        for key, series in self._series.items():
            self._items[key].setData(series.times, series.values)
        self._scale()

    @Slot(object)
    def point_at(self, at: float | None) -> None:
        """Draw the cursor at a time and read the values there; None reads the last ones."""
        self._pointed = at
        self.canvas.point_at(at)
        for key, curve in self._curves.items():
            value = self._series[key].value_at(float("inf") if at is None else at)
            self.legend.set_value(key, "" if value is None else curve.words(value))
        moment = None if at is None else datetime.fromtimestamp(at, UTC)
        self.legend.set_time("" if moment is None else self._zone.clock_text(moment))

    @Slot(object)
    def mark_span(self, span: Span | None) -> None:
        """Draw the span that is dragged, here or on another graph."""
        self.drag.show_span(span)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right, with and without Shift; Return and Escape."""
        moved = self._keys.press(event, self.canvas.span(), self._pointed, self.drag.span)
        if moved is None:
            super().keyPressEvent(event)
            return
        if moved.at != self._pointed:
            self.point_at(moved.at)
            self.pointed.emit(moved.at)
        if moved.span != self.drag.span:
            self.mark_span(moved.span)
            self.spanned.emit(moved.span)
        if moved.chosen is not None:
            self.span_chosen.emit(*moved.chosen)

    def _words_at(self, at: float, near: float) -> str:
        """What the marks near a time say."""
        told = nearest(self._marks.marks, at, SIZE.grid * near)
        times = [self._zone.clock_text(datetime.fromtimestamp(mark.at, UTC)) for mark in told]
        return "\n".join(f"{time} {mark.words}" for time, mark in zip(times, told, strict=True))

    @Slot(str, bool)
    def _toggle(self, key: str, shown: bool) -> None:
        self._items[key].setVisible(shown)
        self._draw()

    def _shown(self, key: str) -> bool:
        return bool(self._items[key].isVisible())

    def _scale(self) -> None:
        self._reach(max((s.high() for k, s in self._series.items() if self._shown(k)), default=0.0))

    def _reach(self, highest: float) -> None:
        top = top_of(highest, self._whole, self._least)
        if top != self._top:  # the axis is laid out anew by it
            self._top = top
            self.canvas.plot.setYRange(0, top, padding=0)

    @Slot()
    def _redress(self) -> None:
        """Not `_dress` itself: a slot that is overridden is called even after our end."""
        self._dress()

    def _dress(self) -> None:
        for key, curve in self._curves.items():
            colour = self._theme.colour(curve.entry.tone)
            self._items[key].setPen(pg.mkPen(colour, width=_PEN * self.devicePixelRatioF()))
