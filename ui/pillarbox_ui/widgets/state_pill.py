"""The state of a job or queue as a pill: a dot and the word on a tint of the state's colour.

The tint lies over the opaque content colour, on selected rows too, so the contrast is the same
everywhere.
"""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from pillarbox_ui.theme.contrast import pill_colour
from pillarbox_ui.theme.fonts import small_font
from pillarbox_ui.widgets.cell import Cell, Index
from pillarbox_ui.widgets.painting import paint_pill, pill_size
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.states import state_word


class StatePill(Cell):
    """Draws `Role.STATE` (falling back on the text) as a pill."""

    def state(self, index: Index) -> str:
        """The key of the state to draw; empty draws nothing."""
        value = index.data(Role.STATE)
        return value if isinstance(value, str) else ""

    def words(self, index: Index) -> str:
        """The state's word."""
        state = self.state(index)
        return state_word(state) if state else ""

    def font(self, option: QStyleOptionViewItem) -> QFont:
        """A size smaller than the row's text, as the pill adds weight of its own."""
        return small_font(super().font(option))

    def content_width(self, option: QStyleOptionViewItem, index: Index) -> int:
        """The pill's width, in px."""
        return pill_size(self.words(index), self.face(option))[0]

    def paint_content(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """The pill, at the left of the cell."""
        state = self.state(index)
        if not state:
            return
        ink, ground = self.theme.colour(state), QColor(pill_colour(self.theme.tokens, state))
        paint_pill(painter, rect, self.words(index), self.face(option), ink, ground)
