"""A table over a `RowsModel`: delegates and widths from its columns, updates that do not disturb.

Owns holding back an update while a selection is dragged or a menu is open, keeping the row one
looks at in its place while newer ones come in above, and remembering the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QByteArray,
    QEvent,
    QModelIndex,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QStyle, QStyleOptionViewItem, QWidget

from pillarbox_engine.ordering import Order
from pillarbox_ui.models.columns import Kind
from pillarbox_ui.models.rows import Index, RowsModel
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.delegates import FOLLOWS_TIME, RUNS_DOWN, cell_for
from pillarbox_ui.views.fitting import Want, least_width, share_out
from pillarbox_ui.views.sorting import Sorting
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.table import Table

R = TypeVar("R")
_NEAR_END = 2_000


class SortedRows(QSortFilterProxyModel):
    """Rows in the order of a column, for tables that are always loaded whole."""

    def lessThan(self, left: Index, right: Index) -> bool:
        """Compare by `Role.SORT`; what has no value comes first."""
        a, b = left.data(Role.SORT), right.data(Role.SORT)
        return _order(a) < _order(b)


def _order(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


class RowsTable(Table, Generic[R]):
    """Signals: `near_end` when one scrolls towards the last row; `above_changed(count)`: rows
    that came in above what one looks at, or that are held back; `order_changed` when a `listing`
    is to be read in another order, which the store sorts by."""

    near_end = Signal()
    above_changed = Signal(int)
    order_changed = Signal()

    def __init__(
        self,
        context: Context,
        source: RowsModel[R],
        name: str,
        *,
        remember: str,
        sortable: bool = False,
        listing: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context.theme, name, parent)
        self._context = context
        self.source = source
        self._remember = f"columns/{remember}"
        self._sorting = Sorting(context.remembered, f"order/{remember}") if listing else None
        self._waiting: list[R] | None = None
        self._holding = False
        self._above = 0
        self._fill_menu: Callable[[QMenu], None] | None = None
        self._arranged = False
        self.everything = False
        self._set_source(sortable)
        self._lay_out_columns()
        if self._sorting is not None:
            self._sorting.serve(self.columns, source.columns)
            self._sorting.changed.connect(self.order_changed)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.columns.columns_changed.connect(self._keep_columns)
        self.columns.reset_asked.connect(self.reset_columns)
        self.columns.menu_opened.connect(self._hold_for)
        source.cells_changed.connect(self.flash.mark)

    def _set_source(self, sortable: bool) -> None:
        if not sortable:
            self.setModel(self.source)
            return
        proxy = SortedRows(self)
        proxy.setSourceModel(self.source)
        self.setModel(proxy)
        self.setSortingEnabled(True)
        self.columns.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.columns.setSortIndicatorClearable(True)

    def _lay_out_columns(self) -> None:
        for at, column in enumerate(self.source.columns):
            self.set_cell(at, cell_for(column.kind, self._context))
            self.setColumnHidden(at, not column.shown)
        self._follow_time()
        self.fit_columns()
        kept = self._context.remembered.bytes(self._remember)
        if kept is not None:
            self._arranged = self.restore_columns(bytes(kept.data()))

    def _follow_time(self) -> None:
        kinds = [column.kind for column in self.source.columns]
        live = [at for at, kind in enumerate(kinds) if kind in FOLLOWS_TIME]
        self.set_live(live, 250 if RUNS_DOWN & set(kinds) else 1_000)

    def fit_columns(self) -> None:
        """All in sight, as wide as they were made for where there is room; see `fitting`. Columns
        the person has arranged are left as they are."""
        if self._arranged:
            return
        shown = [at for at, column in enumerate(self.source.columns) if column.shown]
        widths = share_out([self._want(at) for at in shown], self.viewport().width())
        for at, width in zip(shown, widths, strict=True):
            self.setColumnHidden(at, not width)
            if width:
                self.setColumnWidth(at, width)

    def _want(self, at: int) -> Want:
        column, title = self.source.columns[at], self.columns.title_width(at)
        wish = column.width * self.fontMetrics().horizontalAdvance("n") + 2 * SIZE.inside
        if column.kind is Kind.TEXT:
            wish = min(wish, self.content_width(at) + SIZE.grid)
        least = max(title, least_width(column.kind, self.font(), column.letters, column.states))
        if column.kind is Kind.TEXT:
            least = max(title, min(least, wish))
        return Want(least, max(wish, least), column.spare, column.grows, title)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns share the new room."""
        super().resizeEvent(event)
        self.fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        """So they do when the letters grow."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.fit_columns()

    def show_rows(self, rows: Iterable[R]) -> None:
        """Become `rows`; while a selection is dragged or a menu is open, later."""
        if self._holding:
            self._waiting = list(rows)
            self._tell_waiting(self._waiting)
            return
        bar = self.verticalScrollBar()
        first = self.source.rows[0] if bar.value() > 0 and self.source.rows else None
        self.source.set_rows(rows)
        if first is not None:
            self._stay_at(first)

    def _stay_at(self, first: R) -> None:
        """Scroll by what came in above the row that was the first."""
        index = self.source.index_of(self.source.key_of(first))
        if index.isValid() and index.row() > 0 and self.model() is self.source:
            self.updateGeometries()
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + index.row() * self.verticalHeader().defaultSectionSize())
            self._tell_above(self._above + index.row())

    def _tell_waiting(self, rows: list[R]) -> None:
        """How many of the rows that are held back are not shown yet."""
        shown = {self.source.key_of(row) for row in self.source.rows}
        new = sum(self.source.key_of(row) not in shown for row in rows)
        self.above_changed.emit(self._above + new)

    def _tell_above(self, count: int) -> None:
        if count != self._above:
            self._above = count
            self.above_changed.emit(count)

    def chosen_rows(self) -> tuple[R, ...]:
        """The selected rows, from top to bottom."""
        indexes = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        return tuple(self.source.row_at(self._to_source(index)) for index in indexes)

    def current_row(self) -> R | None:
        """The row the keyboard is at, where it is selected."""
        index = self.currentIndex()
        if not index.isValid() or not self.selectionModel().isRowSelected(index.row()):
            return None
        return self.source.row_at(self._to_source(index))

    def choose(self, key: str) -> None:
        """Select the row called `key` alone, if it is there."""
        index = self._from_source(self.source.index_of(key))
        if index.isValid():
            self.setCurrentIndex(index)
            self.selectRow(index.row())

    def _to_source(self, index: QModelIndex) -> QModelIndex:
        model = self.model()
        return model.mapToSource(index) if isinstance(model, SortedRows) else index

    def _from_source(self, index: QModelIndex) -> QModelIndex:
        model = self.model()
        return model.mapFromSource(index) if isinstance(model, SortedRows) else index

    def set_menu(self, fill: Callable[[QMenu], None]) -> None:
        """Let `fill` put entries into the context menu each time it opens."""
        self._fill_menu = fill

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Right-click, or the menu key: what can be done with the selected rows."""
        if self._fill_menu is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_menu(menu)
        self._hold_for(menu)
        menu.popup(self._menu_place(event))

    @Slot(object)
    def _hold_for(self, menu: QMenu) -> None:
        """Rows stand still while `menu` is open."""
        self._hold()
        menu.aboutToHide.connect(self._let_go)

    def _menu_place(self, event: QContextMenuEvent) -> QPoint:
        if event.reason() is not QContextMenuEvent.Reason.Keyboard:
            return event.globalPos()
        return self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Rows stand still while one drags a selection."""
        self._hold()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Rows may move again."""
        super().mouseReleaseEvent(event)
        self._let_go()

    def _hold(self) -> None:
        self._holding = True

    @Slot()
    def _let_go(self) -> None:
        self._holding = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.show_rows(waiting)
            self.above_changed.emit(self._above)

    @Slot(int)
    def _scrolled(self, value: int) -> None:
        if value == 0:
            self._tell_above(0)
        if value and self.verticalScrollBar().maximum() - value < _NEAR_END:
            self.near_end.emit()

    @property
    def order(self) -> Order | None:
        """What a listing is to be sorted by; None: as it is by itself."""
        return None if self._sorting is None else self._sorting.order

    def set_everything(self, chosen: bool) -> None:
        """Show all rows as selected, those to come too: what is selected is a query."""
        if chosen != self.everything:
            self.everything = chosen
            self.viewport().update()

    def initViewItemOption(self, option: QStyleOptionViewItem) -> None:
        """What all cells have in common: selected, where everything is."""
        super().initViewItemOption(option)
        if self.everything:
            option.state |= QStyle.StateFlag.State_Selected

    @Slot()
    def reset_columns(self) -> None:
        """The columns as they were made: order, widths, and which are shown."""
        for at in range(self.columns.count()):
            self.columns.moveSection(self.columns.visualIndex(at), at)
            self.setColumnHidden(at, not self.source.columns[at].shown)
        self._arranged = False
        self._context.remembered.forget(self._remember)
        self.fit_columns()

    @Slot()
    def _keep_columns(self) -> None:
        self._arranged = True
        self._context.remembered.keep(self._remember, QByteArray(self.columns_state()))
