"""The parts of the import dialog: the tables of lines, and the bar that says how far it is.

Owns how they look; what they show is handed to them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QTabWidget, QVBoxLayout, QWidget

from pillarbox_ui.dialogs.frame import plain
from pillarbox_ui.dialogs.import_model import (
    LINE,
    LinesModel,
    preview_model,
    rejected_model,
)
from pillarbox_ui.dialogs.import_survey import Row
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.mono_cell import MonoCell
from pillarbox_ui.widgets.number_cell import NumberCell
from pillarbox_ui.widgets.table import Table

FILE, PAYLOAD, WHERE, TEXT = 0, 5, 3, 4
_SCALE = 1_000
_WIDEST = 340


class LinesTabs(QTabWidget):
    """ "Preview" and "3 rejected"."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rejected = 0
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.tabBar().setAccessibleName(self.tr("Lines"))
        self.preview, self.rejected = preview_model(self), rejected_model(self)
        self.preview_table = self._table(theme, self.tr("Preview"), self.preview, (PAYLOAD,))
        self.rejected_table = self._table(
            theme, self.tr("Rejected lines"), self.rejected, (WHERE, TEXT)
        )
        none = self.tr("Nothing is rejected"), self.tr("Every line read so far can be imported.")
        self.rejected_table.set_empty(EmptyState(theme, "check", *none))
        drop = (
            self.tr("Drop job files here"),
            self.tr(".jsonl, .json or .csv, in UTF-8; packed by gzip or not"),
        )
        self.preview_table.set_empty(EmptyState(theme, "drop", *drop))
        self.addTab(self.preview_table, self.tr("Preview"))
        self.addTab(self.rejected_table, "")
        theme.changed.connect(self._mark)
        self.show_preview((), several=False)
        self.show_rejected((), 0)

    def _table(self, theme: Theme, name: str, model: LinesModel, mono: Sequence[int]) -> Table:
        table = Table(theme, name)
        table.set_compact(True)
        table.set_cell(LINE, NumberCell(theme))
        for column in mono:
            table.set_cell(column, MonoCell(theme))
        table.setProperty("framed", True)
        table.setModel(model)
        return table

    def show_preview(self, rows: Sequence[Row], several: bool) -> None:
        """The first lines; `several`: of more than one file, so each is named."""
        self.preview.set_rows(rows)
        for table in (self.preview_table, self.rejected_table):
            table.setColumnHidden(FILE, not several)
        _leave_rest_to_last(self.preview_table)

    def show_rejected(self, rows: Sequence[Row], count: int) -> None:
        """All rejected lines; `count` says how many there are so far."""
        self.rejected.set_rows(rows)
        self._rejected = count
        self.setTabText(1, self.tr("{0} rejected").format(words.count(count)))
        self._mark()
        _leave_rest_to_last(self.rejected_table)

    @Slot()
    def _mark(self) -> None:
        """A sign on the tab of rejected lines, so that nobody overlooks it."""
        self.setTabIcon(1, self._theme.icon("dead", "error") if self._rejected else QIcon())

    def sizeHint(self) -> QSize:
        """Room for some dozen lines."""
        return QSize(760, 13 * SIZE.row_compact)


def _leave_rest_to_last(table: Table) -> None:
    """No scrolling sideways for the sake of the last column: it takes what room is left."""
    for column in range(table.columns.count() - 1):
        table.setColumnWidth(column, min(table.columnWidth(column), _WIDEST))
    table.setColumnWidth(table.columns.count() - 1, SIZE.row)


class Course(QWidget):
    """What is being done, a bar, the rate. Hidden while nothing is."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, what: tuple[str, str] | None = None
    ) -> None:
        super().__init__()
        self._clock = clock
        self._what = what or (self.tr("line"), self.tr("lines"))
        self._began = 0.0
        self._doing = ""
        self.text = plain("", wrap=False)
        self.rate = plain("", wrap=False, muted=True)
        self.bar = QProgressBar(maximum=_SCALE, textVisible=False)
        line = QHBoxLayout()
        line.addWidget(self.text, 1)
        line.addWidget(self.rate, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZE.grid)
        column.addLayout(line)
        column.addWidget(self.bar)
        self.hide()

    def begin(self, doing: str) -> None:
        """Something starts: "Checking", "Importing"."""
        self._doing, self._began = doing, self._clock()
        self.text.setText(f"{doing}…")
        self.rate.setText("")
        self.bar.setAccessibleName(doing)
        self.bar.setValue(0)
        self.show()

    def advance(self, fraction: float, lines: int) -> None:
        """So far: a share of it (0 to 1), and how many lines, or what it counts, that were."""
        passed = self._clock() - self._began
        self.bar.setValue(round(min(1.0, max(0.0, fraction)) * _SCALE))
        counted = words.counted(lines, *self._what)
        self.text.setText(f"{self._doing}… {counted}" if lines else f"{self._doing}…")
        rate = lines / passed if passed > 0.2 else 0.0
        said = self.tr("{0} {1}/s").format(words.count(round(rate)), self._what[1])
        self.rate.setText(said if rate else "")

    def end(self) -> None:
        """It is over."""
        self.hide()
