"""A time in a cell, relative to now; the tool tip tells it in full with its zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QStyleOptionViewItem

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.cell import Cell, Index
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.zone import Zone


class RelativeTime(Cell):
    """Draws `Role.MOMENT` as "47m ago" or "in 12s"; with `bare`, as an age: "47m"."""

    def __init__(
        self,
        theme: Theme,
        zone: Zone,
        parent: QObject | None = None,
        now: Callable[[], datetime] = words.utc_now,
        bare: bool = False,
    ) -> None:
        super().__init__(theme, parent)
        self._zone, self._now, self._bare = zone, now, bare

    def moment(self, index: Index) -> datetime | None:
        """The time to draw, or None."""
        value = index.data(Role.MOMENT)
        return value if isinstance(value, datetime) else None

    def words(self, index: Index) -> str:
        """The relative time, or a dash."""
        moment = self.moment(index)
        if moment is None:
            return words.NOTHING
        if self._bare:
            return words.age((self._now() - moment).total_seconds())
        return words.relative(moment, self._now())

    def tip_text(self, index: Index) -> str:
        """The time in full, in the zone the window writes."""
        moment = self.moment(index)
        return "" if moment is None else self._zone.text(moment)

    def font(self, option: QStyleOptionViewItem) -> QFont:
        """Tabular figures, so a column of ages stands still."""
        return self.theme.numbers()
