"""The row above the retry timeline: its title, what the colours mean, what is to come."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from pillarbox_engine.states import EventKind
from pillarbox_ui.plots.lanes import NEXT, RUNNING
from pillarbox_ui.theme.fonts import small_font
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.flow import FlowLayout
from pillarbox_ui.widgets.plain_label import ElidedLabel, PlainLabel
from pillarbox_ui.widgets.states import outcome_tone, outcome_word

KINDS = (RUNNING, EventKind.FAILED, EventKind.TIMED_OUT, EventKind.LOST, NEXT)


class Swatch(QWidget):
    """A small bar in an outcome's colour, and its word; the next attempt's is only outlined."""

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._kind = theme, kind
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(outcome_word(kind))
        theme.changed.connect(self._redraw)

    def sizeHint(self) -> QSize:
        """The bar, a gap and the word."""
        metrics = QFontMetrics(small_font(self.font()))
        width = 12 + 6 + metrics.horizontalAdvance(outcome_word(self._kind)) + SIZE.between
        return QSize(width, metrics.height() + SIZE.inside)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bar and word on one middle line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._theme.colour(outcome_tone(self._kind))
        box = QRectF(0.5, self.height() / 2 - 4.5, 11, 9)
        ghost = self._kind == NEXT
        painter.setPen(QPen(colour, 1.25, Qt.PenStyle.DashLine) if ghost else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if ghost else colour)
        painter.drawRoundedRect(box, 2.5, 2.5)
        painter.setFont(small_font(self.font()))
        painter.setPen(self._theme.colour("muted"))
        room = QRectF(18, 0, self.width(), self.height())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), outcome_word(self._kind))

    @Slot()
    def _redraw(self) -> None:
        self.update()


class OutcomeLegend(QWidget):
    """The row; `tell` changes the sentence at its right."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self._told = ElidedLabel(parent=self, muted=True, small=True)
        self._told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setProperty("content", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZE.between, SIZE.inside, SIZE.between, SIZE.grid)
        row.setSpacing(0)
        named = PlainLabel(title, self, heading=True)
        named.setContentsMargins(0, 0, SIZE.edge, 0)
        swatches = FlowLayout()
        swatches.addWidget(named)
        for kind in KINDS:
            swatches.addWidget(Swatch(theme, kind, self))
        row.addLayout(swatches)
        row.addWidget(self._told, 1)

    def tell(self, text: str, whole: str = "") -> None:
        """Say `text` at the right, and `whole` to whoever asks for more."""
        self._whole = whole or text
        self._told.setText(text)
        self._told.setToolTip(self._whole)

    def told(self) -> str:
        """All that is to be said."""
        return self._whole
