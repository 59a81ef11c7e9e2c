"""Dead letters: errors that are alike as one row, and the jobs of the chosen one beneath.

Owns the page: which group is chosen narrows what is read, and what Replay is about.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Slot

from pillarbox_engine.filters import Filter
from pillarbox_engine.model import Counts, DeadGroup
from pillarbox_ui.interest import View
from pillarbox_ui.models.dead_groups_model import DeadGroupsModel, group_error
from pillarbox_ui.models.jobs_model import DeadJobsModel
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.views.parts import link, small_button, stacked, strip
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain_label import ElidedLabel


class DeadLettersPage(ListingPage):
    """Groups above, jobs beneath."""

    view = View.DEAD_LETTERS

    def __init__(self, context: Context) -> None:
        super().__init__(context, DeadJobsModel(), self.tr("Dead letters"), "dead-jobs")
        self.groups: RowsTable[DeadGroup] = RowsTable(
            context,
            DeadGroupsModel(self),
            self.tr("Groups of errors"),
            remember="dead-groups",
            sortable=True,
        )
        self.groups.setSelectionMode(RowsTable.SelectionMode.SingleSelection)
        self.groups.set_empty(EmptyState(context.theme, "done", self.tr("No dead letters")))
        self._said = ElidedLabel(muted=True)
        self._all = link(context.theme, self.tr("Show all"), self.show_all)
        self.replay = small_button(
            context.theme, self.tr("Replay…"), lambda: self.asked.emit("replay"), "replay"
        )
        self._lay_out()
        self.groups.selection_changed.connect(self._group_changed)
        self._show_all_link()

    def _lay_out(self) -> None:
        head, row = strip(spread=self._said)
        row.addWidget(self._all)
        row.addWidget(self.replay)
        self.splitter = stacked(self.groups, self.panel, sizes=(300, 420))
        self.column.addWidget(head)
        self.column.addWidget(self.splitter, 1)

    def set_compact(self, compact: bool) -> None:
        super().set_compact(compact)
        self.groups.set_compact(compact)

    def all_jobs(self, counts: Counts) -> int:
        return counts.dead

    def chosen_group(self) -> DeadGroup | None:
        chosen = self.groups.chosen_rows()
        return chosen[0] if chosen else None

    def narrowed(self, where: Filter) -> Filter:
        group = self.chosen_group()
        return where if group is None else replace(where, fingerprint=group.fingerprint)

    def show_all(self) -> None:
        """Choose no group: all dead letters are listed."""
        self.groups.clearSelection()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.groups.show_rows(snapshot.dead_groups)
        super().show_snapshot(snapshot)
        groups = len(snapshot.dead_groups)
        if groups == 0:
            self._said.setText(self.tr("No dead letters"))
            return
        jobs = words.counted(
            sum(group.count for group in snapshot.dead_groups),
            self.tr("dead letter"),
            self.tr("dead letters"),
        )
        errors = words.counted(groups, self.tr("kind of error"), self.tr("kinds of error"))
        self._said.setText(self.tr("{0} of {1}").format(jobs, errors))

    @Slot()
    def _group_changed(self) -> None:
        self._show_all_link()
        self.panel.restart()
        self.interest_changed.emit()
        self.chosen_changed.emit()

    def _show_all_link(self) -> None:
        group = self.chosen_group()
        self._all.setVisible(group is not None)
        self.replay.setEnabled(True)
        name = self.tr("Dead letters") if group is None else group_error(group)
        self.panel.table.setAccessibleName(name)
