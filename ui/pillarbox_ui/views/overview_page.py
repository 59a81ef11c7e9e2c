"""The overview: depth and rates of the whole store, and every queue in a line.

Owns the page. While a filter is set it lists the jobs of all queues that match, in place of the
queues; a store without queues shows how to begin.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget

from pillarbox_engine.model import HistoryPoint, JobSummary, QueueSummary
from pillarbox_ui.interest import View
from pillarbox_ui.models.jobs_model import JobsModel
from pillarbox_ui.models.queues_model import QueuesModel
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.views import emptiness
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.views.parts import above, stacked, strip
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.views.window_choice import WindowChoice
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.in_turn import InTurn
from pillarbox_ui.widgets.later import LEAST_DEPTH, LEAST_RATES, Later
from pillarbox_ui.widgets.plain_label import ElidedLabel

if TYPE_CHECKING:
    from pillarbox_ui.plots.depth_graph import DepthGraph
    from pillarbox_ui.plots.rate_graph import RateGraph


class OverviewPage(ListingPage):
    """Graphs above, queues (or matching jobs) beneath."""

    view = View.OVERVIEW

    def __init__(self, context: Context) -> None:
        super().__init__(context, JobsModel(), self.tr("Jobs that match"), "matching-jobs")
        self._depth: Later[DepthGraph] = Later(self._make_depth, LEAST_DEPTH)
        self._rates: Later[RateGraph] = Later(self._make_rates, LEAST_RATES)
        self._drawn: tuple[HistoryPoint, ...] | None = None
        self._turns = InTurn(self)
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
        graphs = self._graphs = QSplitter(Qt.Orientation.Horizontal)
        graphs.setHandleWidth(SIZE.hairline)
        graphs.setChildrenCollapsible(False)
        for graph in (self._depth, self._rates):
            graphs.addWidget(graph)
        graphs.setSizes([1_000, 1_000])
        for lower in (self.queues, self.panel):
            self._lower.addWidget(lower)
        self.splitter = stacked(graphs, self._lower, sizes=(400, 320))
        body = above(head, self.splitter)
        for whole in (body, self.first_run):
            self._whole.addWidget(whole)
        self.column.addWidget(self._whole)

    def _make_depth(self) -> DepthGraph:
        from pillarbox_ui.plots.depth_graph import DepthGraph

        return DepthGraph(self.context.theme, self.context.zone)

    def _make_rates(self) -> RateGraph:
        from pillarbox_ui.plots.graph import link
        from pillarbox_ui.plots.rate_graph import RateGraph

        made = RateGraph(self.context.theme, self.context.zone)
        link((self._depth.part, made))
        return made

    @property
    def depth_graph(self) -> DepthGraph:
        """Depth over time."""
        return self._depth.part

    @property
    def rate_graph(self) -> RateGraph:
        """Rates over time."""
        return self._rates.part

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
        if snapshot.history is not self._drawn:
            self._draw(snapshot)
        self.queues.show_rows(snapshot.queues)
        searching = snapshot.page is not None
        self._lower.setCurrentWidget(self.panel if searching else self.queues)
        for graphic in (self._graphs, self.windows):
            graphic.setVisible(not searching)
        if searching:
            super().show_snapshot(snapshot)
        self._said.setText(self._describe(snapshot))

    def _draw(self, snapshot: Snapshot) -> None:
        """The graphs move on once a second: as often as there is a new point."""
        self._drawn = snapshot.history
        points, end = snapshot.history, snapshot.as_of
        start = end - timedelta(seconds=self.windows.seconds)
        self._depth.tell(lambda graph: graph.set_points(points, start, end), self._turns)
        self._rates.tell(lambda graph: graph.set_points(points, start, end), self._turns)

    def _describe(self, snapshot: Snapshot) -> str:
        totals = snapshot.totals
        return " · ".join(
            (
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
