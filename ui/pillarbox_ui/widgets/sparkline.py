"""A sparkline in a cell: the last minutes of a figure, without axes."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from pillarbox_ui.theme.contrast import blend
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.cell import Cell, Index, selected
from pillarbox_ui.widgets.painting import paint_spark
from pillarbox_ui.widgets.roles import Role


class Sparkline(Cell):
    """Draws `Role.SERIES`, oldest first, in `tone`."""

    tone = "ready"

    def series(self, index: Index) -> tuple[int, ...]:
        """The values, oldest first."""
        value = index.data(Role.SERIES)
        return value if isinstance(value, tuple) else ()

    def words(self, index: Index) -> str:
        """Nothing: the cell is a picture."""
        return ""

    def tip_text(self, index: Index) -> str:
        """Its least, most and last value in words."""
        series = self.series(index)
        if not series:
            return ""
        text = words.tr("least {0}, most {1}, now {2}")
        return text.format(*map(words.count, (min(series), max(series), series[-1])))

    def content_width(self, option: QStyleOptionViewItem, index: Index) -> int:
        """The width a sparkline reads well at, in px."""
        return 96

    def paint_content(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """The line over its area."""
        tone = index.data(Role.TONE)
        tokens = self.theme.tokens
        ink = self.theme.colour(tone if isinstance(tone, str) else self.tone)
        under = tokens.selection if selected(option) else tokens.content
        fill = QColor(blend(ink.name(), under, tokens.tint))
        area = QRectF(rect).adjusted(0, 7, 0, -7)
        paint_spark(painter, area, self.series(index), ink, fill)
