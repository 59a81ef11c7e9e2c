"""Handlers: what runs for which type of job, as a file of the person's own says.

Owns the page: the file, what it binds, why it cannot be used, and the buttons that approve it,
start its workers, try one handler, and open it in an editor.
"""

from __future__ import annotations

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from pillarbox_engine.errors import PillarboxError
from pillarbox_ui.handling.status import said
from pillarbox_ui.interest import View
from pillarbox_ui.models.handlers_model import HandlerRow, HandlersModel, rows_of
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.page import Page
from pillarbox_ui.views.parts import small_button, strip
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.buttons import Choice
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain_label import ElidedLabel


class HandlersPage(Page):
    """The handlers file of this window."""

    view = View.HANDLERS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.handling = context.handling
        self.table: RowsTable[HandlerRow] = RowsTable(
            context, HandlersModel(self), self.tr("Handlers"), remember="handlers", sortable=True
        )
        self.table.setSelectionMode(RowsTable.SelectionMode.SingleSelection)
        self.banner = Banner(context.theme)
        self.path, self._said = ElidedLabel(), ElidedLabel(muted=True)
        self._make_buttons()
        self._lay_out()
        self.table.selection_changed.connect(self._enable)
        self.handling.changed.connect(self.show_status)
        self.show_status()

    def _make_buttons(self) -> None:
        theme = self.context.theme
        self.open = small_button(theme, self.tr("Open handlers file…"), self.ask_file, "open")
        self.edit = small_button(theme, self.tr("Edit"), self.open_in_editor, "edit")
        self.try_it = small_button(
            theme, self.tr("Run once with this payload…"), self.ask_payload, "handlers"
        )
        self.work = small_button(theme, self.tr("Start workers"), self.switch, "resume")

    def _lay_out(self) -> None:
        self._empty = EmptyState(self.context.theme, "handlers", "")
        self.table.set_empty(self._empty)
        top, right = strip(spread=self.path)
        for made in (self.edit, self.open):
            right.addWidget(made)
        self._line, right = strip(spread=self._said)
        for made in (self.try_it, self.work):
            right.addWidget(made)
        for part in (top, self.banner, self._line):
            self.column.addWidget(part)
        self.column.addWidget(self.table, 1)

    def set_compact(self, compact: bool) -> None:
        self.table.set_compact(compact)

    def restart(self) -> None:
        """The page comes up: the file may be another one by now."""
        self.handling.read()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Nothing here is read from the store."""

    def chosen(self) -> HandlerRow | None:
        """The selected handler; where there is only one, that."""
        rows = self.table.chosen_rows() or self.table.source.rows[:1]
        return rows[0] if rows else None

    @Slot()
    def show_status(self) -> None:
        """Show how the file stands now."""
        status = self.handling.status
        before = len(self.table.source.rows)
        self.table.show_rows(rows_of(status))
        if len(self.table.source.rows) != before:
            self.table.fit_columns()
        self.path.setText(status.path or self.tr("No handlers file"))
        self._said.setText(said(status) if status.path else "")
        self._show_banner()
        self._show_empty()
        self._enable()

    def _show_banner(self) -> None:
        status = self.handling.status
        if status.fault is not None:
            self._tell_fault(status.fault)
        elif status.may_approve:
            self.banner.tell(
                "warn",
                self.tr("This file needs your approval"),
                self.tr(
                    "Its workers run what stands below, as you. A changed file asks again; the "
                    "programs and modules it names are not watched."
                ),
                [Choice(self.tr("Approve this file"), self.handling.approve, icon="check")],
            )
        else:
            self.banner.hide()

    def _tell_fault(self, fault: PillarboxError) -> None:
        reason = f"{fault.reason}. {fault.remedy}" if fault.remedy else fault.reason
        reason = reason[:1].upper() + reason[1:]
        again = Choice(self.tr("Read it again"), self.handling.read, icon="refresh")
        self.banner.tell("error", fault.title, reason, [again])

    def _show_empty(self) -> None:
        status = self.handling.status
        self._line.setVisible(bool(status.path))
        self.table.columns.setVisible(bool(status.path))
        if status.path:
            text = self.tr("Mend the file and save it: it is read again by itself.")
            self._empty.tell("handlers", self.tr("The file cannot be read as it is"), text)
            return
        text = self.tr(
            "A handlers file says what runs for which type of job: a Python function, a command or "
            "an HTTP call. Nothing runs before you approve it."
        )
        choose = Choice(self.tr("Open handlers file…"), self.ask_file, icon="open")
        self._empty.tell("handlers", self.tr("No handlers file"), text, [choose])

    @Slot()
    def _enable(self) -> None:
        status = self.handling.status
        self.edit.setEnabled(bool(status.path))
        runs = bool(status.running)
        text = self.tr("Stop workers") if runs else self.tr("Start workers")
        self.work.setText(text)
        self.work.setAccessibleName(text)
        self.context.theme.icons.bind(self.work, "stop" if runs else "resume")
        self.work.setEnabled(status.may_start or (runs and not status.busy))
        chosen = self.chosen()
        on = status.can_run and status.approved and chosen is not None and not chosen.event
        self.try_it.setEnabled(on)
        self.chosen_changed.emit()

    def ask_file(self) -> None:
        """Let the person choose a handlers file."""
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open handlers file"), "", self.tr("Handlers (*.toml);;All files (*)")
        )
        self.handling.choose(path)

    def open_in_editor(self) -> None:
        """Open the file with whatever the system edits such files with."""
        url = QUrl.fromLocalFile(self.handling.status.path)
        if not QDesktopServices.openUrl(url):
            self.banner.tell(
                "warn",
                self.tr("No editor was found for this file"),
                self.tr("Open it yourself: {0}").format(self.handling.status.path),
            )

    def switch(self) -> None:
        """Start the workers, or stop them."""
        if self.handling.status.running:
            self.handling.stop_workers()
        else:
            self.handling.start_workers()

    def ask_payload(self) -> None:
        """Try the selected handler on a payload."""
        from pillarbox_ui.dialogs.run_once import RunOnceDialog

        row = self.chosen()
        if row is not None:
            RunOnceDialog(self.context.theme, self.handling, row.binding, self).open()
