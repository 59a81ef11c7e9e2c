"""The journal of operations: what is done to many jobs, how far it is, Cancel and Undo.

Owns the page.
"""

from __future__ import annotations

from PySide6.QtCore import Slot

from pillarbox_engine.model import Operation
from pillarbox_ui.interest import View
from pillarbox_ui.models.operations_model import OperationsModel, figures, state_word
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.page import Page
from pillarbox_ui.views.parts import small_button, strip
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain_label import ElidedLabel


class OperationsPage(Page):
    """Bulk verbs that were run or are at work, newest first."""

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
        text = self.tr("What is done to many jobs at once is kept here.")
        self.table.set_empty(
            EmptyState(context.theme, "operations", self.tr("No operations yet"), text)
        )
        self._said = ElidedLabel(muted=True)
        self.undo = small_button(
            context.theme, self.tr("Undo"), lambda: self.asked.emit("undo-journal"), "undo"
        )
        self.cancel = small_button(
            context.theme, self.tr("Cancel"), lambda: self.asked.emit("cancel-operation"), "stop"
        )
        head, row = strip(spread=self._said)
        row.addWidget(self.cancel)
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
        self._chosen()

    @Slot()
    def _chosen(self) -> None:
        operation = self.chosen_operation()
        self.undo.setEnabled(operation is not None and operation.undoable and not operation.undone)
        self.cancel.setEnabled(operation is not None and not operation.ended)
        self._said.setText(self._summary() if operation is None else _told(operation))
        self.chosen_changed.emit()

    def _summary(self) -> str:
        rows = self.table.source.rows
        text = words.counted(len(rows), self.tr("operation"), self.tr("operations"))
        at_work = sum(not one.ended for one in rows)
        return f"{text}, {self.tr('{0} at work').format(at_work)}" if at_work else text


def _told(one: Operation) -> str:
    """One operation in a line: its state, how far it is, and why."""
    text = f"{state_word(one)} · {figures(one)}" if one.total else state_word(one)
    return f"{text} · {one.said}" if one.said else text
