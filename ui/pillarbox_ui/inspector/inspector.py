"""The right dock: one job, whole, kept up to date in place.

Owns the tabs and what happens when another job, a newer picture of the same one, or none is to
be shown: the open tab, scroll positions and selections stay.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from pillarbox_engine.model import Job
from pillarbox_engine.why import Surroundings
from pillarbox_ui.inspector.attempts_tab import AttemptsTab
from pillarbox_ui.inspector.error_tab import ErrorTab
from pillarbox_ui.inspector.facts_tab import OptionsTab, SummaryTab
from pillarbox_ui.inspector.flow_tab import FlowTab
from pillarbox_ui.inspector.head import Head
from pillarbox_ui.inspector.log_tab import LogTab
from pillarbox_ui.inspector.payload_tab import PayloadTab
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.zone import Zone

NONE, GONE, SHOWN = 0, 1, 2


class Inspector(QWidget):
    """`show_job` with a job, or None where none is selected."""

    def __init__(self, theme: Theme, zone: Zone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job: Job | None = None
        self._theme = theme
        self._around: Surroundings | None = None
        self.head = Head(theme)
        self.summary = SummaryTab(theme, zone)
        self.payload = PayloadTab(theme)
        self.attempts = AttemptsTab(theme, zone)
        self.error = ErrorTab(theme, zone)
        self.log = LogTab(theme, zone)
        self.flow = FlowTab(theme)
        self.options = OptionsTab(theme, zone)
        self.tabs = self._tab_widget()
        self._pages = QStackedWidget()
        self._lay_out()
        zone.changed.connect(self._write_times)

    def _tab_widget(self) -> QTabWidget:
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.tabBar().setDrawBase(False)
        tabs.tabBar().setUsesScrollButtons(False)
        tabs.tabBar().setElideMode(Qt.TextElideMode.ElideRight)
        tabs.tabBar().setProperty("narrow", True)
        tabs.tabBar().setAccessibleName(self.tr("Parts of the job"))
        for page, name in (
            (self.summary, self.tr("Summary")),
            (self.payload, self.tr("Payload")),
            (self.attempts, self.tr("Attempts")),
            (self.error, self.tr("Error")),
            (self.log, self.tr("Log")),
            (self.flow, self.tr("Flow")),
            (self.options, self.tr("Options")),
        ):
            tabs.addTab(page, name)
        return tabs

    def _lay_out(self) -> None:
        none = EmptyState(
            self._theme, "why", self.tr("No job selected"), self.tr("Select one to see it here.")
        )
        gone = EmptyState(
            self._theme,
            "dead",
            self.tr("This job is gone"),
            self.tr("It was deleted since it was selected."),
        )
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.tabs, 1)
        for page in (none, gone, shown):
            self._pages.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    @property
    def page(self) -> int:
        """What is up: `NONE`, `GONE` or `SHOWN`."""
        return self._pages.currentIndex()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show what the snapshot tells of the job its interest selects."""
        job = snapshot.selected
        queue = snapshot.queue(job.queue) if job is not None else None
        around = Surroundings(
            now=snapshot.as_of, queue=queue, flow=snapshot.flow, ahead=snapshot.ahead,
            processes=snapshot.processes,
        )  # fmt: skip
        self.show_job(job, around, gone=snapshot.interest.selected_job is not None)

    def show_job(self, job: Job | None, around: Surroundings, *, gone: bool = False) -> None:
        """Show `job`; None shows that none is selected, or (`gone`) that it was deleted."""
        same = job is not None and self.job is not None and job.id == self.job.id
        self.job, self._around = job, around
        if job is None:
            self._pages.setCurrentIndex(GONE if gone else NONE)
            return
        self._pages.setCurrentIndex(SHOWN)
        self.head.show_job(job)
        self.payload.show_job(job)
        self.attempts.show_job(job, around, same_job=same)
        self.error.show_job(job, same_job=same)
        self.log.show_job(job)
        self.flow.show_flow(around.flow)
        self._write_times()

    @Slot()
    def _write_times(self) -> None:
        if self.job is not None and self._around is not None:
            self.summary.show_job(self.job, self._around)
            self.options.show_job(self.job, self._around)
