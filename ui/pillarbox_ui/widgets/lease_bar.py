"""A lease as a bar that runs down, with what is left of it in seconds.

Owns the arithmetic (`lease_left`) and the cell. The view repaints the column as time passes; the
last third is drawn in the urgent colour.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.cell import Cell, Index
from pillarbox_ui.widgets.painting import WIDEST_BAR, draw_line, paint_bar
from pillarbox_ui.widgets.roles import Role

URGENT = 1 / 3
_WIDEST = "59s"


def lease_left(expires_at: datetime, length: float, now: datetime) -> tuple[float, float]:
    """(seconds left, the share of the lease that is left, 0 to 1); both 0 once it expired."""
    left = max(0.0, (expires_at - now).total_seconds())
    return left, min(1.0, left / length) if length > 0 else 0.0


class LeaseBar(Cell):
    """Draws `Role.LEASE`: (expires at, length in seconds)."""

    def __init__(
        self,
        theme: Theme,
        parent: QObject | None = None,
        now: Callable[[], datetime] = words.utc_now,
    ) -> None:
        super().__init__(theme, parent)
        self._now = now

    def left(self, index: Index) -> tuple[float, float] | None:
        """(seconds left, share left) now; None where there is no lease."""
        lease = index.data(Role.LEASE)
        return lease_left(lease[0], lease[1], self._now()) if isinstance(lease, tuple) else None

    def words(self, index: Index) -> str:
        """What is left, or that it expired."""
        left = self.left(index)
        if left is None:
            return ""
        return words.countdown(left[0]) if left[0] > 0 else words.tr("expired")

    def font(self, option: QStyleOptionViewItem) -> QFont:
        """The cell's font with tabular figures, so the seconds stand still."""
        return self.theme.numbers()

    def content_width(self, option: QStyleOptionViewItem, index: Index) -> int:
        """Room for a bar of 96 px and the longest count."""
        return 96 + SIZE.inside + self._room(option, index)

    def _room(self, option: QStyleOptionViewItem, index: Index) -> int:
        """What the longest count of such a lease takes, so that bars of one length stand still."""
        lease = index.data(Role.LEASE)
        longest = words.countdown(lease[1]) if isinstance(lease, tuple) else ""
        return max(map(self.face(option).width, (_WIDEST, longest, words.tr("expired"))))

    def paint_content(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """The bar, and right after it the seconds."""
        left = self.left(index)
        if left is None:
            return
        urgent = left[1] <= URGENT
        face, text = self.face(option), self.words(index)
        room = self._room(option, index)
        bar = rect.adjusted(0, 0, -room - SIZE.inside, 0)
        bar.setWidth(min(bar.width(), WIDEST_BAR))
        tone = "error" if urgent else "leased"
        at = rect
        if bar.width() > 2 * SIZE.bar:
            paint_bar(painter, bar, left[1], self.theme.colour(tone), self.track(option))
            at = bar.adjusted(bar.width() + SIZE.inside, 0, room + SIZE.inside, 0)
        colour = self.ink(option, "error" if urgent else "muted")
        draw_line(painter, at, text, face, colour)
