"""The base of every table's model: rows that keep their selection while they change.

Owns the difference between two lists of immutable rows, told to Qt as removals, one re-ordering,
insertions and changed cells, keyed by id. It never resets, so selection and scroll stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from pillarbox_ui.models.columns import FLASHING, RIGHT, Column
from pillarbox_ui.models.copying import as_json
from pillarbox_ui.widgets.roles import Role

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()
_FLASHING = 60
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowsModel(QAbstractTableModel, Generic[R]):
    """A table of rows of one kind. `key` names a row for as long as it lives.

    `cells_changed([(key, column)])`: cells that read otherwise now, unless so many rows changed at
    once that it would tell nothing.
    """

    cells_changed = Signal(object)

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._rows: list[R] = []
        self._keys: list[str] = []

    @property
    def rows(self) -> tuple[R, ...]:
        """The rows, in their order."""
        return tuple(self._rows)

    def key_of(self, row: R) -> str:
        """What names `row`."""
        return self._key(row)

    def row_at(self, index: Index) -> R:
        """The row behind an index of this model."""
        return self._rows[index.row()]

    def index_of(self, key: str) -> QModelIndex:
        """The first cell of the row called `key`, or an invalid index."""
        return self.index(self._keys.index(key), 0) if key in self._keys else QModelIndex()

    def set_rows(self, rows: Iterable[R]) -> None:
        """Become `rows`, telling what was removed, moved, inserted and changed."""
        wanted = {self._key(row): row for row in rows}
        if not self._keys:
            self._insert_missing(list(wanted), wanted)
            return
        self._remove_all_but(wanted)
        kept = set(self._keys)
        self._reorder([key for key in wanted if key in kept])
        self._replace(wanted)
        self._insert_missing(list(wanted), wanted)

    def _remove_all_but(self, wanted: dict[str, R]) -> None:
        gone = [at for at, key in enumerate(self._keys) if key not in wanted]
        for first, last in reversed(_runs(gone)):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            del self._keys[first : last + 1]
            self.endRemoveRows()

    def _reorder(self, order: list[str]) -> None:
        if order == self._keys:
            return
        self.layoutAboutToBeChanged.emit()
        before = self._keys
        by_key = dict(zip(before, self._rows, strict=True))
        place = {key: at for at, key in enumerate(order)}
        self._keys, self._rows = order, [by_key[key] for key in order]
        old = self.persistentIndexList()
        new = [self.index(place[before[index.row()]], index.column()) for index in old]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _replace(self, wanted: dict[str, R]) -> None:
        changed, before = [], []
        for at, key in enumerate(self._keys):
            new = wanted.get(key)
            if new is not None and new is not self._rows[at] and new != self._rows[at]:
                before.append(self._rows[at])
                self._rows[at] = new
                changed.append(at)
        for first, last in _runs(changed):
            corner = self.index(last, len(self.columns) - 1)
            self.dataChanged.emit(self.index(first, 0), corner)
        if 0 < len(changed) <= _FLASHING:
            self.cells_changed.emit(self._changed_cells(changed, before))

    def _changed_cells(self, places: list[int], before: list[R]) -> list[tuple[str, int]]:
        """The key and the column of every cell that reads otherwise than it did."""
        told = [(at, c) for at, c in enumerate(self.columns) if c.kind in FLASHING]
        return [
            (self._keys[place], at)
            for place, old in zip(places, before, strict=True)
            for at, column in told
            if column.text(old) != column.text(self._rows[place])
        ]

    def _insert_missing(self, order: list[str], wanted: dict[str, R]) -> None:
        have = set(self._keys)
        missing = [at for at, key in enumerate(order) if key not in have]
        for first, last in _runs(missing):
            keys = order[first : last + 1]
            self.beginInsertRows(QModelIndex(), first, last)
            self._keys[first:first] = keys
            self._rows[first:first] = [wanted[key] for key in keys]
            self.endInsertRows()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.kind in RIGHT else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip(row) if column.tip else None
        return self._special(index.row(), column, role)

    def _special(self, at: int, column: Column[R], role: int) -> Any:
        if role == Role.ID:
            return self._keys[at]
        if role == Role.COPY:
            return as_json(self._rows[at])
        read = column.roles.get(role)  # type: ignore[call-overload]
        if read is None and role == Role.SORT:
            return column.text(self._rows[at])
        return None if read is None else read(self._rows[at])

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.tr(column.title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.kind in RIGHT else _LEFT
        return None


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending places as (first, last) of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for at in places:
        if runs and runs[-1][1] == at - 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs
