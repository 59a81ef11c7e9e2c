"""The trash: what was purged, to be restored or deleted for good.

Owns the page and its two buttons.
"""

from __future__ import annotations

from PySide6.QtCore import Slot

from pillarbox_engine.model import Counts
from pillarbox_ui.interest import View
from pillarbox_ui.models.jobs_model import TrashModel
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.widgets import words


class TrashPage(ListingPage):
    """Purged jobs."""

    view = View.TRASH

    def __init__(self, context: Context) -> None:
        super().__init__(context, TrashModel(), self.tr("Jobs in the Trash"), "trash")
        self.column.addWidget(self.panel)
        self.restore = self.panel.add_button(
            self.tr("Restore"), lambda: self.asked.emit("restore"), "restore"
        )
        self.erase = self.panel.add_button(
            self.tr("Delete for good…"), lambda: self.asked.emit("erase"), "purge"
        )
        self.chosen_changed.connect(self._show_buttons)
        self._show_buttons()

    def all_jobs(self, counts: Counts) -> int:
        return counts.trashed

    @Slot()
    def _show_buttons(self) -> None:
        count = len(self.chosen_jobs())
        self.restore.setEnabled(count > 0)
        self.erase.setEnabled(count > 0)
        jobs = words.counted(count, self.tr("job"), self.tr("jobs"))
        self.restore.setText(self.tr("Restore {0}").format(jobs) if count else self.tr("Restore"))
