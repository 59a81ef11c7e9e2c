"""What a tab says while it has nothing to show: what is missing, and how it comes to be."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pillarbox_ui.dialogs.frame import plain
from pillarbox_ui.theme.tokens import SIZE


class Blank(QWidget):
    """A heading and a line, in the middle of the room there is."""

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZE.edge, SIZE.edge, SIZE.edge, SIZE.edge)
        column.setSpacing(SIZE.grid)
        column.addStretch(1)
        for label in (plain(title, heading=True), plain(text, muted=True)):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
            label.setVisible(bool(label.text()))
        column.addStretch(2)
