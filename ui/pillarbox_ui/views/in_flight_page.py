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
    """Leased jobs, and Release and Cancel for the selected ones."""

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
        self.cancel = self.panel.add_button(
            self.tr("Cancel"), lambda: self.asked.emit("cancel"), "cancel"
        )
        self.cancel.setToolTip(
            self.tr("End the selected jobs: their handlers are told, what they say is refused")
        )
        self.chosen_changed.connect(self._show_chosen)
        self._show_chosen()

    def all_jobs(self, counts: Counts) -> int:
        return counts.leased

    @Slot()
    def _show_chosen(self) -> None:
        """The buttons say how many jobs they are about; of all that match it is asked first."""
        count = len(self.chosen_jobs())
        jobs = words.counted(count, self.tr("job"), self.tr("jobs"))
        for button, verb in ((self.release, self.tr("Release")), (self.cancel, self.tr("Cancel"))):
            text = f"{verb} {jobs}" if count else verb
            button.setEnabled(count > 0 or self.all_matching)
            button.setText(text)
            button.setAccessibleName(text)
