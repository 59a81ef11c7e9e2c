"""A chip: a term of the filter, and a ✕ that takes it away."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.plain import one_line
from pillarbox_ui.widgets.plain_label import put_tip

_LETTERS = 40
_CROSS = 10


class Chip(QFrame):
    """`edited` when its text is clicked, `removed` when its ✕ is."""

    edited = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self.text = text
        line = one_line(text)
        shown = line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}…"
        self.label = QPushButton(shown.replace("&", "&&"))
        self.label.setAutoDefault(False)
        put_tip(self.label, text)
        self.label.setAccessibleName(words.tr("Edit the filter {0}").format(line))
        self.label.clicked.connect(self.edited)
        self.cross = QToolButton()
        self.cross.setIconSize(QSize(_CROSS, _CROSS))
        self.cross.setAccessibleName(words.tr("Remove the filter {0}").format(line))
        self.cross.setToolTip(words.tr("Remove"))
        self.cross.clicked.connect(self.removed)
        theme.icons.bind(self.cross, "clear", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(0)
        row.addWidget(self.label)
        row.addWidget(self.cross)
        self.setFixedHeight(QFontMetrics(self.font()).height() + 10)
