"""The command palette (Ctrl+K): type a few letters of what is wanted, and press Return.

Owns the line, the list below it and the keys between them. What it offers is handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListView, QVBoxLayout, QWidget

from pillarbox_ui.palette_entries import Entry, matching
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.cell import Index
from pillarbox_ui.widgets.palette_cell import PaletteCell
from pillarbox_ui.widgets.plain_label import PlainLabel
from pillarbox_ui.widgets.words import tr

_WIDTH = 560
_ROWS = 12
_MOVES = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


class EntriesModel(QAbstractListModel):
    """The entries that match what was typed."""

    def __init__(self, entries: Sequence[Entry], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all, self._shown = tuple(entries), tuple(entries)

    def entry(self, row: int) -> Entry:
        """The entry in `row`."""
        return self._shown[row]

    def narrow(self, typed: str) -> None:
        """Show what matches `typed`, the nearest first."""
        self.beginResetModel()
        self._shown = matching(self._all, typed)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """How many entries match."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = 0) -> Any:
        """What it does; a screen reader also says where it belongs and its key."""
        if not index.isValid():
            return None
        entry = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.text, entry.group, entry.keys) if part)
        return None


class PaletteDialog(QDialog):
    """A line and a list. Up and Down move in the list while one types; Return does it."""

    def __init__(
        self, theme: Theme, entries: Sequence[Entry], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Type a command or a place"))
        self.line.setAccessibleName(tr("Command"))
        self.model = EntriesModel(entries, self)
        self.list = QListView()
        self._nothing = PlainLabel(tr("Nothing matches"), muted=True)
        self._dress(theme)
        self._lay_out()
        self.line.textChanged.connect(self._narrow)
        self.line.returnPressed.connect(self._run)
        self.list.clicked.connect(self._run)
        self.line.installEventFilter(self)
        self._narrow("")

    def _dress(self, theme: Theme) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteCell(theme, self.model.entry, self.list))
        self.list.setAccessibleName(tr("Commands"))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZE.between, SIZE.between, SIZE.between, SIZE.between)
        column.setSpacing(SIZE.inside)
        for widget in (self.line, self._nothing):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        row = max(SIZE.row, self.fontMetrics().height() + 2 * SIZE.inside)
        letters = self.fontMetrics().averageCharWidth()
        self.resize(max(_WIDTH, 64 * letters), (_ROWS + 2) * row)

    @Slot(str)
    def _narrow(self, typed: str) -> None:
        self.model.narrow(typed)
        self._nothing.setVisible(not self.model.rowCount())
        self.list.setCurrentIndex(self.model.index(0))

    @Slot()
    def _run(self) -> None:
        """Close first: what runs may open a dialog of its own."""
        current = self.list.currentIndex()
        if not current.isValid():
            return
        entry = self.model.entry(current.row())
        self.accept()
        entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys that move in the list go there from the line."""
        if not (isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress):
            return super().eventFilter(watched, event)
        if event.key() not in _MOVES:
            return False
        self.list.keyPressEvent(event)
        return True
