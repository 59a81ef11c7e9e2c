"""A job's parent and children as a table: the parent first, then the children in their order.

Owns the rows and columns of the Flow tab. A large family is listed page by page, as one scrolls.
The same family keeps its rows: only cells that changed are told of, so selection and scroll stay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pillarbox_engine.flows import Flow, Relative
from pillarbox_ui.models.job_columns import error_words
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.states import relative_state, state_word

Index = QModelIndex | QPersistentModelIndex
Member = tuple[bool, Relative]
"""Whether it is the parent, and who it is."""

_NOWHERE = QModelIndex()
STATE = 1
"""The column drawn as a pill."""
PAGE = 200
"""How many rows are listed at first, and how many more each time the last one is reached."""


class FlowModel(QAbstractTableModel):
    """One row a relative."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._flow, self._listed = Flow(), 0

    def set_flow(self, flow: Flow) -> bool:
        """Show this family; whether it is another one, or another of it."""
        if flow is self._flow:
            return False
        if _same_family(flow, self._flow):
            self._update(flow)
            return False
        self.beginResetModel()
        self._flow, self._listed = flow, min(_size(flow), PAGE)
        self.endResetModel()
        return True

    def _update(self, flow: Flow) -> None:
        before, self._flow = self._flow, flow
        rows = range(self._listed)
        changed = [row for row in rows if _member(before, row) != _member(flow, row)]
        if changed:
            last = self.index(changed[-1], len(_COLUMNS) - 1)
            self.dataChanged.emit(self.index(changed[0], 0), last)

    def member(self, row: int) -> Relative:
        """Who is shown in `row`."""
        return _member(self._flow, row)[1]

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._listed < _size(self._flow)

    def fetchMore(self, parent: Index) -> None:
        """List another page."""
        stop = min(_size(self._flow), self._listed + PAGE)
        self.beginInsertRows(_NOWHERE, self._listed, stop - 1)
        self._listed = stop
        self.endInsertRows()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._listed

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        member = _member(self._flow, index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _COLUMNS[index.column()][1](*member)
        if role == Role.STATE and index.column() == STATE:
            return relative_state(member[1])
        if role == Role.ID:
            return member[1].id
        if role == Role.COPY:
            return {name: text(*member) for name, text in _COLUMNS}
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.tr(_COLUMNS[section][0])


def _size(flow: Flow) -> int:
    return len(flow.children) + (flow.parent is not None)


def _member(flow: Flow, row: int) -> Member:
    if flow.parent is None:
        return False, flow.children[row]
    return (True, flow.parent) if row == 0 else (False, flow.children[row - 1])


def _same_family(one: Flow, other: Flow) -> bool:
    parents = [family.parent and family.parent.id for family in (one, other)]
    if parents[0] != parents[1] or len(one.children) != len(other.children):
        return False
    pairs = zip(one.children, other.children, strict=True)
    return all(now.id == before.id for now, before in pairs)


def _who(is_parent: bool, one: Relative) -> str:
    return f"Parent {one.id}" if is_parent else one.id


def _state(is_parent: bool, one: Relative) -> str:
    return state_word(relative_state(one))


def _type(is_parent: bool, one: Relative) -> str:
    return one.type


def _queue(is_parent: bool, one: Relative) -> str:
    return one.queue


def _error(is_parent: bool, one: Relative) -> str:
    return "" if one.error_type is None else error_words(one.error_type, one.error_message or "")


_COLUMNS: tuple[tuple[str, Callable[[bool, Relative], str]], ...] = (
    ("Job", _who),
    ("State", _state),
    ("Type", _type),
    ("Queue", _queue),
    ("Error", _error),
)
