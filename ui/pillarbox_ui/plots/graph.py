"""A graph of several curves over time: legend above, canvas beneath, one cursor for all.

Owns the curves (made once, then given data), the scale from zero, the values under the cursor,
and `link`, which makes several graphs share it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pillarbox_engine.model import HistoryPoint
from pillarbox_ui.plots.axes import ValueAxis
from pillarbox_ui.plots.canvas import Canvas
from pillarbox_ui.plots.legend import Entry, Legend
from pillarbox_ui.plots.series import EMPTY, Series
from pillarbox_ui.plots.ticks import top_of
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.zone import Zone

_LEFT = 52
"""Room for the marks of the left axis, in px: the same in all graphs, so their times line up."""


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
    filled: bool = False


class Graph(QWidget):
    """Curves of `HistoryPoint`s. `pointed(seconds or None)`: where the pointer is."""

    pointed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        zone: Zone,
        title: str,
        curves: tuple[Curve, ...],
        whole: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._zone, self._whole = theme, zone, whole
        self._top = 0.0
        self._curves = {curve.entry.key: curve for curve in curves}
        self._series: dict[str, Series] = dict.fromkeys(self._curves, EMPTY)
        self.legend = Legend(theme, title, tuple(curve.entry for curve in curves), self)
        self.canvas = Canvas(theme, zone, ValueAxis(), _LEFT, self)
        self._items: Mapping[str, Any] = {key: self._item(c) for key, c in self._curves.items()}
        self._lay_out(title)
        self._scale()
        self._dress()
        theme.changed.connect(self._dress)

    def _lay_out(self, title: str) -> None:
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.legend)
        column.addWidget(self.canvas, 1)
        self.legend.toggled.connect(self._toggle)
        self.canvas.pointed.connect(self.pointed)
        self.canvas.pointed.connect(self.point_at)

    def _item(self, curve: Curve) -> Any:
        item = pg.PlotDataItem(
            connect="finite", antialias=True, fillLevel=0 if curve.filled else None
        )
        item.setZValue(1 if curve.filled else 2)
        self.canvas.plot.addItem(item)
        return item

    def showEvent(self, event: QShowEvent) -> None:
        """Only now the screen is known, and with it how wide a pixel is."""
        super().showEvent(event)
        self._dress()

    def set_points(self, points: Sequence[HistoryPoint], start: datetime, end: datetime) -> None:
        """Draw `points`, oldest first, over the time from `start` to `end`."""
        seconds = (end - start).total_seconds()
        for key, curve in self._curves.items():
            series = self._series[key] = curve.series(points, seconds)
            self._items[key].setData(series.times, series.values)
        self.canvas.set_span(start.timestamp(), end.timestamp())
        self._scale()
        self.point_at(None)

    def series(self, key: str) -> Series:
        """What the curve called `key` draws."""
        return self._series[key]

    @Slot(object)
    def point_at(self, at: float | None) -> None:
        """Draw the cursor at a time and read the values there; None reads the last ones."""
        self.canvas.point_at(at)
        for key, curve in self._curves.items():
            value = self._series[key].value_at(float("inf") if at is None else at)
            self.legend.set_value(key, "" if value is None else curve.words(value))
        moment = None if at is None else datetime.fromtimestamp(at, UTC)
        self.legend.set_time("" if moment is None else self._zone.clock_text(moment))

    @Slot(str, bool)
    def _toggle(self, key: str, shown: bool) -> None:
        self._items[key].setVisible(shown)
        self._scale()

    def _scale(self) -> None:
        shown = [s.high() for key, s in self._series.items() if self._items[key].isVisible()]
        top = top_of(max(shown, default=0.0), self._whole)
        if top != self._top:  # the axis is laid out anew by it
            self._top = top
            self.canvas.plot.setYRange(0, top, padding=0)

    @Slot()
    def _dress(self) -> None:
        for key, curve in self._curves.items():
            colour = self._theme.colour(curve.entry.tone)
            self._items[key].setPen(pg.mkPen(colour, width=_PEN * self.devicePixelRatioF()))
            if curve.filled:
                fill = QColor(colour)
                fill.setAlphaF(self._theme.tokens.tint)
                self._items[key].setFillBrush(pg.mkBrush(fill))


def link(graphs: Sequence[Graph]) -> None:
    """Make the cursors of `graphs` one: pointing at one points at all."""
    for one in graphs:
        for other in graphs:
            if other is not one:
                one.pointed.connect(other.point_at)
