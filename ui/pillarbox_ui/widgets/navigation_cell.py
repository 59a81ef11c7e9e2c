"""The delegate of the navigation: a round row with icon, name, paused glyph and badge.

Owns its geometry. The padding is the delegate's own, in its size hint; padding set in a style
sheet would not be part of a row's size, and rows would overlap.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from pillarbox_ui.theme.fonts import grown, number_font, small_font, strong_font
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.cell import Cell, Index, selected
from pillarbox_ui.widgets.navigation_place import Place
from pillarbox_ui.widgets.painting import paint_ring
from pillarbox_ui.widgets.plain import one_line

_MARGIN = 6
_PAUSED = 14


class NavigationCell(Cell):
    """Draws a `Place`, asked of `place_at(row)`."""

    def __init__(
        self, theme: Theme, place_at: Callable[[int], Place], parent: QObject | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._place_at = place_at

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A row's whole height, padding counted; a heading has air above it."""
        letters = self.face(option).metrics.height()
        height = max(SIZE.row_navigation, letters + 16)
        if self._place_at(index.row()).heading:
            height = letters + SIZE.between + SIZE.inside
        return QSize(self.content_width(option, index), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, icon, name, badge; or the heading."""
        place = self._place_at(index.row())
        painter.save()
        if place.heading:
            self._paint_heading(painter, option, place)
        else:
            box = option.rect.adjusted(_MARGIN, 1, -_MARGIN, -1)
            self._paint_ground(painter, box, option)
            self._paint_place(painter, box, option, place)
        painter.restore()

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, place: Place) -> None:
        left = _MARGIN + SIZE.between
        box = option.rect.adjusted(left, 0, -left, -SIZE.grid)
        font = strong_font(small_font(option.font))
        painter.setFont(font)
        painter.setPen(self.theme.colour("muted"))
        flags = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, int(flags), one_line(place.name))

    def _paint_ground(self, painter: QPainter, box: QRect, option: QStyleOptionViewItem) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = option.state & QStyle.StateFlag.State_MouseOver
        if selected(option) or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.colour("selection" if selected(option) else "hover"))
            painter.drawRoundedRect(box, SIZE.radius, SIZE.radius)
        widget: QWidget | None = option.widget
        if selected(option) and widget is not None and widget.hasFocus():
            paint_ring(painter, box, self.theme.colour("accent"), SIZE.radius)

    def _paint_place(
        self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, place: Place
    ) -> None:
        side = grown(SIZE.icon_navigation)
        icon = QRect(0, 0, side, side)
        icon.moveCenter(box.center())
        icon.moveLeft(box.left() + SIZE.between)
        if place.icon:
            tone = "text" if selected(option) else "muted"
            self.theme.icon(place.icon, tone).paint(painter, icon)
        room = box.adjusted(icon.right() - box.left() + 1 + SIZE.inside + 2, 0, -SIZE.between, 0)
        room.setRight(self._paint_badge(painter, room, option, place))
        if place.paused:
            room.setRight(self._paint_paused(painter, room))
        self.draw_text(painter, room, one_line(place.name), option, self.theme.colour("text"))

    def _paint_badge(
        self, painter: QPainter, room: QRect, option: QStyleOptionViewItem, place: Place
    ) -> int:
        """Draw the count at the right of `room`; the right edge that is left for the name."""
        if place.badge is None:
            return room.right()
        text = words.count(place.badge) if place.badge < 1_000_000 else words.compact(place.badge)
        font = number_font(option.font)
        tone = place.tone or ("text" if selected(option) else "muted")
        painter.setFont(font)
        painter.setPen(self.ink(option, tone))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(flags), text)
        return room.right() - QFontMetrics(font).horizontalAdvance(text) - SIZE.inside

    def _paint_paused(self, painter: QPainter, room: QRect) -> int:
        glyph = QRect(0, 0, grown(_PAUSED), grown(_PAUSED))
        glyph.moveCenter(room.center())
        glyph.moveRight(room.right())
        self.theme.icon("pause", "text").paint(painter, glyph)
        return glyph.left() - SIZE.grid

    def tip_text(self, index: Index) -> str:
        """The name where it is cut, and that the queue is paused."""
        place = self._place_at(index.row())
        return f"{place.name} — {words.tr('paused')}" if place.paused else ""

    def content_width(self, option: QStyleOptionViewItem, index: Index) -> int:
        """Icon, name, badge and the space between, in px."""
        place = self._place_at(index.row())
        badge = "" if place.badge is None else words.count(place.badge)
        fixed = 2 * (_MARGIN + SIZE.between) + grown(SIZE.icon_navigation) + 3 * SIZE.inside
        fixed += grown(_PAUSED) + SIZE.grid if place.paused else 0
        return self.face(option).width(one_line(place.name) + badge) + fixed
