"""What the window wants to see now: the request the reader thread answers with snapshots.

Owns `View` and `Interest`. An interest is immutable; a view that needs something else hands the
bridge a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pillarbox_engine.filters import Filter
from pillarbox_engine.ordering import Order
from pillarbox_engine.states import State

FIRST_ROWS = 500
"""How many rows a table loads first."""

MOST_ROWS = 2_000
"""How many rows a table ever holds at once."""


class View(StrEnum):
    """The places of the left navigation. `QUEUE` comes once for every queue."""

    OVERVIEW = "overview"
    QUEUE = "queue"
    IN_FLIGHT = "in-flight"
    RETRYING = "retrying"
    DEAD_LETTERS = "dead-letters"
    SCHEDULES = "schedules"
    WORKERS = "workers"
    HANDLERS = "handlers"
    OPERATIONS = "operations"
    TRASH = "trash"


STATES_OF = {
    View.IN_FLIGHT: frozenset({State.LEASED}),
    View.RETRYING: frozenset({State.SCHEDULED}),
    View.DEAD_LETTERS: frozenset({State.DEAD}),
    View.TRASH: frozenset({State.TRASHED}),
}
"""The states a view's table is held to; a view that is not here shows every state."""

NOT_TRASHED = frozenset(State) - {State.TRASHED}
"""What is listed where no state was asked for: the trash has a place of its own."""

LISTS_JOBS = frozenset({View.QUEUE, *STATES_OF})
"""The views with a table of jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What to read. `where` is the whole filter of the table: query bar, view and queue joined.

    `typed` is the query bar's text, for people; it has no say in what is read.
    `limit` rows are wanted from `cursor` on (None: the first) in `order` (None: the listing's own).
    `queue` holds graphs and groups to one queue. `window_seconds` is how far back the graphs go.
    """

    view: View = View.OVERVIEW
    queue: str | None = None
    where: Filter = field(default_factory=Filter)
    limit: int = FIRST_ROWS
    cursor: str | None = None
    order: Order | None = None
    typed: str = ""
    selected_job: str | None = None
    window_seconds: float = 300.0

    @property
    def lists_jobs(self) -> bool:
        """Whether the view has a table of jobs; the overview has one while a filter is set."""
        searching = self.view is View.OVERVIEW and not self.where.is_everything
        return searching or self.view in LISTS_JOBS
