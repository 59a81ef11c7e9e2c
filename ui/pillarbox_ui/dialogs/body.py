"""The middle of a dialog: as high as what is in it, and scrolled only on a small screen.

Owns the passing on of sizes, which Qt's scroll area keeps to itself.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from pillarbox_ui.theme.tokens import SIZE

_LEAST_HEIGHT = 160
"""Pixels of it that are always seen."""


class Body(QScrollArea):
    """`column` is to be filled. Never scrolls sideways: it asks for the width it needs."""

    def __init__(self) -> None:
        super().__init__()
        content = QWidget()
        content.setObjectName("dialog-body")
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SIZE.between)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setObjectName("dialog-scroll")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def hasHeightForWidth(self) -> bool:
        """What wraps in it is higher where it is narrower."""
        return self.column.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        """How high all of it is at that width."""
        return self.column.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        """All of it."""
        return self.column.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Its width, and as much of its height as can be read."""
        least = self.column.totalMinimumSize()
        return QSize(least.width(), min(least.height(), _LEAST_HEIGHT))
