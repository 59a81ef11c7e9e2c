"""The left navigation: a list of places with icon, name and badge, under section headings.

Owns the model and the list that tells which place was chosen; `navigation_cell` draws the rows.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.cell import Index
from pillarbox_ui.widgets.navigation_cell import NavigationCell
from pillarbox_ui.widgets.navigation_place import Place, spoken
from pillarbox_ui.widgets.roles import Role

_WIDEST = 260
"""The list asks for no more than this by itself, in px."""


class Places(QAbstractListModel):
    """The rows of the navigation, by key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: tuple[Place, ...] = ()

    def place(self, row: int) -> Place:
        """The place in `row`."""
        return self._places[row]

    @property
    def all(self) -> tuple[Place, ...]:
        """All rows."""
        return self._places

    def row_of(self, key: str) -> int:
        """The row of the place called `key`, or -1."""
        keys = (place.key for place in self._places)
        return next((row for row, other in enumerate(keys) if other == key), -1)

    def set_places(self, places: tuple[Place, ...]) -> None:
        """Show `places`; rows that stay are changed in place, so the selection stays."""
        before, after = [p.key for p in self._places], [p.key for p in places]
        if before != after:
            self.beginResetModel()
            self._places = places
            self.endResetModel()
            return
        changed = [
            row
            for row, (old, new) in enumerate(zip(self._places, places, strict=True))
            if old != new
        ]
        self._places = places
        for row in changed:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._places)

    def data(self, index: Index, role: int = 0) -> Any:
        """Name, key and what a screen reader says."""
        if not index.isValid():
            return None
        place = self._places[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return place.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(place)
        return place.key if role == Role.ID else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A heading can be neither chosen nor reached by the keyboard."""
        if not index.isValid() or self._places[index.row()].heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class Navigation(QListView):
    """The list itself. `chosen(key)` is emitted when another place is gone to, `menu_asked(key,
    spot)` when its menu is wanted at a spot on the screen."""

    chosen = Signal(str)
    menu_asked = Signal(str, QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._places = Places(self)
        self.setModel(self._places)
        self.setItemDelegate(NavigationCell(theme, self._places.place, self))
        self.setAccessibleName(words.tr("Views"))
        self.setMouseTracking(True)
        self.setProperty("navigation", True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        theme.changed.connect(self._redraw)

    def set_places(self, places: tuple[Place, ...]) -> None:
        """Show `places`; the chosen one stays chosen where it is still there."""
        key = self.current_key()
        self._places.set_places(places)
        if key is not None:
            self._mark(key)

    @property
    def places(self) -> tuple[Place, ...]:
        """What is shown, from top to bottom."""
        return self._places.all

    def current_key(self) -> str | None:
        """The key of the chosen place, or None."""
        index = self.currentIndex()
        return str(index.data(Role.ID)) if index.isValid() else None

    def choose(self, key: str) -> None:
        """Go to the place called `key`, as if it was clicked; an unknown one is ignored."""
        row = self._places.row_of(key)
        if row >= 0:
            self.setCurrentIndex(self._places.index(row))

    def sizeHint(self) -> QSize:
        """As wide as its names, within reason, so that no usual one is cut."""
        wanted = max(200, min(_WIDEST, self.sizeHintForColumn(0)))
        return QSize(wanted, super().sizeHint().height())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Right-click, or the menu key on the chosen place."""
        pointed = event.reason() is not QContextMenuEvent.Reason.Keyboard
        index = self.indexAt(event.pos()) if pointed else self.currentIndex()
        if index.isValid():
            below = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
            spot = event.globalPos() if pointed else below
            self.menu_asked.emit(str(index.data(Role.ID)), spot)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell where the person went."""
        super().currentChanged(current, previous)
        if current.isValid() and not self.signalsBlocked():
            self.chosen.emit(str(current.data(Role.ID)))

    def _mark(self, key: str) -> None:
        row = self._places.row_of(key)
        if row < 0 or self.currentIndex().row() == row:
            return
        self.blockSignals(True)
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self._places.index(row), flag)
        self.blockSignals(False)

    @Slot()
    def _redraw(self) -> None:
        self.viewport().update()
