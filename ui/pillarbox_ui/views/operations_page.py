"""The journal of operations: what operators did to many jobs, and Undo where it is possible.

Owns the page.
"""

from __future__ import annotations

from PySide6.QtCore import Slot

from pillarbox_engine.model import Operation
from pillarbox_ui.interest import View
from pillarbox_ui.models.operations_model import OperationsModel
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.page import Page
from pillarbox_ui.views.parts import small_button, strip
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain_label import ElidedLabel


class OperationsPage(Page):
    """Bulk verbs that were run, newest first."""

    view = View.OPERATIONS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.table: RowsTable[Operation] = RowsTable(
            context,
            OperationsModel(self),
            self.tr("Operations"),
            remember="operations",
            sortable=True,
        )
        self.table.setSelectionMode(RowsTable.SelectionMode.SingleSelection)
        text = self.tr("Replays and purges are kept here, so that a purge can be undone.")
        self.table.set_empty(
            EmptyState(context.theme, "operations", self.tr("No operations yet"), text)
        )
        self._said = ElidedLabel(muted=True)
        self.undo = small_button(
            context.theme, self.tr("Undo"), lambda: self.asked.emit("undo-journal"), "undo"
        )
        head, row = strip(spread=self._said)
        row.addWidget(self.undo)
        self.column.addWidget(head)
        self.column.addWidget(self.table, 1)
        self.table.selection_changed.connect(self._chosen)
        self._chosen()

    def set_compact(self, compact: bool) -> None:
        self.table.set_compact(compact)

    def chosen_operation(self) -> Operation | None:
        chosen = self.table.chosen_rows()
        return chosen[0] if chosen else None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.table.show_rows(snapshot.operations)
        count = len(snapshot.operations)
        self._said.setText(words.counted(count, self.tr("operation"), self.tr("operations")))
        self._chosen()

    @Slot()
    def _chosen(self) -> None:
        operation = self.chosen_operation()
        possible = operation is not None and operation.undoable and not operation.undone
        self.undo.setEnabled(possible)
        self.chosen_changed.emit()
