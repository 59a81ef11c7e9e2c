"""The delegate of the command palette: icon, what it does, where it belongs, and its key.

Owns its geometry; the padding is part of the row's size.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from pillarbox_ui.palette_entries import Entry
from pillarbox_ui.theme.fonts import grown, small_font
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.cell import Cell, Index, selected
from pillarbox_ui.widgets.plain import one_line


class PaletteCell(Cell):
    """Draws an `Entry`, asked of `entry_at(row)`."""

    def __init__(
        self, theme: Theme, entry_at: Callable[[int], Entry], parent: QObject | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._entry_at = entry_at

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as a comfortable row, at any size of letters."""
        return QSize(0, max(SIZE.row, QFontMetrics(option.font).height() + 2 * SIZE.inside))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, icon, text; group and key at the right."""
        entry = self._entry_at(index.row())
        painter.save()
        box = option.rect.adjusted(SIZE.grid, 1, -SIZE.grid, -1)
        self._paint_ground(painter, box, option)
        room = self._paint_icon(painter, box.adjusted(SIZE.inside, 0, -SIZE.inside, 0), entry)
        room = self._paint_right(painter, room, option, entry.keys, mono=True)
        room = self._paint_right(painter, room, option, entry.group, mono=False)
        self.draw_text(painter, room, one_line(entry.text), option, self.theme.colour("text"))
        painter.restore()

    def _paint_ground(self, painter: QPainter, box: QRect, option: QStyleOptionViewItem) -> None:
        hovered = option.state & QStyle.StateFlag.State_MouseOver
        if not (selected(option) or hovered):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.colour("selection" if selected(option) else "hover"))
        painter.drawRoundedRect(box, SIZE.radius, SIZE.radius)

    def _paint_icon(self, painter: QPainter, box: QRect, entry: Entry) -> QRect:
        icon = QRect(0, 0, grown(SIZE.icon), grown(SIZE.icon))
        icon.moveCenter(box.center())
        icon.moveLeft(box.left())
        if entry.icon:
            self.theme.icon(entry.icon, "muted").paint(painter, icon)
        return box.adjusted(grown(SIZE.icon) + SIZE.inside, 0, 0, 0)

    def _paint_right(
        self, painter: QPainter, room: QRect, option: QStyleOptionViewItem, text: str, *, mono: bool
    ) -> QRect:
        """Draw `text` at the right of `room`; what is left of it."""
        if not text:
            return room
        font = small_font(self.theme.mono() if mono else option.font)
        painter.setFont(font)
        painter.setPen(self.theme.colour("muted"))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(flags), text)
        return room.adjusted(0, 0, -QFontMetrics(font).horizontalAdvance(text) - SIZE.between, 0)
