"""The bottom dock: the operations of this window, and the log.

Owns when it opens by itself: when an operation runs for longer than a moment.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QTabWidget, QToolButton, QWidget

from pillarbox_ui.log_view import LogView
from pillarbox_ui.models.running_model import RunningModel, RunningRow, row_of
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.parts import small_button
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.words import tr

_MOMENT_MS = 700


class BottomDock(QDockWidget):
    """Closed until something runs for longer than `_MOMENT_MS`."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(tr("Operations and log"), parent)
        self.setObjectName("bottom-dock")
        self.setAllowedAreas(Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self._operations = context.operations
        self.table: RowsTable[RunningRow] = RowsTable(
            context, RunningModel(self), tr("Operations of this window"), remember="running"
        )
        self.log = LogView(context.theme)
        self._cancel = small_button(context.theme, tr("Cancel"), self._cancel_chosen, "stop")
        self._undo = small_button(context.theme, tr("Undo"), self._undo_chosen, "undo")
        self._patience = QTimer(self, singleShot=True, interval=_MOMENT_MS)
        self._lay_out(context)
        self._connect()
        self._show_rows()
        self.hide()

    def _lay_out(self, context: Context) -> None:
        text = tr("What you do to many jobs at once is followed here.")
        self.table.set_empty(
            EmptyState(context.theme, "operations", tr("Nothing was done yet"), text)
        )
        close = QToolButton()
        close.setAccessibleName(tr("Close operations and log"))
        close.setToolTip(tr("Close"))
        close.clicked.connect(self.close)
        context.theme.icons.bind(close, "close", "text")
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, SIZE.inside, 0)
        row.setSpacing(SIZE.inside)
        for button in (self._cancel, self._undo, close):
            row.addWidget(button)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.tabBar().setDrawBase(False)
        tabs.setCornerWidget(corner)
        tabs.addTab(self.table, tr("Operations"))
        tabs.addTab(self.log, tr("Log"))
        tabs.setMinimumHeight(SIZE.row * 5)
        self.setTitleBarWidget(QWidget())
        self.setWidget(tabs)

    def _connect(self) -> None:
        self._operations.started.connect(self._started)
        self._operations.changed.connect(self._show_rows)
        self._patience.timeout.connect(self._open_if_running)
        self.table.selection_changed.connect(self._show_buttons)

    @Slot()
    def _started(self) -> None:
        self._show_rows()
        self._patience.start()

    @Slot()
    def _open_if_running(self) -> None:
        if self._operations.running:
            self.show()

    @Slot()
    def _show_rows(self) -> None:
        self.table.show_rows([row_of(operation) for operation in self._operations.items])
        self._show_buttons()

    @Slot()
    def _show_buttons(self) -> None:
        chosen = self._chosen()
        self._cancel.setEnabled(chosen is not None and chosen.running)
        self._undo.setEnabled(chosen is not None and chosen.undo is not None)

    def _chosen(self) -> RunningOperation | None:
        """The selected operation; the newest running one where none is selected."""
        keys = {row.key for row in self.table.chosen_rows()}
        for operation in self._operations.items:
            if str(id(operation)) in keys or (not keys and operation.running):
                return operation
        return None

    def _cancel_chosen(self) -> None:
        operation = self._chosen()
        if operation is not None:
            operation.cancel()

    def _undo_chosen(self) -> None:
        operation = self._chosen()
        if operation is not None:
            self._operations.undo(operation)
