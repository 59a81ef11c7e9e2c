"""A layout that sets its parts side by side and begins a new line where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from pillarbox_ui.theme.tokens import SIZE


class FlowLayout(QLayout):
    """Parts as wide as they ask to be, `SIZE.grid` apart, no wider than the line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Add a part at the end."""
        self._parts.append(item)

    def count(self) -> int:
        """How many parts there are."""
        return len(self._parts)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The part at `index`, or None."""
        return self._parts[index] if 0 <= index < len(self._parts) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take the part at `index` out."""
        return self._parts.pop(index) if 0 <= index < len(self._parts) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It asks for no more room than its parts need."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The narrower, the more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """How high the lines are together."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Set the parts."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """All in one line."""
        sizes = [part.sizeHint() for part in self._parts]
        width = sum(size.width() + SIZE.grid for size in sizes)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Room for an ellipsis, one line high."""
        return QSize(SIZE.strip, self.sizeHint().height())

    def _place(self, rect: QRect, *, move: bool) -> int:
        spot, lowest = rect.topLeft(), rect.top()
        for part in self._parts:
            size = part.sizeHint().boundedTo(QSize(rect.width(), part.sizeHint().height()))
            if spot.x() > rect.left() and spot.x() + size.width() > rect.right() + 1:
                spot = QPoint(rect.left(), lowest + SIZE.grid)
            if move:
                part.setGeometry(QRect(spot, size))
            lowest = max(lowest, spot.y() + size.height())
            spot = QPoint(spot.x() + size.width() + SIZE.grid, spot.y())
        return lowest - rect.top()
