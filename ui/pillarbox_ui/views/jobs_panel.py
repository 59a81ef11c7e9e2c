"""A table of jobs with its count line above and, where there are more, the way to them below.

Owns the sliding window over a listing: 500 rows first, up to 2,000 as one scrolls, then a page
further by cursor. What is said about the listing (how many match, what is new above) is here too.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from pillarbox_engine.model import JobSummary
from pillarbox_ui.interest import FIRST_ROWS, MOST_ROWS
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.parts import link, small_button, strip
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain_label import PlainLabel

_PATIENCE_MS = 400
"""How long another listing may take before it is said that it takes long."""


class JobsPanel(QWidget):
    """Jobs of one listing. `interest_changed` when other rows of it are wanted, `search_ended` when
    the person does not want to wait for what the filter means."""

    interest_changed = Signal()
    chosen_changed = Signal()
    search_ended = Signal()

    def __init__(
        self, context: Context, model: RowsModel[JobSummary], name: str, remember: str
    ) -> None:
        super().__init__()
        self._theme = context.theme
        self.limit = FIRST_ROWS
        self._cursors: list[str | None] = [None]
        self._next: str | None = None
        self._loaded = 0
        self.all_matching = False
        self._counted = ""
        self._last: Snapshot | None = None
        self.table: RowsTable[JobSummary] = RowsTable(
            context, model, name, remember=remember, listing=True
        )
        self.count = PlainLabel(muted=True)
        self.above = link(context.theme, self.tr("▲ new"), self.go_to_top)
        self.none = link(context.theme, self.tr("Select none"), self._choose_none)
        self.stop = link(context.theme, self.tr("Stop searching"), self._end_search)
        self.top, self._top_row = strip(self.count, self.stop, self.none, self.above)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._newer = link(context.theme, self.tr("◂ Newer"), self._go_newer)
        self._older = link(context.theme, self.tr("Older ▸"), self._go_older)
        self._range = PlainLabel(muted=True)
        self.foot, _ = strip(self._range, self._newer, self._older)
        self.empty = EmptyState(context.theme, "queue", "")
        self.table.set_empty(self.empty)
        self._lay_out()
        self.table.selection_changed.connect(self._rows_chosen)
        self.table.order_changed.connect(self._reorder)
        self._patience.timeout.connect(self._say_searching)
        self.table.near_end.connect(self._load_more)
        self.table.above_changed.connect(self._tell_above)
        self._tell_above(0)
        self.none.hide()
        self.stop.hide()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top, self.table, self.foot):
            column.addWidget(part)
        self.foot.hide()

    def add_button(self, text: str, pressed: Callable[[], object], icon: str = "") -> QPushButton:
        """A button at the right of the count line."""
        button = small_button(self._theme, text, pressed, icon)
        self._top_row.addWidget(button)
        return button

    @property
    def cursor_wanted(self) -> str | None:
        """From where rows are wanted."""
        return self._cursors[-1]

    def restart(self) -> None:
        """Go back to the first rows."""
        self.limit, self._cursors = FIRST_ROWS, [None]
        self.table.scrollToTop()
        self._patience.start()
        self._set_all(False)

    @Slot()
    def _reorder(self) -> None:
        """In another order the listing begins anew."""
        self.restart()
        self.interest_changed.emit()

    @Slot()
    def _say_searching(self) -> None:
        """What was asked for is long in coming: the file is being looked through."""
        self.count.setText(self.tr("Searching…"))
        self.stop.show()

    def _end_search(self) -> None:
        """Neither the filter nor the order that is long in coming is wanted any more."""
        if self.table.order is not None:
            self.table.columns.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.search_ended.emit()

    def choose_all_matching(self) -> None:
        """Choose all that match, as a query; nothing is chosen where nothing does."""
        if self._last is not None and self._last.matching:
            self.table.clearSelection()
            self._set_all(True)
            self.chosen_changed.emit()

    def _choose_none(self) -> None:
        self._set_all(False)
        self.table.clearSelection()
        self.chosen_changed.emit()

    def _set_all(self, chosen: bool) -> None:
        self.all_matching = chosen
        self.table.set_everything(chosen)
        self.none.setVisible(chosen)
        self._say_count()

    @Slot()
    def _rows_chosen(self) -> None:
        """Rows chosen one by one take the place of all that match."""
        if self.all_matching and self.table.selectionModel().hasSelection():
            self._set_all(False)
        self.chosen_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape chooses nothing."""
        if event.key() == Qt.Key.Key_Escape and self.all_matching:
            self._choose_none()
        else:
            super().keyPressEvent(event)

    def show_snapshot(self, snapshot: Snapshot, noun: tuple[str, str] | None = None) -> None:
        """Show the page of `snapshot`; `noun` is what its jobs are called."""
        page = snapshot.page
        asked = snapshot.interest
        wanted = (self.cursor_wanted, self.table.order)
        if page is None or (asked.cursor, asked.order) != wanted:
            return
        self._patience.stop()
        self.stop.hide()
        self._last = snapshot
        self._next, self._loaded = page.cursor, len(page.rows)
        self.table.show_rows(page.rows)
        one, many = noun or (self.tr("job"), self.tr("jobs"))
        self._counted = words.counted(snapshot.matching, one, many)
        self._say_count()
        self._show_foot(snapshot.matching)

    def _say_count(self) -> None:
        last = self._last
        if not self.all_matching or last is None:
            self.count.setText(self._counted)
            return
        jobs = words.counted(last.matching, self.tr("job"), self.tr("jobs"))
        typed = last.interest.typed
        which = self.tr("{0} matching {1} selected").format(jobs, typed) if typed else ""
        self.count.setText(which or self.tr("All {0} selected").format(jobs))

    def _show_foot(self, matching: int) -> None:
        paged = len(self._cursors) > 1
        further = self._next is not None and self.limit >= MOST_ROWS
        self.foot.setVisible(paged or further)
        self._newer.setEnabled(paged)
        self._older.setEnabled(further)
        before = (len(self._cursors) - 1) * MOST_ROWS
        text = self.tr("Rows {0} to {1} of {2}")
        figures = (before + 1, before + self._loaded, matching)
        self._range.setText(text.format(*map(words.count, figures)))

    @Slot()
    def _load_more(self) -> None:
        if self._next is not None and self._loaded >= self.limit and self.limit < MOST_ROWS:
            self.limit = min(MOST_ROWS, self.limit + FIRST_ROWS)
            self.interest_changed.emit()

    def _go_older(self) -> None:
        self._cursors.append(self._next)
        self._turn()

    def _go_newer(self) -> None:
        self._cursors.pop()
        self._turn()

    def _turn(self) -> None:
        self.limit = MOST_ROWS
        self.table.scrollToTop()
        self.interest_changed.emit()

    def go_to_top(self) -> None:
        """Scroll to the newest rows."""
        self.table.scrollToTop()

    @Slot(int)
    def _tell_above(self, count: int) -> None:
        self.above.setVisible(count > 0)
        self.above.setText(self.tr("▲ {0} new").format(words.count(count)))
