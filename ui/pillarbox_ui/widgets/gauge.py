"""A gauge in a cell: how much of a limit is used, as a bar with "16 / 20" at its right.

Used for leases against the queue's concurrency and for depth against its bound.
"""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.cell import Index
from pillarbox_ui.widgets.number_cell import NumberCell
from pillarbox_ui.widgets.painting import paint_bar
from pillarbox_ui.widgets.roles import Role

_BAR = 48


class Gauge(NumberCell):
    """Draws `Role.LIMIT`: (used, limit). Without a limit only the number is shown."""

    tone = "leased"

    def used(self, index: Index) -> tuple[int, int | None]:
        """(used, limit or None)."""
        value = index.data(Role.LIMIT)
        return (value[0], value[1]) if isinstance(value, tuple) else (0, None)

    def words(self, index: Index) -> str:
        """ "16 / 20", or "16" without a limit."""
        used, limit = self.used(index)
        if limit is None:
            return words.count(used)
        return f"{words.count(used)} / {_limit(limit)}"

    def content_width(self, option: QStyleOptionViewItem, index: Index) -> int:
        """The text, and a bar where there is a limit, in px."""
        bar = _BAR + SIZE.inside if self.used(index)[1] is not None else 0
        return super().content_width(option, index) + bar

    def paint_content(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Bar and text; the bar warns from nine tenths on."""
        used, limit = self.used(index)
        text = self.words(index)
        room = self.face(option).width(text)
        space = rect.width() - room - SIZE.inside
        if limit is not None and space >= _BAR:
            bar = QRect(rect.left(), rect.top(), _BAR, rect.height())
            fraction = used / limit if limit > 0 else 1.0
            tone = "warn" if fraction >= 0.9 else self.tone
            paint_bar(painter, bar, fraction, self.theme.colour(tone), self.track(option))
        quiet = used == 0 and limit is None
        colour = self.ink(option, "muted" if quiet else "text")
        self.draw_text(painter, rect, text, option, colour)


def _limit(limit: int) -> str:
    return words.count(limit) if limit < 10_000 else words.compact(limit)
