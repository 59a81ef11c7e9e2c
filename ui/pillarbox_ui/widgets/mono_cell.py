"""The cell of ids, payload previews and traces: the fixed font, plain text always."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QStyleOptionViewItem

from pillarbox_ui.widgets.cell import Cell


class MonoCell(Cell):
    """Text as it is, control characters made visible; markup in it is only text."""

    def font(self, option: QStyleOptionViewItem) -> QFont:
        """The system's fixed font."""
        return self.theme.mono()
