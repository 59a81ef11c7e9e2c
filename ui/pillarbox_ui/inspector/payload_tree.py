"""A payload as a tree: keys, values and the path to each, children found only when looked at.

Owns the tree's nodes and its Qt model. The text is never parsed as a whole: a node finds where its
children lie when the view first asks, a bounded number at a time and a bounded number of
characters a turn of the event loop, so 30 MB open at once and nothing waits for them. Nothing here
recurses: a payload may be nested deeper than Python's stack.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)

from pillarbox_engine.json_path import step
from pillarbox_ui.inspector.json_spans import Span, Spans
from pillarbox_ui.masking import MASK, is_secret
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.json_text import pretty

Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()

BATCH = 200
"""How many children of a node are shown at a time; more come as the view scrolls to them."""

TURN = 6
"""Steps of looking for children in one turn of the event loop: a few ms of a long payload."""

MAX_TEXT = 300
"""How much of a string a cell shows, in characters; copying takes all of it."""

LAID_OUT = 256 * 1_024
"""Characters of an object or list that are laid out as they are copied; more is copied as it is."""

PATH_ROLE = Qt.ItemDataRole.UserRole + 1
_READ = 10_000
"""Characters of a key or string whose escapes are read; a longer one is shown as it is stored."""


@dataclass(slots=True, eq=False)
class _Node:
    key: str | int | None
    span: Span
    parent: int
    row: int
    opens: bool
    """Whether it is an object or a list with something in it."""
    children: list[int] = field(default_factory=list)
    wanted: int = 0
    """How many children are asked for."""
    search: Iterator[Span | None] | None = None
    whole: bool = False
    """Whether all its children are found."""


class PayloadTree(QAbstractItemModel):
    """Two columns, key and value, over one JSON text. `busy` where children are not found at once,
    `settled` when none is looked for any more."""

    busy = Signal()
    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._spans = Spans("")
        self._nodes: list[_Node] = []
        self._searching: list[int] = []
        self._masking = True
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._go_on)
        self.clear()

    def set_masking(self, masking: bool) -> None:
        """Mask the values whose name, or that of what they lie in, is a secret's; or show them."""
        if masking != self._masking:
            self.beginResetModel()
            self._masking = masking
            self.endResetModel()

    def set_text(self, text: str) -> None:
        """Show the value `text` stands for, from its root."""
        self._begin(Spans(text))
        root = self._spans.root()
        self._nodes[0].children = [1]
        self._nodes.append(_Node("$", root, 0, 0, self._spans.is_container(root)))
        self.endResetModel()

    def clear(self) -> None:
        """Show nothing."""
        self._begin(Spans(""))
        self.endResetModel()

    def _begin(self, spans: Spans) -> None:
        self.beginResetModel()
        self._turn.stop()
        self._searching.clear()
        self._spans = spans
        self._nodes = [_Node(None, Span(None, 0, 0), -1, 0, opens=False, whole=True)]

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
        node = self._nodes[self._id(parent)]
        return parent.column() <= 0 and (node.opens or bool(node.children))

    def canFetchMore(self, parent: Index) -> bool:
        at = self._id(parent)
        node = self._nodes[at]
        return node.opens and not node.whole and at not in self._searching

    def fetchMore(self, parent: Index) -> None:
        """Look for another batch: what is found in this turn is there when this returns."""
        at = self._id(parent)
        node = self._nodes[at]
        if not self.canFetchMore(parent):
            return
        node.search = node.search or self._spans.entries(node.span)
        node.wanted = len(node.children) + BATCH
        self._searching.append(at)
        self._look(at)
        if at in self._searching:
            self.busy.emit()

    @Slot()
    def _go_on(self) -> None:
        self._look(self._searching[0])

    def _look(self, at: int) -> None:
        """One turn of looking for children of node `at`."""
        node = self._nodes[at]
        found = self._found(node)
        if found:
            self._insert(at, found)
        if node.whole or len(node.children) >= node.wanted:
            self._searching.remove(at)
            if node.whole:
                self._count(at)
        if self._searching:
            self._turn.start()
        else:
            self._turn.stop()
            self.settled.emit()

    def _found(self, node: _Node) -> list[Span]:
        found: list[Span] = []
        steps = 0
        search = node.search or iter(())
        while steps < TURN and len(node.children) + len(found) < node.wanted:
            try:
                one = next(search)
            except StopIteration:
                node.whole = True
                break
            if one is None:
                steps += 1
            else:
                found.append(one)
        return found

    def _insert(self, at: int, found: list[Span]) -> None:
        node = self._nodes[at]
        start = len(node.children)
        self.beginInsertRows(self.index_of(at), start, start + len(found) - 1)
        for row, span in enumerate(found, start):
            node.children.append(len(self._nodes))
            opens = self._spans.is_container(span) and span.entries != 0
            key = row if span.key is None else _read(span.key)
            self._nodes.append(_Node(key, span, at, row, opens))
        self.endInsertRows()

    def _count(self, at: int) -> None:
        """All children are found, so it is known how many there are."""
        node = self._nodes[at]
        node.opens = bool(node.children)
        node.span = replace(node.span, entries=len(node.children))
        value = self.index_of(at).siblingAtColumn(1)
        self.dataChanged.emit(value, value)

    def index_of(self, at: int) -> QModelIndex:
        """The index of node number `at`; the invisible root is the invalid index."""
        return self.createIndex(self._nodes[at].row, 0, at) if at > 0 else QModelIndex()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._nodes[index.internalId()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._value_text(node) if index.column() else str(node.key)[:MAX_TEXT]
        return self.path(index) if role == PATH_ROLE else None

    def _value_text(self, node: _Node) -> str:
        if node.opens or not (self._masking and self._is_secret(node)):
            return self._shown(node.span)
        return MASK

    def _shown(self, span: Span) -> str:
        """A value on one line: scalars as JSON, containers by how much they hold."""
        text = self._spans.text
        if self._spans.is_container(span):
            return _size_text(text[span.start], span)
        if span.end - span.start > MAX_TEXT:
            return text[span.start : span.start + MAX_TEXT] + "…"
        whole = text[span.start : span.end]
        return json.dumps(_read(whole), ensure_ascii=False) if whole.startswith('"') else whole

    def copied(self, index: Index) -> str:
        """The value of an entry, to be copied: a string as it is, anything else as JSON."""
        span = self._nodes[self._id(index)].span
        text = self._spans.text[span.start : span.end]
        if self._spans.is_container(span):
            return pretty(text) if len(text) <= LAID_OUT else text
        return str(json.loads(text)) if text.startswith('"') else text

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


def _size_text(bracket: str, span: Span) -> str:
    """ "{2 keys}", "[1 entry]"; where nobody counted them, how long the text is."""
    of_keys = bracket == "{"
    one, many = (
        (words.tr("key"), words.tr("keys")) if of_keys else (words.tr("entry"), words.tr("entries"))
    )
    counted = span.entries is not None
    size = (
        words.counted(span.entries or 0, one, many)
        if counted
        else words.size(span.end - span.start)
    )
    return f"{{{size}}}" if of_keys else f"[{size}]"


def _read(text: str) -> str:
    """What the text of a JSON string stands for."""
    return str(json.loads(text)) if len(text) <= _READ else text[1:-1]
