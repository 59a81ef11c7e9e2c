"""Sorting a listing by a click on a header: the store sorts, the header shows by what.

Owns which column a listing is sorted by and which way, and that it is found again next time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView

from pillarbox_engine.ordering import Order
from pillarbox_ui.models.columns import Column
from pillarbox_ui.remembered import Remembered

_UP, _DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
_NOT = -1


class Sorting(QObject):
    """`changed` when the person chose another order. A third click on a title takes it back."""

    changed = Signal()

    def __init__(self, remembered: Remembered, name: str) -> None:
        super().__init__()
        self._remembered, self._name = remembered, name
        self._columns: Sequence[Column[Any]] = ()
        self._shown = (_NOT, _UP)

    def serve(self, header: QHeaderView, columns: Sequence[Column[Any]]) -> None:
        """Follow the clicks on `header`, beginning with what was chosen the last time."""
        self.setParent(header)
        self._header, self._columns = header, columns
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(True)
        self._shown = self._recalled()
        header.setSortIndicator(*self._shown)
        header.sortIndicatorChanged.connect(self._clicked)

    @property
    def order(self) -> Order | None:
        """What is to be sorted by; None: as the listing is by itself."""
        at, way = self._shown
        order = self._columns[at].order if 0 <= at < len(self._columns) else None
        if order is None or way is _UP:
            return order
        return replace(order, descending=not order.descending)

    def _recalled(self) -> tuple[int, Qt.SortOrder]:
        key, _, way = self._remembered.text(self._name).partition(" ")
        keys = [column.key for column in self._columns if column.order is not None]
        if key not in keys:
            return _NOT, _UP
        at = next(at for at, column in enumerate(self._columns) if column.key == key)
        return at, _DOWN if way == "down" else _UP

    @Slot(int, Qt.SortOrder)
    def _clicked(self, at: int, way: Qt.SortOrder) -> None:
        """A column the store cannot sort by leaves everything as it was."""
        if (at, way) == self._shown:
            return
        if at >= 0 and self._columns[at].order is None:
            self._header.setSortIndicator(*self._shown)
            return
        self._shown = (at, way)
        word = "down" if way is _DOWN else "up"
        self._remembered.keep(self._name, f"{self._columns[at].key} {word}" if at >= 0 else "")
        self.changed.emit()
