"""The right dock: one job, whole, kept up to date in place.

Owns the tabs and what happens when another job, a newer picture of the same one, or none is to
be shown: the open tab, scroll positions and selections stay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from pillarbox_engine.model import Job
from pillarbox_engine.why import Surroundings
from pillarbox_ui.inspector.facts_tab import OptionsTab, SummaryTab
from pillarbox_ui.inspector.head import Head
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.later import Later
from pillarbox_ui.widgets.loading import Needs
from pillarbox_ui.widgets.zone import Zone

if TYPE_CHECKING:
    from pillarbox_ui.inspector.attempts_tab import AttemptsTab
    from pillarbox_ui.inspector.error_tab import ErrorTab
    from pillarbox_ui.inspector.flow_tab import FlowTab
    from pillarbox_ui.inspector.log_tab import LogTab
    from pillarbox_ui.inspector.payload_tab import PayloadTab

Part = TypeVar("Part", bound=QWidget)
NONE, GONE, SHOWN = 0, 1, 2


class Inspector(QWidget):
    """`show_job` with a job, or None where none is selected. A tab is made when it is first seen.

    `asked_for(id)` when another job of the flow is wanted.
    """

    asked_for = Signal(str)

    def __init__(self, theme: Theme, zone: Zone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job: Job | None = None
        self._theme = theme
        self._around: Surroundings | None = None
        self._zone = zone
        self.head = Head(theme)
        self.summary = SummaryTab(theme, zone)
        self._payload = self._later(self._make_payload, "payload_tab")
        self._attempts = self._later(self._make_attempts, "attempts_tab")
        self._error = self._later(self._make_error, "error_tab")
        self._log = self._later(self._make_log, "log_tab")
        self._flow = self._later(self._make_flow, "flow_tab")
        self._options = self._later(self._make_options, "facts_tab")
        self.tabs = self._tab_widget()
        self._pages = QStackedWidget()
        self._lay_out()
        zone.changed.connect(self._write_times)

    @staticmethod
    def _later(make: Callable[[], Part], module: str) -> Later[Part]:
        return Later(make, QSize(0, 0), Needs((f"pillarbox_ui.inspector.{module}",)))

    def _make_payload(self) -> PayloadTab:
        from pillarbox_ui.inspector.payload_tab import PayloadTab

        return PayloadTab(self._theme)

    def _make_attempts(self) -> AttemptsTab:
        from pillarbox_ui.inspector.attempts_tab import AttemptsTab

        return AttemptsTab(self._theme, self._zone)

    def _make_error(self) -> ErrorTab:
        from pillarbox_ui.inspector.error_tab import ErrorTab

        return ErrorTab(self._theme, self._zone)

    def _make_log(self) -> LogTab:
        from pillarbox_ui.inspector.log_tab import LogTab

        return LogTab(self._theme, self._zone)

    def _make_flow(self) -> FlowTab:
        from pillarbox_ui.inspector.flow_tab import FlowTab

        made = FlowTab(self._theme)
        made.asked_for.connect(self.asked_for)
        return made

    def _make_options(self) -> OptionsTab:
        return OptionsTab(self._theme, self._zone)

    @property
    def payload(self) -> PayloadTab:
        """The Payload tab."""
        return self._payload.part

    @property
    def attempts(self) -> AttemptsTab:
        """The Attempts tab."""
        return self._attempts.part

    @property
    def error(self) -> ErrorTab:
        """The Error tab."""
        return self._error.part

    @property
    def log(self) -> LogTab:
        """The Log tab."""
        return self._log.part

    @property
    def flow(self) -> FlowTab:
        """The Flow tab."""
        return self._flow.part

    @property
    def options(self) -> OptionsTab:
        """The Options tab."""
        return self._options.part

    def _tab_widget(self) -> QTabWidget:
        tabs = QTabWidget()
        tabs.setObjectName("inspector-tabs")
        tabs.setDocumentMode(True)
        tabs.tabBar().setDrawBase(False)
        tabs.tabBar().setUsesScrollButtons(True)
        tabs.tabBar().setElideMode(Qt.TextElideMode.ElideNone)
        tabs.tabBar().setProperty("narrow", True)
        tabs.tabBar().setAccessibleName(self.tr("Parts of the job"))
        for page, name in (
            (self.summary, self.tr("Summary")),
            (self._payload, self.tr("Payload")),
            (self._attempts, self.tr("Attempts")),
            (self._error, self.tr("Error")),
            (self._log, self.tr("Log")),
            (self._flow, self.tr("Flow")),
            (self._options, self.tr("Options")),
        ):
            tabs.addTab(page, name)
        return tabs

    def _lay_out(self) -> None:
        none = EmptyState(
            self._theme, "choose", self.tr("No job selected"), self.tr("Select one to see it here.")
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
        self._payload.tell(lambda tab: tab.show_job(job))
        self._attempts.tell(lambda tab: tab.show_job(job, around, same_job=same))
        self._error.tell(lambda tab: tab.show_job(job, same_job=same))
        self._log.tell(lambda tab: tab.show_job(job))
        self._flow.tell(lambda tab: tab.show_flow(around.flow))
        self._write_times()

    @Slot()
    def _write_times(self) -> None:
        if self.job is not None and self._around is not None:
            self.summary.show_job(self.job, self._around)
            job, around = self.job, self._around
            self._options.tell(lambda tab: tab.show_job(job, around))
