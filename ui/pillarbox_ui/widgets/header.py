"""The header of a table: painted like the cells beneath it, with a column chooser.

Owns its own painting, so a word is aligned with its column, padded like it and elided rather than
clipped, and the sort arrow has room of its own.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView, QWidget

from pillarbox_ui.theme.fonts import strong_font
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.cell import Cell
from pillarbox_ui.widgets.plain import one_line

_ARROW = 10
_BESIDE = 2
"""Between a title and the arrow, which stands in the padding of its column."""


class Header(QHeaderView):
    """A horizontal header whose columns can be chosen, moved and sorted by.

    `columns_changed` when the person did one of the first two, not when the table fits them;
    `reset_asked` when they shall be as they were made; `menu_opened(menu)` before it shows.
    """

    columns_changed = Signal()
    reset_asked = Signal()
    menu_opened = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setStretchLastSection(True)
        self.setMinimumSectionSize(48)
        self.setResizeContentsPrecision(60)
        self.setAccessibleName(words.tr("Columns"))
        self._held = False
        self.sectionMoved.connect(self._moved)
        self.sectionResized.connect(self._moved)

    def title(self, column: int) -> str:
        """The title of `column`, on one line."""
        model = self.model()
        if model is None:
            return ""
        return one_line(str(model.headerData(column, self.orientation()) or ""))

    def title_width(self, column: int) -> int:
        """The width at which the title of `column`, and its arrow if it may have one, show whole,
        in px."""
        text = QFontMetrics(strong_font(self.font())).horizontalAdvance(self.title(column))
        arrow = _arrow_room() if self.isSortIndicatorShown() else 0
        return text + arrow + 2 * SIZE.inside + 2

    def sectionSizeFromContents(self, column: int) -> QSize:
        """Title, arrow and padding."""
        height = QFontMetrics(strong_font(self.font())).height() + 2 * SIZE.inside
        return QSize(self.title_width(column), max(SIZE.row, height))

    def paintEvent(self, event: object) -> None:
        """The sections over content colour all the way, and one hairline beneath."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.colour("content"))
        for place in range(self.count()):
            column = self.logicalIndex(place)
            if not self.isSectionHidden(column):
                left = self.sectionViewportPosition(column)
                box = QRect(left, 0, self.sectionSize(column), self.height())
                self._paint_column(painter, box, column)
        bottom = self.height() - SIZE.hairline
        painter.fillRect(0, bottom, self.width(), SIZE.hairline, self._theme.colour("line"))

    def _paint_column(self, painter: QPainter, box: QRect, column: int) -> None:
        sorted_by = self.isSortIndicatorShown() and self.sortIndicatorSection() == column
        inside = box.adjusted(SIZE.inside, 0, -SIZE.inside, 0)
        font = strong_font(self.font())
        metrics = QFontMetrics(font)
        room = inside.width() - (_arrow_room() if sorted_by else 0)
        text = metrics.elidedText(self.title(column), Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(text)
        right = self._alignment(column) & Qt.AlignmentFlag.AlignRight
        left = inside.right() + 1 - width if right else inside.left()
        painter.setFont(font)
        painter.setPen(self._theme.colour("text" if sorted_by else "muted"))
        place = QRect(left, inside.top(), width + 2, inside.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)
        if sorted_by:
            spot = left - _BESIDE - _ARROW if right else left + width + _BESIDE
            self._paint_arrow(painter, QRect(spot, inside.center().y() - 5, _ARROW, _ARROW))

    def _paint_arrow(self, painter: QPainter, box: QRect) -> None:
        up = self.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
        self._theme.icon("sort-up" if up else "sort-down", "text").paint(painter, box)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        view = self.parent()
        cell = view.itemDelegateForColumn(column) if isinstance(view, QTableView) else None
        return cell.alignment if isinstance(cell, Cell) else Qt.AlignmentFlag.AlignLeft

    def chooser(self) -> QMenu:
        """A menu with a check for every column; the last one shown cannot be hidden."""
        menu = QMenu(self)
        shown = [column for column in range(self.count()) if not self.isSectionHidden(column)]
        for place in range(self.count()):
            column = self.logicalIndex(place)
            action = QAction(self.title(column), menu, checkable=True)
            action.setChecked(column in shown)
            action.setEnabled(shown != [column])
            action.toggled.connect(lambda on, column=column: self.show_column(column, on))
            menu.addAction(action)
        menu.addSeparator()
        every = menu.addAction(words.tr("Show all"), self.show_all)
        every.setEnabled(len(shown) < self.count())
        menu.addAction(words.tr("Reset columns"), self.reset_asked.emit)
        return menu

    def show_all(self) -> None:
        """Show every column."""
        for column in range(self.count()):
            if self.isSectionHidden(column):
                self.show_column(column, True)

    def show_column(self, column: int, shown: bool) -> None:
        """Show or hide a column; one shown anew gets at least its title's width."""
        self.setSectionHidden(column, not shown)
        if shown and self.sectionSize(column) < self.title_width(column):
            self.resizeSection(column, self.title_width(column))
        self.columns_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """From here to the release it is the person who moves columns."""
        self._held = True
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click between two titles fits the column: the person's doing too."""
        self._held = True
        super().mouseDoubleClickEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """What moves from now on is moved by the table."""
        super().mouseReleaseEvent(event)
        self._held = False

    @Slot()
    def _moved(self) -> None:
        if self._held:
            self.columns_changed.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Right-click: choose the columns."""
        menu = self.chooser()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu_opened.emit(menu)
        menu.popup(event.globalPos())


def _arrow_room() -> int:
    """What the arrow takes of the room for the title, in px."""
    return _ARROW + _BESIDE - SIZE.inside + _BESIDE
