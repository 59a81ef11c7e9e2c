"""The Attempts tab: a strip of bars over time, and below it the same as a list.

Owns the two and how they go together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pillarbox_engine.model import Job
from pillarbox_engine.why import Surroundings
from pillarbox_ui.inspector.attempts_model import ASIDE, RIGHT, AttemptsModel
from pillarbox_ui.plots.needs import plot_needs
from pillarbox_ui.theme.fonts import grown
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.later import Later
from pillarbox_ui.widgets.number_cell import NumberCell
from pillarbox_ui.widgets.table import Table
from pillarbox_ui.widgets.zone import Zone

if TYPE_CHECKING:
    from pillarbox_ui.plots.attempt_strip import AttemptStrip


class AttemptsTab(QStackedWidget):
    """The strip over the table, or why both are empty."""

    def __init__(self, theme: Theme, zone: Zone) -> None:
        super().__init__()
        self.model = AttemptsModel(zone, self)
        self.table = Table(theme, self.tr("Attempts"))
        self._theme, self._zone = theme, zone
        self._strip: Later[AttemptStrip] = Later(
            self._make_strip, QSize(0, grown(SIZE.strip)), plot_needs("attempt_strip")
        )
        self._strip.setMaximumHeight(grown(SIZE.strip))
        for column in RIGHT:
            self.table.set_cell(column, NumberCell(theme))
        self.table.setModel(self.model)
        for column in ASIDE:
            self.table.setColumnHidden(column, True)
        self.table.set_compact(True)
        self._arranged = False
        self.table.columns.columns_changed.connect(self._leave_columns)
        for grown_by in (self.model.rowsInserted, self.model.modelReset):
            grown_by.connect(self._fit_columns)
        blank = EmptyState(
            theme,
            "attempts",
            self.tr("No attempts yet"),
            self.tr("The first one starts when it is claimed."),
        )
        self.addWidget(blank)
        self.addWidget(self._page())

    @Slot()
    def _leave_columns(self) -> None:
        """The person has arranged them."""
        self._arranged = True

    @Slot()
    def _fit_columns(self) -> None:
        """A later attempt may have taken longer than the first ones."""
        if not self._arranged:
            self.table.fit_columns()

    def _page(self) -> QWidget:
        page = QWidget()
        page.setProperty("content", True)
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, SIZE.inside, 0, 0)
        column.setSpacing(SIZE.inside)
        column.addWidget(self._strip)
        column.addWidget(self.table, 1)
        return page

    def _make_strip(self) -> AttemptStrip:
        from pillarbox_ui.plots.attempt_strip import AttemptStrip

        return AttemptStrip(self._theme, self._zone)

    @property
    def strip(self) -> AttemptStrip:
        """The bars over time."""
        return self._strip.part

    def show_job(self, job: Job, around: Surroundings, *, same_job: bool) -> None:
        """Show the history of `job`; what is selected stays so."""
        self.model.set_history(job.history, same_job=same_job)
        self._strip.tell(lambda strip: strip.set_life(job, job.history, around.now))
        self.setCurrentIndex(1 if job.history or job.started_at is not None else 0)
