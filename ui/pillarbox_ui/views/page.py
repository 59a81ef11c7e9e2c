"""The base of every view: what it wants read, and what is chosen in it.

Owns the contract between the window and its pages. A page shows snapshots and tells what the
person chose; it acts on nothing itself.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pillarbox_engine.filters import Filter
from pillarbox_engine.model import DeadGroup, JobSummary, Operation
from pillarbox_engine.ordering import Order
from pillarbox_engine.planning import Schedule
from pillarbox_ui.interest import FIRST_ROWS, View
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context


class Page(QWidget):
    """A view. Signals: `interest_changed` when something else should be read, `chosen_changed`
    when other rows are selected, `asked(name)` when a button of the page wants an action of the
    window by its name, `go(key)` to another place, `narrow_asked(query)` to hold the filter to a
    span of time."""

    view = View.OVERVIEW

    interest_changed = Signal()
    chosen_changed = Signal()
    asked = Signal(str)
    go = Signal(str)
    narrow_asked = Signal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.queue: str | None = None
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show `snapshot`, which was read for this page."""
        raise NotImplementedError

    def set_queue(self, queue: str | None) -> None:
        """Be about `queue` from now on."""
        self.queue = queue

    def set_compact(self, compact: bool) -> None:
        """Use the denser rows."""

    def narrowed(self, where: Filter) -> Filter:
        """`where` held to what is chosen in the page itself, such as a group of errors."""
        return where

    def restart(self) -> None:
        """Go back to the first rows: the filter or the place has changed."""

    @property
    def limit(self) -> int:
        """How many rows are wanted."""
        return FIRST_ROWS

    @property
    def from_cursor(self) -> str | None:
        """From where rows are wanted."""
        return None

    @property
    def order(self) -> Order | None:
        """In which order they are wanted; None: the listing's own."""
        return None

    @property
    def window_seconds(self) -> float:
        """How far back the graphs go."""
        return 300.0

    def chosen_jobs(self) -> tuple[JobSummary, ...]:
        """The selected jobs."""
        return ()

    @property
    def all_matching(self) -> bool:
        """Whether all jobs that match are chosen, shown or not: then no rows are."""
        return False

    def choose_all_matching(self) -> None:
        """Choose all jobs that match, as a query."""

    def current_job(self) -> str | None:
        """The job the inspector should show."""
        chosen = self.chosen_jobs()
        return chosen[0].id if chosen else None

    def chosen_queue(self) -> str | None:
        """The queue that Pause, New job and Import are about."""
        return self.queue

    def chosen_group(self) -> DeadGroup | None:
        """The selected group of dead letters."""
        return None

    def chosen_schedule(self) -> Schedule | None:
        """The selected schedule."""
        return None

    def chosen_operation(self) -> Operation | None:
        """The selected entry of the journal."""
        return None
