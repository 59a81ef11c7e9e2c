"""The stack of views: made once each, one of them shown.

Owns the pages and which one is up. One page serves every queue, so going from queue to queue
makes nothing new.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QWidget

from pillarbox_ui.interest import View
from pillarbox_ui.places import Location
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.dead_letters_page import DeadLettersPage
from pillarbox_ui.views.in_flight_page import InFlightPage
from pillarbox_ui.views.operations_page import OperationsPage
from pillarbox_ui.views.overview_page import OverviewPage
from pillarbox_ui.views.page import Page
from pillarbox_ui.views.queue_page import QueuePage
from pillarbox_ui.views.retrying_page import RetryingPage
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.views.schedules_page import SchedulesPage
from pillarbox_ui.views.trash_page import TrashPage
from pillarbox_ui.views.workers_page import WorkersPage

_MAKERS: tuple[Callable[[Context], Page], ...] = (
    OverviewPage,
    QueuePage,
    InFlightPage,
    RetryingPage,
    DeadLettersPage,
    SchedulesPage,
    WorkersPage,
    OperationsPage,
    TrashPage,
)


class Pages(QStackedWidget):
    """Signals: those of the page that is up, passed on."""

    interest_changed = Signal()
    chosen_changed = Signal()
    asked = Signal(str)
    go = Signal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._by_view: dict[View, Page] = {}
        for make in _MAKERS:
            self._add(make(context))

    def _add(self, page: Page) -> None:
        self._by_view[page.view] = page
        self.addWidget(page)
        page.interest_changed.connect(self.interest_changed)
        page.chosen_changed.connect(self.chosen_changed)
        page.asked.connect(self.asked)
        page.go.connect(self.go)
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
        """The page of a view."""
        return self._by_view[view]

    @property
    def current(self) -> Page:
        """The page that is up."""
        page = self.currentWidget()
        assert isinstance(page, Page)
        return page

    def show_location(self, location: Location) -> Page:
        """Bring the page of `location` up."""
        page = self._by_view[location.view]
        page.set_queue(location.queue)
        page.restart()
        self.setCurrentWidget(page)
        return page

    def set_compact(self, compact: bool) -> None:
        """Use the denser rows everywhere, or not."""
        for page in self._by_view.values():
            page.set_compact(compact)

    def set_menus(self, fill: Callable[[View, QMenu], None]) -> None:
        """Let `fill` make the context menus of all tables of jobs."""
        for view, page in self._by_view.items():
            for table in page.findChildren(RowsTable):
                table.set_menu(partial(fill, view))
