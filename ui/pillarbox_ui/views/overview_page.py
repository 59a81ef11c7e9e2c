"""The overview: graphs of the whole store, and every queue in a line.

Owns the page. While a filter is set it lists the jobs of all queues that match, in place of the
queues; a store without queues shows how to begin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from pillarbox_engine.model import JobSummary, QueueSummary
from pillarbox_ui.interest import View
from pillarbox_ui.models.jobs_model import JobsModel
from pillarbox_ui.models.queues_model import QueuesModel
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.views import emptiness
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.forecast import forecast
from pillarbox_ui.views.graph_board import GraphBoard
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.views.parts import above, stacked, strip
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.views.window_choice import WindowChoice
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain_label import ElidedLabel

if TYPE_CHECKING:
    from pillarbox_ui.plots.graph import Graph


class OverviewPage(ListingPage):
    """Graphs above, queues (or matching jobs) beneath."""

    view = View.OVERVIEW

    def __init__(self, context: Context) -> None:
        super().__init__(context, JobsModel(), self.tr("Jobs that match"), "matching-jobs")
        self.board = GraphBoard(context, self)
        self.board.narrowed.connect(self.narrow_asked)
        self.windows = WindowChoice()
        self.queues: RowsTable[QueueSummary] = RowsTable(
            context, QueuesModel(self), self.tr("Queues"), remember="queues", sortable=True
        )
        self.first_run = EmptyState(context.theme, "drop", "")
        emptiness.first_run().tell(self.first_run, self.asked.emit)
        self._said = ElidedLabel(muted=True)
        self._lower = QStackedWidget()
        self._whole = QStackedWidget()
        self._lay_out()
        self.windows.changed.connect(self.interest_changed)
        self.queues.selection_changed.connect(self.chosen_changed)
        self.queues.activated.connect(self._open)

    def _lay_out(self) -> None:
        head, row = strip(spread=self._said)
        row.addWidget(self.windows)
        places = self.board.places
        left = stacked(places["depth"], places["waits"], sizes=(210, 190))
        right = stacked(places["rates"], places["runs"], sizes=(210, 190))
        _level(left, right)
        graphs = self._graphs = _beside(left, right)
        for lower in (self.queues, self.panel):
            self._lower.addWidget(lower)
        self.splitter = stacked(graphs, self._lower, sizes=(420, 300))
        body = above(head, self.splitter)
        for whole in (body, self.first_run):
            self._whole.addWidget(whole)
        self.column.addWidget(self._whole)

    @property
    def depth_graph(self) -> Graph:
        """Depth over time."""
        return self.board.graph("depth")

    def set_compact(self, compact: bool) -> None:
        super().set_compact(compact)
        self.queues.set_compact(compact)

    @property
    def window_seconds(self) -> float:
        return self.windows.seconds

    @property
    def searching(self) -> bool:
        """Whether matching jobs are listed in place of the queues."""
        return self._lower.currentWidget() is self.panel

    def chosen_jobs(self) -> tuple[JobSummary, ...]:
        return super().chosen_jobs() if self.searching else ()

    def current_job(self) -> str | None:
        return super().current_job() if self.searching else None

    def chosen_queue(self) -> str | None:
        chosen = () if self.searching else self.queues.chosen_rows()
        return chosen[0].name if len(chosen) == 1 else None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        empty = not snapshot.queues
        self._whole.setCurrentIndex(1 if empty else 0)
        if empty:
            return
        self.board.show_snapshot(snapshot, self.windows.seconds)
        self.queues.show_rows(snapshot.queues)
        searching = snapshot.page is not None
        self._lower.setCurrentWidget(self.panel if searching else self.queues)
        for graphic in (self._graphs, self.windows):
            graphic.setVisible(not searching)
        if searching:
            super().show_snapshot(snapshot)
        self._said.setText(self._describe(snapshot))

    def _describe(self, snapshot: Snapshot) -> str:
        totals, ahead = snapshot.totals, forecast(snapshot.queues)
        return " · ".join(
            (
                *((ahead,) if ahead else ()),
                words.counted(len(snapshot.queues), self.tr("queue"), self.tr("queues")),
                self.tr("{0} ready").format(words.count(totals.ready)),
                self.tr("{0} in flight").format(words.count(totals.leased)),
                self.tr("{0} retrying").format(words.count(totals.retrying)),
                self.tr("{0} dead").format(words.count(totals.dead)),
                self.tr("{0} done in all").format(words.count(totals.done_total)),
            )
        )

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        row = self.queues.current_row()
        if row is not None:
            self.go.emit(f"queue:{row.name}")


def _beside(left: QWidget, right: QWidget) -> QSplitter:
    """Two parts beside each other, the left one wider: its legend names five states."""
    made = QSplitter(Qt.Orientation.Horizontal)
    made.setHandleWidth(SIZE.hairline)
    made.setChildrenCollapsible(False)
    for part in (left, right):
        made.addWidget(part)
    made.setSizes([1_140, 860])
    return made


def _level(left: QSplitter, right: QSplitter) -> None:
    """Have the rows of two columns end at the same height, whichever is dragged."""
    left.splitterMoved.connect(lambda: right.setSizes(left.sizes()))
    right.splitterMoved.connect(lambda: left.setSizes(right.sizes()))
