"""The base of every table cell: background, padding, text and colours.

Owns what all delegates share: the selected and hovered row, the 8 px inside, and the rule that
text is drawn by `QPainter.drawText` with `TextSingleLine`, so markup in it stays text.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from pillarbox_ui.theme.contrast import blend
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.face import Face
from pillarbox_ui.widgets.painting import draw_line
from pillarbox_ui.widgets.plain import one_line, tip
from pillarbox_ui.widgets.roles import Role

Index = QModelIndex | QPersistentModelIndex
Align = Qt.AlignmentFlag


class Cell(QStyledItemDelegate):
    """A cell of plain text. Others override `paint_content`, `words` and `content_width`."""

    alignment = Align.AlignLeft

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._base: QFont | None = None
        self._face: Face | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Background, then the content inside its padding."""
        painter.save()
        painter.fillRect(option.rect, self.ground(option))
        inside = option.rect.adjusted(SIZE.inside, 0, -SIZE.inside, -SIZE.hairline)
        painter.setClipRect(option.rect)
        self.paint_content(painter, inside, option, index)
        painter.restore()

    def paint_content(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Draw the cell's content in `rect`; the background is there already."""
        tone = index.data(Role.TONE)
        colour = self.ink(option, tone if isinstance(tone, str) else "text")
        self.draw_text(painter, rect, self.words(index), option, colour)

    def words(self, index: Index) -> str:
        """The cell's text, on one line."""
        value = index.data(Qt.ItemDataRole.DisplayRole)
        return "" if value is None else one_line(str(value))

    def tip_text(self, index: Index) -> str:
        """What the tool tip says; empty for none. Plain text: it is escaped when shown."""
        value = index.data(Qt.ItemDataRole.ToolTipRole)
        return "" if value is None else str(value)

    def content_width(self, option: QStyleOptionViewItem, index: Index) -> int:
        """How wide the content would like to be, padding not counted, in px."""
        return self.face(option).width(self.words(index))

    def font(self, option: QStyleOptionViewItem) -> QFont:
        """The font of the cell, made from the view's."""
        return QFont(option.font)

    def face(self, option: QStyleOptionViewItem) -> Face:
        """The cell's font measured; made anew when the view's font is another."""
        base = option.font
        if self._face is None or base != self._base:
            self._base, self._face = QFont(base), Face(self.font(option))
        return self._face

    def ground(self, option: QStyleOptionViewItem) -> QColor:
        """The colour under the cell: selected, hovered or content."""
        if selected(option):
            return self.theme.colour("selection")
        return self.theme.colour("hover" if _hovered(option) else "content")

    def ink(self, option: QStyleOptionViewItem, tone: str) -> QColor:
        """The colour of text in `tone`; on a selected row all text is as dark as can be."""
        return self.theme.colour("text" if selected(option) else tone)

    def track(self, option: QStyleOptionViewItem) -> QColor:
        """The colour of the part of a bar that is not filled."""
        tokens = self.theme.tokens
        if not selected(option):
            return QColor(tokens.track)
        return QColor(blend(tokens.muted, tokens.selection, 0.25))

    def draw_text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        option: QStyleOptionViewItem,
        colour: QColor,
    ) -> None:
        """Draw `text` elided in `rect`, aligned as the cell is, never as markup."""
        draw_line(painter, rect, text, self.face(option), colour, self.alignment)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Content and padding: the padding is ours, so a row never overlaps the next."""
        width = self.content_width(option, index) + 2 * SIZE.inside
        height = max(QFontMetrics(option.font).height(), self.face(option).metrics.height())
        return QSize(width, height + 2 * SIZE.grid)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Show the tool tip, escaped; a cell too narrow for its words tells them whole."""
        text = self.tip_text(index)
        if not text and option.rect.width() < self.content_width(option, index) + 16:
            text = self.words(index)
        QToolTip.showText(event.globalPos(), tip(text), view)
        return True


def _hovered(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_MouseOver)


class RowOption(QStyleOptionViewItem):
    """What the cells of one row are told; `chosen`, whether it is selected, is asked by them all
    and dear to read from the state."""

    chosen = False


def selected(option: QStyleOptionViewItem) -> bool:
    """Whether the row of the cell is selected."""
    if isinstance(option, RowOption):
        return option.chosen
    return bool(option.state & QStyle.StateFlag.State_Selected)
