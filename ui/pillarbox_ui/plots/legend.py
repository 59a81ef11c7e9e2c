"""The legend: above the plot, so it covers no data, with the values under the cursor.

Each entry is a button that shows or hides its curve.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from pillarbox_ui.theme.fonts import number_font, small_font
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.flow import FlowLayout
from pillarbox_ui.widgets.painting import paint_ring
from pillarbox_ui.widgets.plain_label import ElidedLabel, PlainLabel


@dataclass(frozen=True, slots=True)
class Entry:
    """A curve as the legend names it; `tone` is a name `Theme.colour` takes."""

    key: str
    name: str
    tone: str


class LegendKey(QAbstractButton):
    """One entry: a dot, the name and the value; pressed out, its curve is hidden."""

    def __init__(self, theme: Theme, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._entry, self._value, self._room = theme, entry, "", 0
        self._terse = False
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(entry.name)
        self.setAccessibleName(entry.name)
        self.setToolTip(words.tr("Show or hide"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._redraw)

    def set_value(self, value: str) -> None:
        """The value under the cursor, as text."""
        if value != self._value:
            self._value = value
            self.setAccessibleDescription(value)
            self.updateGeometry()
            self.update()

    def value(self) -> str:
        """The value on show."""
        return self._value

    def set_terse(self, terse: bool) -> None:
        """Leave the value out: there is no room for it."""
        if terse != self._terse:
            self._terse = terse
            self.updateGeometry()
            self.update()

    def full_width(self) -> int:
        """The width with the value."""
        return self._width(terse=False)

    def sizeHint(self) -> QSize:
        """Dot, name, value and the space between. It never shrinks, so nothing moves to and fro."""
        metrics = QFontMetrics(self._font())
        self._room = max(self._room, *map(metrics.horizontalAdvance, (self._value, "000")))
        return QSize(self._width(self._terse), metrics.height() + SIZE.inside)

    def _width(self, terse: bool) -> int:
        metrics = QFontMetrics(self._font())
        name = round(_dot(metrics)) + metrics.horizontalAdvance(self._entry.name)
        return 13 + name + SIZE.inside + (0 if terse else 6 + self._room)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hollow dot and a faded name when the curve is hidden."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._theme.colour(self._entry.tone)
        painter.setPen(colour)
        painter.setBrush(colour if self.isChecked() else Qt.BrushStyle.NoBrush)
        metrics = QFontMetrics(self._font())
        dot = _dot(metrics)
        painter.drawEllipse(QPointF(6.5 + dot / 2, self.height() / 2), dot / 2, dot / 2)
        left, middle = 13 + round(dot), int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(self._font())
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(QRectF(left, 0, self.width(), self.height()), middle, self._entry.name)
        left += metrics.horizontalAdvance(self._entry.name) + 6
        painter.setPen(self._theme.colour("text" if self.isChecked() else "muted"))
        if not self._terse:
            painter.drawText(QRectF(left, 0, self.width(), self.height()), middle, self._value)
        if self.hasFocus():
            paint_ring(painter, self.rect(), self._theme.colour("accent"), SIZE.radius)

    def _font(self) -> QFont:
        return number_font(small_font(self.font()))

    @Slot()
    def _redraw(self) -> None:
        self.update()


def _dot(metrics: QFontMetrics) -> float:
    """How wide the dot of an entry is."""
    return max(7.0, metrics.ascent() * 0.58)


class Legend(QWidget):
    """The title, the entries, and the time under the cursor at the right."""

    toggled = Signal(str, bool)

    def __init__(
        self, theme: Theme, title: str, entries: tuple[Entry, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._keys = {entry.key: LegendKey(theme, entry, self) for entry in entries}
        self._time = ElidedLabel(parent=self, muted=True, small=True)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setProperty("content", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZE.between, SIZE.inside, SIZE.between, 0)
        row.setSpacing(0)
        self._title = PlainLabel(title, self, heading=True)
        self._title.setContentsMargins(0, 0, SIZE.inside, 0)
        flow = FlowLayout()
        flow.addWidget(self._title)
        for key, button in self._keys.items():
            button.toggled.connect(lambda on, key=key: self.toggled.emit(key, on))
            flow.addWidget(button)
        row.addLayout(flow)
        row.addWidget(self._time, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where room is short the values go; where it is still too short, a second line begins."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wanted = sum(key.full_width() for key in self._keys.values())
        room = self.width() - self._title.sizeHint().width() - 2 * SIZE.between
        for key in self._keys.values():
            key.set_terse(wanted > room)

    def set_value(self, key: str, value: str) -> None:
        """Show `value` beside the entry called `key`."""
        before = self._keys[key].sizeHint()
        self._keys[key].set_value(value)
        if self._keys[key].sizeHint() != before:
            self._fit()

    def value(self, key: str) -> str:
        """The value beside the entry called `key`."""
        return self._keys[key].value()

    def set_time(self, text: str) -> None:
        """Show the time under the cursor, or nothing."""
        self._time.setText(text)
