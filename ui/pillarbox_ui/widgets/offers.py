"""A list of suggestions under a line: it never takes the focus, the line tells it where to go."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QListView, QWidget

from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words

_MOST = 8
"""So many lines are shown at once."""


class Offers(QListView):
    """`taken(text)` when one is clicked."""

    taken = Signal(str)

    def __init__(self, line: QWidget) -> None:
        super().__init__(line.window())
        self._line = line
        self._words = QStringListModel(self)
        self.setModel(self._words)
        self.setObjectName("offers")
        self.setAccessibleName(words.tr("Suggestions"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._clicked)
        line.destroyed.connect(self.deleteLater)
        self.hide()

    def offer(self, texts: Sequence[str]) -> None:
        """Show `texts`, none of them marked; nothing where there are none."""
        self._words.setStringList(list(texts))
        self.setCurrentIndex(QModelIndex())
        self.setVisible(bool(texts))
        if texts:
            self._place()
            self.raise_()

    def chosen(self) -> str:
        """The marked one, or ""."""
        index = self.currentIndex()
        return str(index.data()) if index.isValid() else ""

    def first(self) -> str:
        """The first one."""
        return self._words.stringList()[0]

    def step(self, by: int) -> None:
        """Mark the next one (1) or the one before (-1), from end to end."""
        rows = self._words.rowCount()
        now = self.currentIndex().row()
        row = (now + by) % rows if now >= 0 or by > 0 else rows - 1
        self.setCurrentIndex(self._words.index(row))

    def _place(self) -> None:
        rows = min(_MOST, self._words.rowCount())
        row = max(self.sizeHintForRow(0), self.fontMetrics().height() + SIZE.inside)
        height = rows * row + 2 * SIZE.grid + 2
        spot = self._line.mapTo(self.window(), QPoint(0, self._line.height() + SIZE.grid))
        widest = self.sizeHintForColumn(0) + 4 * SIZE.edge
        self.setGeometry(spot.x(), spot.y(), min(self._line.width(), max(240, widest)), height)

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        self.taken.emit(str(index.data()))
