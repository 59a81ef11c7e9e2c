"""Two parts at the ends of a line; where they have no room beside each other, on two lines."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from pillarbox_ui.theme.tokens import SIZE


class TwoEnds(QWidget):
    """`left` and `right`, whole: neither is squeezed for the other."""

    def __init__(self, left: QWidget, right: QWidget) -> None:
        super().__init__()
        self._left, self._right = left, right
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SIZE.grid)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(left, 0, 0, Qt.AlignmentFlag.AlignLeft)
        self._place(beside=True)

    def _place(self, *, beside: bool) -> None:
        row, column = (0, 1) if beside else (1, 0)
        side = Qt.AlignmentFlag.AlignRight if beside else Qt.AlignmentFlag.AlignLeft
        self._grid.addWidget(self._right, row, column, side)
        self.beside = beside

    def minimumSizeHint(self) -> QSize:
        """As wide as the wider one."""
        least = max(self._left.sizeHint().width(), self._right.sizeHint().width())
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One line, or two."""
        super().resizeEvent(event)
        wanted = self._left.sizeHint().width() + self._right.sizeHint().width() + SIZE.grid
        if self.beside != (wanted <= self.width()):
            self._place(beside=wanted <= self.width())
