"""The cell of numbers: right-aligned, in figures of one width."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QStyleOptionViewItem

from pillarbox_ui.widgets.cell import Cell


class NumberCell(Cell):
    """A number as the model words it; `words.count` and the like make the text."""

    alignment = Qt.AlignmentFlag.AlignRight

    def font(self, option: QStyleOptionViewItem) -> QFont:
        """The cell's font with tabular figures."""
        return self.theme.numbers()
