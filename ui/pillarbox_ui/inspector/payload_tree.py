"""A payload as a tree: keys, values and the path to each, children made only when looked at.

Owns the tree's nodes and its Qt model. A node makes its children when the view first asks, a
bounded number at a time, so a list of a million entries opens at once. Nothing here recurses:
a payload may be nested deeper than Python's stack.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pillarbox_engine.json_path import step
from pillarbox_ui.masking import MASK, is_secret

Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()

BATCH = 200
"""How many children of a node are shown at a time; more come as the view scrolls to them."""

MAX_TEXT = 300
"""How much of a string a cell shows, in characters; copying takes all of it."""

PATH_ROLE = Qt.ItemDataRole.UserRole + 1
VALUE_ROLE = Qt.ItemDataRole.UserRole + 2


@dataclass(slots=True, eq=False)
class _Node:
    key: str | int | None
    value: Any
    parent: int
    row: int
    children: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.value) if isinstance(self.value, dict | list) else 0

    def entries(self, start: int, stop: int) -> list[tuple[str | int, Any]]:
        if isinstance(self.value, list):
            return list(enumerate(self.value[start:stop], start))
        keys = list(self.value)[start:stop]
        return [(key, self.value[key]) for key in keys]


def value_text(value: Any) -> str:
    """A value on one line: scalars as JSON, containers by their size."""
    if isinstance(value, dict):
        return f"{{{len(value):,} {'key' if len(value) == 1 else 'keys'}}}"
    if isinstance(value, list):
        return f"[{len(value):,} {'entry' if len(value) == 1 else 'entries'}]"
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return json.dumps(value[:MAX_TEXT], ensure_ascii=False)[:-1] + "…"
    return json.dumps(value, ensure_ascii=False)


class PayloadTree(QAbstractItemModel):
    """Two columns, key and value, over one JSON value."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[_Node] = [_Node(None, {}, -1, 0)]
        self._masking = True

    def set_masking(self, masking: bool) -> None:
        """Mask the values whose name, or that of what they lie in, is a secret's; or show them."""
        if masking != self._masking:
            self.beginResetModel()
            self._masking = masking
            self.endResetModel()

    def set_value(self, value: Any) -> None:
        """Show `value` from its root."""
        self.beginResetModel()
        self._nodes = [_Node(None, [value], -1, 0)]
        self._nodes.append(_Node("$", value, 0, 0))
        self._nodes[0].children = [1]
        self.endResetModel()

    def clear(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._nodes = [_Node(None, {}, -1, 0)]
        self.endResetModel()

    def _id(self, index: Index) -> int:
        return index.internalId() if index.isValid() else 0

    def path(self, index: Index) -> str:
        """The path of an entry, such as `$.items[0].sku`."""
        steps: list[str] = []
        at = self._id(index)
        while at > 1:
            node = self._nodes[at]
            steps.append(step(node.key if node.key is not None else ""))
            at = node.parent
        return "$" + "".join(reversed(steps))

    # What Qt asks of a model.

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        children = self._nodes[self._id(parent)].children
        if not (0 <= row < len(children) and 0 <= column < 2):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        if not index.isValid():
            return QModelIndex()
        above = self._nodes[index.internalId()].parent
        return self.createIndex(self._nodes[above].row, 0, above) if above > 0 else QModelIndex()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.column() > 0 else len(self._nodes[self._id(parent)].children)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 2

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        return parent.column() <= 0 and self._nodes[self._id(parent)].size > 0

    def canFetchMore(self, parent: Index) -> bool:
        node = self._nodes[self._id(parent)]
        return len(node.children) < node.size

    def fetchMore(self, parent: Index) -> None:
        at = self._id(parent)
        node = self._nodes[at]
        start, stop = len(node.children), min(len(node.children) + BATCH, node.size)
        if start == stop:
            return
        self.beginInsertRows(self.index_of(at), start, stop - 1)
        for row, (key, value) in enumerate(node.entries(start, stop), start):
            node.children.append(len(self._nodes))
            self._nodes.append(_Node(key, value, at, row))
        self.endInsertRows()

    def index_of(self, at: int) -> QModelIndex:
        """The index of node number `at`; the invisible root is the invalid index."""
        return self.createIndex(self._nodes[at].row, 0, at) if at > 0 else QModelIndex()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._nodes[index.internalId()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._value_text(node) if index.column() else str(node.key)[:MAX_TEXT]
        if role == PATH_ROLE:
            return self.path(index)
        return node.value if role == VALUE_ROLE else None

    def _value_text(self, node: _Node) -> str:
        if isinstance(node.value, dict | list) or not (self._masking and self._is_secret(node)):
            return value_text(node.value)
        return MASK

    def _is_secret(self, node: _Node) -> bool:
        while node.parent > 0:
            if is_secret(node.key):
                return True
            node = self._nodes[node.parent]
        return False

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (self.tr("Key"), self.tr("Value"))[section]
