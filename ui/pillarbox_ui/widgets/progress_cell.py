"""A job's progress as a bar with per cent at its right."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.cell import Cell, Index
from pillarbox_ui.widgets.painting import WIDEST_BAR, draw_line, paint_bar
from pillarbox_ui.widgets.roles import Role


class ProgressCell(Cell):
    """Draws `Role.FRACTION` (0 to 1); None is a dash: the handler reported nothing."""

    tone = "accent"

    def font(self, option: QStyleOptionViewItem) -> QFont:
        """Tabular figures, so the per cent stands still."""
        return self.theme.numbers()

    def fraction(self, index: Index) -> float | None:
        """Progress from 0 to 1, or None."""
        value = index.data(Role.FRACTION)
        return float(value) if isinstance(value, int | float) else None

    def words(self, index: Index) -> str:
        """ "66 %", or a dash."""
        fraction = self.fraction(index)
        return words.NOTHING if fraction is None else words.share(fraction)

    def content_width(self, option: QStyleOptionViewItem, index: Index) -> int:
        """A bar of 64 px and "100 %"."""
        return 64 + SIZE.inside + self.face(option).width("100 %")

    def paint_content(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """The bar, and the per cent at its right."""
        fraction, face = self.fraction(index), self.face(option)
        room = face.width("100 %") + SIZE.inside
        bar = rect.adjusted(0, 0, -room, 0)
        bar.setWidth(min(bar.width(), WIDEST_BAR))
        if fraction is not None and bar.width() > 2 * SIZE.bar:
            paint_bar(painter, bar, fraction, self.theme.colour(self.tone), self.track(option))
        tone = "muted" if fraction is None else "text"
        at = bar.adjusted(bar.width(), 0, room, 0)
        colour, right = self.ink(option, tone), Qt.AlignmentFlag.AlignRight
        draw_line(painter, at, self.words(index), face, colour, right)
