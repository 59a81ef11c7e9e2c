"""What the pages with one table of jobs have in common.

Owns the wiring of a `JobsPanel` into a `Page`; the pages of it add what is above the table.
"""

from __future__ import annotations

from pillarbox_engine.model import Counts, JobSummary
from pillarbox_engine.ordering import Order
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views import emptiness
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.jobs_panel import JobsPanel
from pillarbox_ui.views.page import Page


class ListingPage(Page):
    """A page whose `panel` lists jobs."""

    def __init__(
        self, context: Context, model: RowsModel[JobSummary], name: str, remember: str
    ) -> None:
        super().__init__(context)
        self.panel = JobsPanel(context, model, name, remember)
        model.setParent(self.panel)
        self.panel.interest_changed.connect(self.interest_changed)
        self.panel.chosen_changed.connect(self.chosen_changed)
        self.panel.search_ended.connect(lambda: self.asked.emit("clear"))

    def set_compact(self, compact: bool) -> None:
        self.panel.table.set_compact(compact)

    def restart(self) -> None:
        self.panel.restart()

    @property
    def limit(self) -> int:
        return self.panel.limit

    @property
    def from_cursor(self) -> str | None:
        return self.panel.cursor_wanted

    @property
    def order(self) -> Order | None:
        return self.panel.table.order

    @property
    def all_matching(self) -> bool:
        return self.panel.all_matching

    def choose_all_matching(self) -> None:
        self.panel.choose_all_matching()

    def chosen_jobs(self) -> tuple[JobSummary, ...]:
        return self.panel.table.chosen_rows()

    def current_job(self) -> str | None:
        row = self.panel.table.current_row()
        return row.id if row is not None else super().current_job()

    def hidden(self, snapshot: Snapshot) -> int:
        """How many jobs the page would list without the person's filter."""
        queue = snapshot.queue(self.queue)
        return self.all_jobs(snapshot.totals if queue is None else queue.counts)

    def all_jobs(self, counts: Counts) -> int:
        """How many of `counts` are this page's."""
        return counts.live + counts.done + counts.dead + counts.cancelled

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.panel.show_snapshot(snapshot, self.noun(snapshot))
        if snapshot.matching == 0:
            said = emptiness.of_jobs(snapshot, snapshot.filtered, self.hidden(snapshot))
            said.tell(self.panel.empty, self.asked.emit)

    def noun(self, snapshot: Snapshot) -> tuple[str, str] | None:
        """What the counted jobs are called: "1,204 match" while a filter is set."""
        return (self.tr("matches"), self.tr("match")) if snapshot.filtered else None
