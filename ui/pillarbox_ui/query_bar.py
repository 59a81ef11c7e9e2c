"""The filter in the tool bar: text in, a filter held to the page out.

Owns parsing, telling a mistake in place with its column underlined, and the list of what may be
written next.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from pillarbox_engine.errors import QueryError
from pillarbox_engine.filters import Filter
from pillarbox_engine.query import parse_query
from pillarbox_ui.completion import Completion, Heard, complete
from pillarbox_ui.filtering import joined
from pillarbox_ui.places import Location
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.offers import Offers
from pillarbox_ui.widgets.search_field import SearchField
from pillarbox_ui.widgets.words import tr

HINT = "Filter — state:dead payload.customer:acme error:timeout age>1h"
_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {int(Qt.Key.Key_Down): 1, int(Qt.Key.Key_Up): -1}


class QueryBar(SearchField):
    """`applied` when another filter is in force. A mistake leaves the one before in force."""

    applied = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr(HINT), parent)
        self.typed = ""
        self.heard = Heard()
        self._filter = Filter()
        self._wrong: tuple[int, int] | None = None
        self._offers: Offers | None = None
        self._offered = Completion(0, 0, ())
        self.submitted.connect(self.apply)
        self.textEdited.connect(self._offer)

    @Slot(str)
    def apply(self, text: str) -> None:
        """Put `text` in force, or say what is wrong with it."""
        self._hide_offers()
        if self.text().strip() != text:
            self.setText(text)
        try:
            parsed = parse_query(text)
        except QueryError as error:
            self.set_error(_said(error))
            self._underline(error)
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

    @Slot(int, int)
    def edit_part(self, start: int, end: int) -> None:
        """Go to a part of the filter in force, to change it."""
        if self.text() != self.typed:
            self.setText(self.typed)
        self.setFocus()
        self.setSelection(start, end - start)

    def in_force(self, location: Location) -> str:
        """The text, where it has a say on that page."""
        return "" if self.error() else self.typed

    def set_error(self, text: str) -> None:
        """Tell a mistake; nothing of the line is underlined yet."""
        self._wrong = None
        super().set_error(text)

    def wrong(self) -> str:
        """The part of the line that is underlined."""
        return "" if self._wrong is None else self.text()[slice(*self._wrong)]

    def _underline(self, error: QueryError) -> None:
        """Underline the word the mistake is in; at the end of the line, where one is missing."""
        line = self.text()
        at = line.find(error.query) + error.column - 1 if error.query in line else error.column - 1
        rest = line[at:].split()
        length = len(rest[0]) if rest and not line[at : at + 1].isspace() else 1
        self._wrong = (at, at + length)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, and beneath what is wrong a stroke."""
        super().paintEvent(event)
        if self._wrong is not None:
            painter = QPainter(self)
            painter.fillRect(self._stroke(*self._wrong), self._theme.colour("error"))

    def _stroke(self, start: int, end: int) -> QRect:
        """Qt tells where the cursor is drawn; what is wrong is so many letters from there."""
        metrics, text, cursor = QFontMetrics(self.font()), self.text(), self.cursorRect()
        origin = cursor.center().x() - metrics.horizontalAdvance(text[: self.cursorPosition()])
        left = origin + metrics.horizontalAdvance(text[:start])
        width = max(metrics.averageCharWidth(), metrics.horizontalAdvance(text[start:end]))
        stroke = QRect(left, cursor.bottom() - 2, width, 2)
        return stroke.intersected(self.contentsRect().adjusted(cursor.height(), 0, 0, 0))

    @Slot(str)
    def _offer(self, text: str) -> None:
        """Offer what the word that is being typed may become."""
        self._offered = complete(text, self.cursorPosition(), self.heard)
        if self._offers is None and self._offered.texts:
            self._offers = Offers(self)
            self._offers.taken.connect(self.take)
        if self._offers is not None:
            self._offers.offer(self._offered.texts)

    @property
    def offers(self) -> tuple[str, ...]:
        """What is offered now."""
        shown = self._offers is not None and self._offers.isVisible()
        return self._offered.texts if shown else ()

    @Slot(str)
    def take(self, text: str) -> None:
        """Put `text` in the place of the word it was offered for."""
        offered, line = self._offered, self.text()
        self._hide_offers()
        self.setText(line[: offered.start] + text + line[offered.end :])
        self.setCursorPosition(offered.start + len(text))

    def _hide_offers(self) -> None:
        if self._offers is not None:
            self._offers.hide()

    def event(self, event: QEvent) -> bool:
        """Tab takes what is offered before it goes to the next widget."""
        if isinstance(event, QKeyEvent) and self._takes_tab(event):
            assert self._offers is not None
            self.take(self._offers.chosen() or self._offers.first())
            return True
        return super().event(event)

    def _takes_tab(self, event: QKeyEvent) -> bool:
        pressed = event.type() is QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab
        return pressed and bool(self.offers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows go through what is offered, Return takes what is marked, Escape closes it."""
        if self.offers and self._steer(event.key()):
            event.accept()
            return
        if event.key() in _ENDS:
            self._hide_offers()
        super().keyPressEvent(event)

    def _steer(self, key: int) -> bool:
        """Whether the list of suggestions took the key."""
        assert self._offers is not None
        if key in _STEPS:
            self._offers.step(_STEPS[key])
        elif key == Qt.Key.Key_Escape:
            self._hide_offers()
        elif key in _ENDS and self._offers.chosen():
            self.take(self._offers.chosen())
        else:
            return False
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nothing is offered to who is elsewhere; a click on the list leaves the focus here."""
        super().focusOutEvent(event)
        self._hide_offers()


def _said(error: QueryError) -> str:
    remedy = f" {error.remedy}." if error.remedy else ""
    return f"{error.reason[:1].upper()}{error.reason[1:]}.{remedy}"
