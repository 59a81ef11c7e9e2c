"""The filter in the tool bar: text in, a filter held to the page out.

Owns parsing, and telling a mistake in place with its column.
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from pillarbox_engine.errors import QueryError
from pillarbox_engine.filters import Filter
from pillarbox_engine.query import parse_query
from pillarbox_ui.filtering import joined
from pillarbox_ui.places import Location
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.search_field import SearchField
from pillarbox_ui.widgets.words import tr

HINT = "Filter — state:dead queue:email payload.customer:acme error:timeout age>1h"


class QueryBar(SearchField):
    """`applied` when another filter is in force. A mistake leaves the one before in force."""

    applied = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr(HINT), parent)
        self.typed = ""
        self._filter = Filter()
        self.submitted.connect(self.apply)

    @Slot(str)
    def apply(self, text: str) -> None:
        """Put `text` in force, or say what is wrong with it."""
        if self.text().strip() != text:
            self.setText(text)
        try:
            parsed = parse_query(text)
        except QueryError as error:
            self.set_error(_said(error))
            return
        self.typed, self._filter = text, parsed
        self.applied.emit()

    def filter_for(self, location: Location) -> Filter:
        """The filter held to a page; where they exclude each other that is said, and the page
        shows what it shows without the filter."""
        try:
            held = joined(self._filter, location.view, location.queue)
        except QueryError as error:
            self.set_error(_said(error))
            return joined(Filter(), location.view, location.queue)
        self.set_error("")
        return held

    def in_force(self, location: Location) -> str:
        """The text, where it has a say on that page."""
        return "" if self.error() else self.typed


def _said(error: QueryError) -> str:
    remedy = f" {error.remedy}." if error.remedy else ""
    return f"{error.reason[:1].upper()}{error.reason[1:]}.{remedy}"
