"""Painting the rows of a table: a row at a time, and no longer at once than a frame allows.

Owns the order (ground, flash, cells, hairline) and the slices. Qt's own painting asks for every
cell across the border to Python, where any thread that computes makes it wait for its turn
(measured: a screenful of 18 ms took 350 ms beside four busy threads). Here a repaint is one call,
cells are drawn without crossing back, and what does not fit in an update of the window is left
to the next, so that it answers in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import NamedTuple

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QRegion
from PySide6.QtWidgets import QStyle, QTableView

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.cell import Cell, RowOption
from pillarbox_ui.widgets.flash import Flash
from pillarbox_ui.widgets.paced_window import time_left
from pillarbox_ui.widgets.roles import Role


class Place(NamedTuple):
    """One column on the screen: its first and last px, and what draws it."""

    column: int
    left: int
    right: int
    cell: Cell

    def box(self, band: QRect) -> QRect:
        """The column's cell of the row in `band`."""
        return QRect(self.left, band.top(), self.right - self.left + 1, band.height())


class RowsPainting:
    """Paints the rows of `view`, whose delegates are all `Cell`s."""

    def __init__(
        self, theme: Theme, view: QTableView, flash: Flash, hovered: Callable[[], int]
    ) -> None:
        self._theme, self._view, self._flash, self._hovered = theme, view, flash, hovered

    def paint(self, painter: QPainter, region: QRegion, option: RowOption) -> QRegion:
        """Paint what of `region` there is time for, one row at least; the region that is left."""
        until = perf_counter() + time_left(self._view)
        area = region.boundingRect()
        rows, places = self._rows(area), self._places(area)
        self._paint_empty(painter, area)
        for row in rows:
            band = self._band(row)
            if not region.intersects(band):
                continue
            self._paint_row(painter, row, band, places, option)
            if perf_counter() > until:
                return region.intersected(area.adjusted(0, band.bottom() + 1 - area.top(), 0, 0))
        return QRegion()

    def _rows(self, area: QRect) -> range:
        first, last = self._view.rowAt(area.top()), self._view.rowAt(area.bottom())
        if first < 0:
            return range(0)
        return range(first, (self._view.model().rowCount() if last < 0 else last + 1))

    def _places(self, area: QRect) -> list[Place]:
        header = self._view.horizontalHeader()
        columns = (at for at in range(header.count()) if not header.isSectionHidden(at))
        places = [self._place(at) for at in columns]
        return [one for one in places if one.left <= area.right() and one.right >= area.left()]

    def _place(self, column: int) -> Place:
        left, width = self._view.columnViewportPosition(column), self._view.columnWidth(column)
        cell = self._view.itemDelegateForColumn(column) or self._view.itemDelegate()
        assert isinstance(cell, Cell)
        return Place(column, left, left + width - 1, cell)

    def _band(self, row: int) -> QRect:
        """The row from edge to edge."""
        top, height = self._view.rowViewportPosition(row), self._view.rowHeight(row)
        return QRect(0, top, self._view.viewport().width(), height)

    def _paint_empty(self, painter: QPainter, area: QRect) -> None:
        """The ground below the last row, and all of it where there is none."""
        model = self._view.model()
        count = 0 if model is None else model.rowCount()
        end = self._band(count - 1).bottom() + 1 if count else 0
        if end <= area.bottom():
            painter.fillRect(
                area.adjusted(0, end - area.top(), 0, 0), self._theme.colour("content")
            )

    def _paint_row(
        self,
        painter: QPainter,
        row: int,
        band: QRect,
        places: Iterable[Place],
        option: RowOption,
    ) -> None:
        option.chosen = self._is_chosen(row, option)
        painter.fillRect(band, self._theme.colour(self._tone(row, option)))
        for place in places:
            self._paint_cell(painter, row, band, place, option)
        hairline = QRect(0, band.bottom(), band.width(), SIZE.hairline)
        painter.fillRect(hairline, self._theme.colour("line"))

    def _is_chosen(self, row: int, option: RowOption) -> bool:
        """Whether the row is selected, by itself or with all that match."""
        if option.state & QStyle.StateFlag.State_Selected:
            return True
        return self._view.selectionModel().isSelected(self._view.model().index(row, 0))

    def _tone(self, row: int, option: RowOption) -> str:
        if option.chosen:
            return "selection"
        return "hover" if row == self._hovered() else "content"

    def _paint_cell(
        self,
        painter: QPainter,
        row: int,
        band: QRect,
        place: Place,
        option: RowOption,
    ) -> None:
        room, index = place.box(band), self._view.model().index(row, place.column)
        if self._flash and self._flash.has(self._key(row), place.column):
            painter.fillRect(room, self._tint())
        inside = room.adjusted(SIZE.inside, 0, -SIZE.inside, -SIZE.hairline)
        place.cell.paint_content(painter, inside, option, index)

    def _key(self, row: int) -> str:
        return str(self._view.model().index(row, 0).data(Role.ID))

    def _tint(self) -> QColor:
        colour = self._theme.colour("accent")
        colour.setAlphaF(self._theme.tokens.tint)
        return colour
