"""A job's parent and children as a table: the parent first, then the children in their order.

Owns the rows and columns of the Flow tab. The same family keeps its rows: only cells that changed
are told of, so selection and scroll stay.
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


class FlowModel(QAbstractTableModel):
    """One row a relative."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._members: list[Member] = []

    def set_flow(self, flow: Flow) -> bool:
        """Show this family; whether it is another one, or another of it."""
        parents = [] if flow.parent is None else [(True, flow.parent)]
        members = [*parents, *((False, child) for child in flow.children)]
        before = [(up, one.id) for up, one in self._members]
        if before == [(up, one.id) for up, one in members]:
            self._update(members)
            return False
        self.beginResetModel()
        self._members = members
        self.endResetModel()
        return True

    def _update(self, members: list[Member]) -> None:
        changed = [row for row, member in enumerate(members) if member != self._members[row]]
        self._members = members
        for row in changed:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(_COLUMNS) - 1))

    def member(self, row: int) -> Relative:
        """Who is shown in `row`."""
        return self._members[row][1]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._members)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        member = self._members[index.row()]
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
