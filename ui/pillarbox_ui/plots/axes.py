"""The axes of the plots: time in the window's zone, whole values, and the lanes' names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QPainter

from pillarbox_ui.plots.ticks import (
    duration_step,
    short_duration,
    time_label,
    time_step,
    time_ticks,
    value_step,
)
from pillarbox_ui.theme.fonts import grown, number_font, small_font
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.zone import Zone

Levels = list[tuple[float, list[float]]]


# pyqtgraph has no types, so its classes are Any to mypy.
class TimeAxis(pg.AxisItem):  # type: ignore[misc]
    """A bottom axis of times of day, on whole steps of the zone's clock."""

    def __init__(self, zone: Zone) -> None:
        super().__init__("bottom")
        self._zone = zone
        self._step = 60

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Levels:
        """The marks between two times, far enough apart to be read."""
        usual = size * SIZE.text / grown(SIZE.text)  # marks in large letters stand further apart
        self._step = time_step(maxVal - minVal, usual)
        zone = self._zone.tzinfo
        offset = datetime.fromtimestamp(minVal, zone).astimezone(zone).utcoffset()
        seconds = 0.0 if offset is None else offset.total_seconds()
        return [(float(self._step), time_ticks(minVal, maxVal, self._step, seconds))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """What the marks say."""
        return [time_label(value, self._step, self._zone.tzinfo) for value in values]


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """A left axis from zero, with few marks: "0", "500", "1k"."""

    def __init__(self) -> None:
        super().__init__("left")

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Levels:
        """Marks some 45 px apart, one beside zero at least."""
        most = max(2, round(size / 45))
        while (step := self.step(maxVal, most)) > maxVal > 0:
            most += 1
        half = QFontMetrics(axis_font()).height() / 2
        highest = maxVal * (1 - half / size) if size > 2 * half else maxVal
        count = max(1, int(highest / step + 1e-9))
        return [(step, [number * step for number in range(count + 1)])]

    def step(self, high: float, most: int) -> float:
        """How far apart the marks are: round figures, at most `most` of them up to `high`."""
        return value_step(high, most)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Counts where they are short, else thousands as k."""
        if spacing >= 1:
            return [words.count(round(v)) if v < 10_000 else words.compact(v) for v in values]
        digits = 1 if spacing >= 0.1 else 2
        return [f"{value:.{digits}f}" for value in values]

    def generateDrawSpecs(self, p: QPainter) -> Any:
        """Words only: a tick of no length would still be a dot."""
        specs = super().generateDrawSpecs(p)
        return None if specs is None else (specs[0], [], specs[2])


class DurationAxis(ValueAxis):
    """A left axis of lengths of time: "50 ms", "20 s", "5m"."""

    def step(self, high: float, most: int) -> float:
        """Marks on whole minutes and hours where the lengths are that long."""
        return duration_step(high, most)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Short lengths of time; nothing is "0"."""
        return [short_duration(value) for value in values]


class LaneAxis(pg.AxisItem):  # type: ignore[misc]
    """A left axis of names: one in the middle of every lane."""

    def __init__(self, width: int) -> None:
        super().__init__("left")
        self._names: tuple[str, ...] = ()
        self._room = width

    def set_names(self, names: tuple[str, ...]) -> None:
        """Name the lanes from the top; a long name is cut."""
        self._names = names
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Levels:
        """The middles of the lanes in view."""
        low, high = sorted((minVal, maxVal))  # the lanes' view is upside down
        first, last = max(0, int(low)), min(len(self._names), int(high + 0.999))
        return [(1.0, [lane + 0.5 for lane in range(first, last)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """The names."""
        metrics = QFontMetrics(axis_font())
        mode, room = Qt.TextElideMode.ElideRight, self._room - SIZE.between - SIZE.inside
        return [metrics.elidedText(self._names[int(value)], mode, room) for value in values]

    def generateDrawSpecs(self, p: QPainter) -> Any:
        """The names at the left of their room, so they begin on one line."""
        specs = super().generateDrawSpecs(p)
        if specs is None:
            return None
        line, _, texts = specs
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        flags |= Qt.TextFlag.TextDontClip
        left = [QRectF(SIZE.between, rect.top(), self._room, rect.height()) for rect, _, _ in texts]
        placed = zip(left, texts, strict=True)
        return line, [], [(rect, flags, text) for rect, (_, _, text) in placed]


def value_room() -> int:
    """What the longest mark of an axis of values takes, beside the plot, in px."""
    return QFontMetrics(axis_font()).horizontalAdvance("500 ms") + SIZE.inside + SIZE.grid


def axis_font() -> QFont:
    """The font of marks: a size down, figures of one width."""
    return number_font(small_font(QGuiApplication.font()))


def dress_axis(axis: Any, theme: Theme, lined: bool) -> None:
    """Colours and font of an axis; `lined` draws its line and its ticks."""
    axis.setPen(pg.mkPen(theme.colour("line")) if lined else pg.mkPen(None))
    axis.setTextPen(pg.mkPen(theme.colour("muted")))
    axis.setTickPen(pg.mkPen(theme.colour("line")) if lined else pg.mkPen(None))
    axis.setStyle(
        tickFont=axis_font(),
        tickAlpha=255,
        maxTickLevel=0,
        tickLength=4 if lined else 0,
        tickTextOffset=SIZE.inside,
        hideOverlappingLabels=False,
    )
