"""Attempts as "n / m", right-aligned, in figures of one width."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.cell import Index
from pillarbox_ui.widgets.number_cell import NumberCell
from pillarbox_ui.widgets.roles import Role


class Attempts(NumberCell):
    """Draws `Role.LIMIT`: (attempts used, max attempts); the last attempt stands out."""

    def used(self, index: Index) -> tuple[int, int | None] | None:
        """(used, most), or None where the model gives nothing."""
        value = index.data(Role.LIMIT)
        return (value[0], value[1]) if isinstance(value, tuple) else None

    def words(self, index: Index) -> str:
        """ "2 / 5", or "2" where there is no most."""
        used = self.used(index)
        if used is None:
            return super().words(index)
        if used[1] is None:
            return words.count(used[0])
        return f"{words.count(used[0])} / {words.count(used[1])}"

    def paint_content(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """The text; in the warning tone when the last attempt is used."""
        used = self.used(index)
        last = used is not None and used[1] is not None and used[1] > 1 and used[0] >= used[1]
        colour = self.ink(option, "warn" if last else "text")
        self.draw_text(painter, rect, self.words(index), option, colour)
