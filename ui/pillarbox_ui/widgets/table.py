"""The table of the window: fixed rows, one hairline, no grid, keyboard first.

Owns selection by key, copying rows as JSON, the column widths, the focus ring, the overlay shown
while there are no rows, and the repainting of columns that follow the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QModelIndex,
    QRect,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.cell import Cell, Index, RowOption
from pillarbox_ui.widgets.flash import Flash
from pillarbox_ui.widgets.header import Header
from pillarbox_ui.widgets.painting import paint_ring
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.rows_painting import RowsPainting

_WIDEST = 360
"""No column asks for more than this by itself, in px."""

_MEASURED = 30
"""Rows that are looked at to find how wide a column should be."""


class Table(QTableView):
    """A `QTableView` dressed as the window's tables are. Rows are named by `Role.ID`."""

    selection_changed = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._compact = False
        self._fitted = False
        self._empty: QWidget | None = None
        self._live: tuple[int, ...] = ()
        self._pointer_y = -1
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._repaint_live)
        self.columns = Header(theme, self)
        self.flash = Flash(theme, self.viewport())
        self._rows = RowsPainting(theme, self, self.flash, self.hovered_row)
        self.setHorizontalHeader(self.columns)
        self.setAccessibleName(name)
        self.setItemDelegate(Cell(theme, self))
        self._dress()
        theme.changed.connect(self._redraw)

    def _dress(self) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        # What is not painted yet keeps what it showed, in place of blinking: see `RowsPainting`.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_row_height()

    def set_compact(self, compact: bool) -> None:
        """Rows of 26 px instead of 32."""
        self._compact = compact
        self._set_row_height()

    def _set_row_height(self) -> None:
        least = SIZE.row_compact if self._compact else SIZE.row
        text = QFontMetrics(self.font()).height() + (6 if self._compact else 12)
        self.verticalHeader().setMinimumSectionSize(SIZE.row_compact)
        self.verticalHeader().setDefaultSectionSize(max(least, text))

    def set_cell(self, column: int, cell: Cell) -> None:
        """Draw `column` with `cell`, which the table keeps."""
        cell.setParent(self)
        self.setItemDelegateForColumn(column, cell)

    def set_live(self, columns: Iterable[int], every_ms: int = 1_000) -> None:
        """Repaint `columns` every `every_ms` while the table is visible: ages, leases."""
        self._live = tuple(columns)
        self._clock.setInterval(every_ms)
        if self._live and self.isVisible():
            self._clock.start()

    def set_empty(self, widget: QWidget | None) -> None:
        """What to show in place of rows while there are none; replaces the one before."""
        if self._empty is not None and self._empty is not widget:
            self._empty.deleteLater()
        self._empty = widget
        if widget is not None:
            widget.setParent(self.viewport())
        self._place_empty()

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show `model`; column widths are fitted once it has rows."""
        super().setModel(model)
        self._fitted = False
        if model is None:
            return
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            signal.connect(self._rows_changed)
        self._rows_changed()

    def selected_ids(self) -> tuple[str, ...]:
        """The keys of the selected rows, from top to bottom."""
        rows = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        return tuple(str(index.data(Role.ID)) for index in rows)

    def current_id(self) -> str | None:
        """The key of the row with the keyboard's place, or None."""
        index = self.currentIndex()
        value = index.siblingAtColumn(0).data(Role.ID) if index.isValid() else None
        return None if value is None else str(value)

    def fit_columns(self) -> None:
        """Make each column as wide as its title and first rows; the last takes what is left."""
        shown = [at for at in range(self.columns.count()) if not self.isColumnHidden(at)]
        last = max(shown, key=self.columns.visualIndex, default=-1)
        for column in range(self.columns.count()):
            hint = 0 if column == last else min(_WIDEST, self.content_width(column) + SIZE.grid)
            width = max(self.columns.title_width(column), hint)
            self.setColumnWidth(column, width)

    def content_width(self, column: int) -> int:
        """What the first rows need in `column`, padding included, in px; shown or not yet."""
        option, model = self._row_option(), self.model()
        rows = min(_MEASURED, model.rowCount()) if model is not None else 0
        places = [model.index(row, column) for row in range(rows)]
        hints = [self.itemDelegateForIndex(at).sizeHint(option, at).width() for at in places]
        return max(hints, default=0)

    def columns_state(self) -> bytes:
        """Order, widths and sort of the columns, to be kept."""
        return bytes(self.columns.saveState().data())

    def restore_columns(self, state: bytes) -> bool:
        """Put the columns as `columns_state` told; False when it is of another table."""
        self._fitted = self.columns.restoreState(state)
        return self._fitted

    def copy_json(self) -> str:
        """Put the selected rows on the clipboard as JSON, and return it: one object or an array."""
        rows = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        records = [self._record(index) for index in rows]
        text = json.dumps(
            records[0] if len(records) == 1 else records, ensure_ascii=False, indent=2, default=str
        )
        if records:
            QGuiApplication.clipboard().setText(text)
        return text

    def _record(self, index: QModelIndex) -> Any:
        record = index.siblingAtColumn(0).data(Role.COPY)
        if record is not None:
            return record
        columns = range(self.columns.count())
        return {self.columns.title(c): index.siblingAtColumn(c).data() for c in columns}

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies as JSON; Return activates; the rest is the table's."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_json()
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
            event.accept()
        else:
            super().keyPressEvent(event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell that other rows are selected."""
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """The ring goes with the current row. Qt selects before it moves there, so who heard of
        the selection may have seen the row before: it is told again."""
        super().currentChanged(current, previous)
        self.viewport().update()
        self.selection_changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows, as many as there is time for, and the ring."""
        painter = QPainter(self.viewport())
        left = self._rows.paint(painter, event.region(), self._row_option())
        if self.hasFocus():
            colour = self._theme.colour("accent")
            paint_ring(painter, self._ring_rect(), colour, SIZE.grid)
        if not left.isEmpty():
            self.viewport().update(left)

    def _row_option(self) -> RowOption:
        """What all cells have in common."""
        option = RowOption()
        self.initViewItemOption(option)
        return option

    def _ring_rect(self) -> QRect:
        index = self.currentIndex()
        area = self.viewport().rect()
        if not index.isValid():
            return area
        top, height = self.rowViewportPosition(index.row()), self.rowHeight(index.row())
        return QRect(0, top, area.width(), height - SIZE.hairline)

    def hovered_row(self) -> int:
        """The row under the pointer, -1 where there is none."""
        return self.rowAt(self._pointer_y) if self._pointer_y >= 0 else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The whole row under the pointer is marked, not only one cell."""
        super().mouseMoveEvent(event)
        self._hover(round(event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """No row is under the pointer."""
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, y: int) -> None:
        if self.rowAt(y) != self.rowAt(self._pointer_y):
            self.viewport().update()
        self._pointer_y = y

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The overlay fills the viewport."""
        super().resizeEvent(event)
        self._place_empty()

    def changeEvent(self, event: QEvent) -> None:
        """Rows grow with the font."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._set_row_height()

    def showEvent(self, event: Any) -> None:
        """Time goes on in the live columns."""
        super().showEvent(event)
        if self._live:
            self._clock.start()

    def hideEvent(self, event: Any) -> None:
        """Nobody looks: no repainting."""
        super().hideEvent(event)
        self._clock.stop()

    @Slot()
    def _rows_changed(self) -> None:
        if not self._fitted and self.model().rowCount() > 0:
            self._fitted = True
            self.fit_columns()
        self._place_empty()

    def _place_empty(self) -> None:
        if self._empty is None:
            return
        model = self.model()
        self._empty.setGeometry(self.viewport().rect())
        self._empty.setVisible(model is None or model.rowCount() == 0)

    @Slot()
    def _repaint_live(self) -> None:
        height = self.viewport().height()
        for column in self._live:
            left = self.columnViewportPosition(column)
            self.viewport().update(QRect(left, 0, self.columnWidth(column), height))

    @Slot()
    def _redraw(self) -> None:
        self.viewport().update()
        self.columns.viewport().update()
