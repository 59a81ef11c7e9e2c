"""Why a list is empty, and what to do about it.

Owns those sentences: a filter that hides everything is another matter than a queue that never had
a job, and each place has its own way of being empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pillarbox_ui.interest import View
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.buttons import Choice
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.words import tr

Ask = Callable[[str], None]
"""Asks the window for one of its actions, by name."""


@dataclass(frozen=True, slots=True)
class Emptiness:
    """What to say. `actions` are (button text, name of the window's action)."""

    icon: str
    title: str
    text: str = ""
    actions: tuple[tuple[str, str], ...] = ()

    def tell(self, state: EmptyState, ask: Ask) -> None:
        """Have `state` say it."""
        choices = [
            Choice(text, lambda name=name: ask(name))  # type: ignore[misc]
            for text, name in self.actions
        ]
        state.tell(self.icon, self.title, self.text, choices)


_PLACES = {
    View.IN_FLIGHT: (
        "in-flight",
        "Nothing is in flight",
        "Jobs are here while a worker runs them.",
    ),
    View.RETRYING: (
        "retrying",
        "Nothing is waiting for its time",
        "Jobs that failed and run again later, and delayed ones, show here.",
    ),
    View.DEAD_LETTERS: (
        "done",
        "No dead letters",
        "A job whose attempts are used up, or that its handler rejects, ends here and is kept.",
    ),
    View.TRASH: (
        "trash",
        "The Trash is empty",
        "Purged jobs are kept here until you delete them.",
    ),
}


def of_jobs(snapshot: Snapshot, filtered: bool, hidden: int) -> Emptiness:
    """Why a table of jobs is empty. `hidden`: how many the page would show without the filter."""
    if filtered:
        return _filtered(hidden)
    view, queue = snapshot.interest.view, snapshot.interest.queue
    if view in _PLACES:
        icon, title, text = _PLACES[view]
        return Emptiness(icon, tr(title), tr(text))
    return Emptiness(
        "queue",
        tr("No jobs yet"),
        tr("Nothing was ever enqueued in {0}, or it has all been cleared away.").format(queue),
        ((tr("New job"), "new"), (tr("Import…"), "import")),
    )


def _filtered(hidden: int) -> Emptiness:
    if not hidden:
        return Emptiness("filter", tr("No job matches"), "", ((tr("Clear the filter"), "clear"),))
    jobs = words.counted(hidden, tr("job"), tr("jobs"))
    return Emptiness(
        "filter",
        tr("Your filter hides all {0}").format(jobs),
        "",
        ((tr("Clear the filter"), "clear"),),
    )


def first_run() -> Emptiness:
    """The first thing a person sees: a store without a queue."""
    return Emptiness(
        "drop",
        tr("Drop a .jsonl here"),
        tr("or load the sample, or open a queue file you have."),
        ((tr("Load the sample"), "sample"), (tr("Open a queue file"), "open")),
    )
