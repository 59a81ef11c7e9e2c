"""A dot and a word: live, paused, stopped. Never the colour alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE

_DOT = 8


class StatusDot(QWidget):
    """The dot in a tone ("good", "warn", "error", "paused"), the word in the muted colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone, self._text = "paused", ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self._redraw)

    def tell(self, tone: str, text: str) -> None:
        """Show `text` with a dot in `tone`."""
        self._tone, self._text = tone, text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The word beside the dot."""
        return self._text

    def sizeHint(self) -> QSize:
        """The dot, a gap and the word."""
        metrics = QFontMetrics(self.font())
        width = self._dot() + SIZE.inside + metrics.horizontalAdvance(self._text) + 2
        return QSize(width, metrics.height() + SIZE.grid)

    def _dot(self) -> int:
        """How wide the dot is: it grows with the word."""
        return max(_DOT, QFontMetrics(self.font()).ascent() * 2 // 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dot and word on one middle line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(self._tone))
        half = self._dot() / 2
        painter.drawEllipse(QPointF(half, self.height() / 2 + 0.5), half, half)
        painter.setPen(self._theme.colour("muted"))
        room = self.rect().adjusted(self._dot() + SIZE.inside - 2, 0, 0, 0)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), self._text)

    @Slot()
    def _redraw(self) -> None:
        self.update()
