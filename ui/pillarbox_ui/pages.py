"""The stack of views: made once each, when first shown; one of them is up.

Owns the pages and which one is up. One page serves every queue, so going from queue to queue
makes nothing new. A page, and what it is made of, is loaded as late as it is made, because the
window's first paint waits for whatever is made before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QWidget

from pillarbox_ui.interest import View
from pillarbox_ui.places import Location
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.page import Page
from pillarbox_ui.views.rows_table import RowsTable

FillMenu = Callable[[View, QMenu], None]


def _overview(context: Context) -> Page:
    from pillarbox_ui.views.overview_page import OverviewPage

    return OverviewPage(context)


def _queue(context: Context) -> Page:
    from pillarbox_ui.views.queue_page import QueuePage

    return QueuePage(context)


def _in_flight(context: Context) -> Page:
    from pillarbox_ui.views.in_flight_page import InFlightPage

    return InFlightPage(context)


def _retrying(context: Context) -> Page:
    from pillarbox_ui.views.retrying_page import RetryingPage

    return RetryingPage(context)


def _dead_letters(context: Context) -> Page:
    from pillarbox_ui.views.dead_letters_page import DeadLettersPage

    return DeadLettersPage(context)


def _schedules(context: Context) -> Page:
    from pillarbox_ui.views.schedules_page import SchedulesPage

    return SchedulesPage(context)


def _workers(context: Context) -> Page:
    from pillarbox_ui.views.workers_page import WorkersPage

    return WorkersPage(context)


def _handlers(context: Context) -> Page:
    from pillarbox_ui.views.handlers_page import HandlersPage

    return HandlersPage(context)


def _operations(context: Context) -> Page:
    from pillarbox_ui.views.operations_page import OperationsPage

    return OperationsPage(context)


def _trash(context: Context) -> Page:
    from pillarbox_ui.views.trash_page import TrashPage

    return TrashPage(context)


_MAKERS: Mapping[View, Callable[[Context], Page]] = {
    View.OVERVIEW: _overview,
    View.QUEUE: _queue,
    View.IN_FLIGHT: _in_flight,
    View.RETRYING: _retrying,
    View.DEAD_LETTERS: _dead_letters,
    View.SCHEDULES: _schedules,
    View.WORKERS: _workers,
    View.HANDLERS: _handlers,
    View.OPERATIONS: _operations,
    View.TRASH: _trash,
}


class Pages(QStackedWidget):
    """Signals: those of the page that is up, passed on."""

    interest_changed = Signal()
    chosen_changed = Signal()
    asked = Signal(str)
    go = Signal(str)
    narrow_asked = Signal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._by_view: dict[View, Page] = {}
        self._compact = False
        self._fill_menu: FillMenu | None = None

    def _add(self, page: Page) -> None:
        self._by_view[page.view] = page
        self.addWidget(page)
        page.set_compact(self._compact)
        self._set_menu(page)
        page.interest_changed.connect(self.interest_changed)
        page.chosen_changed.connect(self.chosen_changed)
        page.asked.connect(self.asked)
        page.go.connect(self.go)
        page.narrow_asked.connect(self.narrow_asked)
        for at, splitter in enumerate(page.findChildren(QSplitter)):
            self._remember(splitter, f"splitter/{page.view}/{at}")

    def _remember(self, splitter: QSplitter, name: str) -> None:
        kept = self._context.remembered.bytes(name)
        if kept is not None:
            splitter.restoreState(kept)
        splitter.splitterMoved.connect(
            lambda: self._context.remembered.keep(name, splitter.saveState())
        )

    def page(self, view: View) -> Page:
        """The page of a view, made now if it was never shown."""
        if view not in self._by_view:
            self._add(_MAKERS[view](self._context))
        return self._by_view[view]

    @property
    def current(self) -> Page:
        """The page that is up."""
        page = self.currentWidget()
        assert isinstance(page, Page)
        return page

    def show_location(self, location: Location) -> Page:
        """Bring the page of `location` up."""
        page = self.page(location.view)
        page.set_queue(location.queue)
        page.restart()
        self.setCurrentWidget(page)
        return page

    def set_compact(self, compact: bool) -> None:
        """Use the denser rows everywhere, or not."""
        self._compact = compact
        for page in self._by_view.values():
            page.set_compact(compact)

    def set_menus(self, fill: FillMenu) -> None:
        """Let `fill` make the context menus of all tables of jobs."""
        self._fill_menu = fill
        for page in self._by_view.values():
            self._set_menu(page)

    def _set_menu(self, page: Page) -> None:
        if self._fill_menu is not None:
            for table in page.findChildren(RowsTable):
                table.set_menu(partial(self._fill_menu, page.view))
