"""Workers: the processes on this store, and what each has leased.

Owns the page.
"""

from __future__ import annotations

from PySide6.QtCore import Slot

from pillarbox_engine.model import JobSummary, ProcessInfo
from pillarbox_ui.interest import View
from pillarbox_ui.models.jobs_model import InFlightModel
from pillarbox_ui.models.processes_model import ProcessesModel
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.page import Page
from pillarbox_ui.views.parts import above, stacked, strip
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain_label import ElidedLabel


class WorkersPage(Page):
    """Processes above, their leases beneath."""

    view = View.WORKERS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._leased: tuple[JobSummary, ...] = ()
        self.processes: RowsTable[ProcessInfo] = RowsTable(
            context,
            ProcessesModel(self),
            self.tr("Processes"),
            remember="processes",
            sortable=True,
        )
        self.leases: RowsTable[JobSummary] = RowsTable(
            context,
            InFlightModel(self),
            self.tr("Leases"),
            remember="worker-leases",
            sortable=True,
        )
        self._lay_out()
        self.processes.selection_changed.connect(self._show_leases)
        self.leases.selection_changed.connect(self.chosen_changed)

    def _lay_out(self) -> None:
        theme = self.context.theme
        text = self.tr("Start one with: pillarbox work --handlers FILE")
        self.processes.set_empty(EmptyState(theme, "workers", self.tr("No process"), text))
        self.leases.set_empty(EmptyState(theme, "in-flight", self.tr("No leases")))
        self._said, self._below = ElidedLabel(muted=True), ElidedLabel(muted=True)
        head, _ = strip(spread=self._said)
        line, _ = strip(spread=self._below)
        lower = above(line, self.leases)
        self.column.addWidget(head)
        self.splitter = stacked(self.processes, lower, sizes=(180, 540))
        self.column.addWidget(self.splitter, 1)

    def set_compact(self, compact: bool) -> None:
        self.processes.set_compact(compact)
        self.leases.set_compact(compact)

    def chosen_jobs(self) -> tuple[JobSummary, ...]:
        return self.leases.chosen_rows()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.processes.show_rows(snapshot.processes)
        self._leased = snapshot.leased
        alive = sum(process.alive for process in snapshot.processes)
        threads = sum(process.threads for process in snapshot.processes if process.alive)
        processes = words.counted(alive, self.tr("process"), self.tr("processes"))
        workers = words.counted(threads, self.tr("worker thread"), self.tr("worker threads"))
        self._said.setText(f"{processes} · {workers}")
        self._show_leases()

    @Slot()
    def _show_leases(self) -> None:
        chosen = self.processes.chosen_rows()
        leased = self._leased
        if chosen:
            leased = tuple(job for job in leased if _holds(chosen[0], job))
        self.leases.show_rows(leased)
        self._below.setText(words.counted(len(leased), self.tr("lease"), self.tr("leases")))


def _holds(process: ProcessInfo, job: JobSummary) -> bool:
    """Whether the lease names the process: by its id, or by host and pid."""
    worker = job.worker or ""
    return process.id in worker or f"{process.host}:{process.pid}" in worker
