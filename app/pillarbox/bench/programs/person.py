"""Someone at the window: goes, scrolls, sorts, filters, selects all that match, and replays.

Owns what is done and in which order; how the window bears it is measured by whoever plays it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from pillarbox_ui.dialogs.replay import ReplayDialog
from pillarbox_ui.main_window import MainWindow
from pillarbox_ui.views.listing_page import ListingPage

SCREENS = 20
QUERIES = ("state:done", "payload.n:10000500", "error:timeout", "priority<400", "")

Act = tuple[int, Callable[[], object]]
"""Milliseconds to wait before it, and what is done."""


class Person(QObject):
    """Does everything once, `pace` ms between two acts, and a tenth of it while scrolling.

    `done` when the last act is over.
    """

    done = Signal()

    def __init__(self, window: MainWindow, pace: int) -> None:
        super().__init__(window)
        self._window, self._pace = window, pace
        self._acts = self._all()
        self._act: Callable[[], object] = window.update

    @Slot()
    def begin(self) -> None:
        """Do the first act, and from then on one after the other."""
        self._next()

    def _next(self) -> None:
        self._act()
        following = next(self._acts, None)
        if following is None:
            self.done.emit()
            return
        wait, self._act = following
        QTimer.singleShot(wait, self, self._next)

    def _all(self) -> Iterator[Act]:
        window, pace = self._window, self._pace
        yield pace, partial(window.go, "queue:bench")
        yield from self._scroll()
        yield from self._sort()
        for query in QUERIES:
            yield pace, partial(window.query.apply, query)
            yield from self._scroll()
        yield pace, partial(window.ask, "select-all")
        for place in ("overview", "in-flight", "retrying", "dead-letters"):
            yield pace, partial(window.go, place)
        yield 3 * pace, partial(window.ask, "replay")
        yield 5 * pace, self._confirm
        for place in ("operations", "queue:bench", "dead-letters", "overview"):
            yield 3 * pace, partial(window.go, place)

    def _scroll(self) -> Iterator[Act]:
        for number in range(1, SCREENS + 1):
            yield self._pace // 10, partial(self._scroll_to, number / SCREENS)

    def _scroll_to(self, part: float) -> None:
        page = self._window.pages.current
        if isinstance(page, ListingPage):
            bar = page.panel.table.verticalScrollBar()
            bar.setValue(round(bar.maximum() * part))

    def _sort(self) -> Iterator[Act]:
        page = self._window.pages.current
        if isinstance(page, ListingPage):
            header = page.panel.table.horizontalHeader()
            way = header.sortIndicatorOrder()
            for column in range(header.count()):
                yield self._pace, partial(header.setSortIndicator, column, way)
            yield self._pace, partial(header.setSortIndicator, -1, way)

    def _confirm(self) -> None:
        for dialog in self._window.findChildren(ReplayDialog):
            if dialog.isVisible():
                dialog.confirm()
