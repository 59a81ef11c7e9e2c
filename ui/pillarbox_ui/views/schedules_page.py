"""What is planned: every schedule, when it fires next, and the buttons that act on one.

Owns the page.
"""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton

from pillarbox_engine.planning import Schedule
from pillarbox_ui.interest import View
from pillarbox_ui.models.schedules_model import SchedulesModel
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.page import Page
from pillarbox_ui.views.parts import small_button, strip
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain_label import ElidedLabel


class SchedulesPage(Page):
    """Schedules, by name."""

    view = View.SCHEDULES

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._read_only = False
        self.table: RowsTable[Schedule] = RowsTable(
            context, SchedulesModel(self), self.tr("Schedules"), remember="schedules", sortable=True
        )
        self.table.setSelectionMode(RowsTable.SelectionMode.SingleSelection)
        self._said = ElidedLabel(muted=True)
        self.new = self._button(self.tr("New schedule…"), "new")
        self.run = self._button(self.tr("Run now"), "run", "requeue")
        self.pause = self._button(self.tr("Pause"), "pause", "pause")
        self.remove = self._button(self.tr("Remove"), "remove", "trash")
        self._lay_out()
        self.table.selection_changed.connect(self._chosen)
        self._chosen()

    def _button(self, text: str, name: str, icon: str = "new") -> QPushButton:
        return small_button(
            self.context.theme, text, lambda: self.asked.emit(f"schedule-{name}"), icon
        )

    def _lay_out(self) -> None:
        text = self.tr("A schedule enqueues a job at times of the clock, or each so many seconds.")
        empty = EmptyState(self.context.theme, "schedules", self.tr("Nothing is scheduled"), text)
        self.table.set_empty(empty)
        head, row = strip(spread=self._said)
        for button in (self.run, self.pause, self.remove, self.new):
            row.addWidget(button)
        self.column.addWidget(head)
        self.column.addWidget(self.table, 1)

    def set_compact(self, compact: bool) -> None:
        self.table.set_compact(compact)

    def chosen_schedule(self) -> Schedule | None:
        chosen = self.table.chosen_rows()
        return chosen[0] if chosen else None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._read_only = snapshot.file.read_only
        before = len(self.table.source.rows)
        self.table.show_rows(snapshot.schedules)
        if len(self.table.source.rows) != before:
            self.table.fit_columns()  # to the words there are now: a cron line wants more room
        count = len(snapshot.schedules)
        paused = sum(one.paused for one in snapshot.schedules)
        said = words.counted(count, self.tr("schedule"), self.tr("schedules"))
        if paused:
            said = self.tr("{0} · {1} paused").format(said, words.count(paused))
        self._said.setText(said)
        self._chosen()

    @Slot()
    def _chosen(self) -> None:
        one = self.chosen_schedule()
        possible = one is not None and not self._read_only
        for button in (self.run, self.pause, self.remove):
            button.setEnabled(possible)
        self.new.setEnabled(not self._read_only)
        resumes = one is not None and one.paused
        self.pause.setText(self.tr("Resume") if resumes else self.tr("Pause"))
        self.chosen_changed.emit()
