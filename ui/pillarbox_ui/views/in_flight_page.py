"""In flight: who runs what, and how long each lease still lasts.

Owns the page. The bars run down between snapshots: the table repaints them four times a second
while it is visible.
"""

from __future__ import annotations

from PySide6.QtCore import Slot

from pillarbox_engine.model import Counts
from pillarbox_ui.interest import View
from pillarbox_ui.models.jobs_model import InFlightModel
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.widgets import words


class InFlightPage(ListingPage):
    """Leased jobs, and Release for the selected ones."""

    view = View.IN_FLIGHT

    def __init__(self, context: Context) -> None:
        super().__init__(context, InFlightModel(), self.tr("Jobs in flight"), "in-flight")
        self.column.addWidget(self.panel)
        self.release = self.panel.add_button(
            self.tr("Release"), lambda: self.asked.emit("release"), "release"
        )
        self.release.setToolTip(
            self.tr("Take the selected jobs from their workers: ready again, no attempt charged")
        )
        self.chosen_changed.connect(self._show_release)
        self._show_release()

    def all_jobs(self, counts: Counts) -> int:
        return counts.leased

    @Slot()
    def _show_release(self) -> None:
        count = len(self.chosen_jobs())
        self.release.setEnabled(count > 0)
        jobs = words.counted(count, self.tr("job"), self.tr("jobs"))
        self.release.setText(self.tr("Release {0}").format(jobs) if count else self.tr("Release"))
