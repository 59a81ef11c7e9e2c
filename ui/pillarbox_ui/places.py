"""The rows of the left navigation, from a snapshot.

Owns their order, their badges and the keys by which places are named: a view's name, or
`queue:NAME`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pillarbox_engine.model import Counts, QueueSummary
from pillarbox_ui.interest import View
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.widgets.navigation_place import Place
from pillarbox_ui.widgets.words import tr

_QUEUE = "queue:"
SAVED = "saved:"
"""What the key of a saved view begins with."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where the window is: a view, and the queue where it is about one."""

    view: View
    queue: str | None = None

    @property
    def key(self) -> str:
        """The key of its row in the navigation."""
        return f"{_QUEUE}{self.queue}" if self.view is View.QUEUE else self.view.value

    @property
    def title(self) -> str:
        """What the place is called."""
        return self.queue or tr(_NAMES[self.view])


_NAMES = {
    View.OVERVIEW: "Overview",
    View.QUEUE: "Queue",
    View.IN_FLIGHT: "In flight",
    View.RETRYING: "Retrying & scheduled",
    View.DEAD_LETTERS: "Dead letters",
    View.SCHEDULES: "Schedules",
    View.WORKERS: "Workers",
    View.HANDLERS: "Handlers",
    View.OPERATIONS: "Operations",
    View.TRASH: "Trash",
}


def location(key: str) -> Location:
    """The location a key names; an unknown one is the overview."""
    if key.startswith(_QUEUE):
        return Location(View.QUEUE, key.removeprefix(_QUEUE))
    return Location(View(key) if key in set(View) else View.OVERVIEW)


def places(snapshot: Snapshot | None, saved: Sequence[str] = ()) -> tuple[Place, ...]:
    """The rows to show; before the first snapshot, those that are always there. `saved` are the
    names of saved views."""
    queues = () if snapshot is None else snapshot.queues
    totals = Counts() if snapshot is None else snapshot.totals
    alive = 0 if snapshot is None else sum(process.threads for process in snapshot.processes)
    return (
        _place(View.OVERVIEW, "overview"),
        *_queues(queues),
        Place(key="heading:jobs", name=tr("Jobs"), heading=True),
        _place(View.IN_FLIGHT, "in-flight", totals.leased),
        _place(View.RETRYING, "retrying", totals.scheduled),
        _place(View.DEAD_LETTERS, "dead", totals.dead, "dead"),
        _place(View.SCHEDULES, "schedules"),
        Place(key="heading:store", name=tr("Store"), heading=True),
        _place(View.WORKERS, "workers", alive),
        _place(View.HANDLERS, "handlers"),
        _place(View.OPERATIONS, "operations"),
        _place(View.TRASH, "trash", totals.trashed),
        *_saved(saved),
    )


def _saved(names: Sequence[str]) -> tuple[Place, ...]:
    if not names:
        return ()
    heading = Place(key="heading:saved", name=tr("Saved views"), heading=True)
    return (heading, *(Place(key=f"{SAVED}{n}", name=n, icon="saved-view") for n in names))


def _queues(queues: tuple[QueueSummary, ...]) -> tuple[Place, ...]:
    if not queues:
        return ()
    heading = Place(key="heading:queues", name=tr("Queues"), heading=True)
    return (heading, *(_queue(queue) for queue in queues))


def _queue(queue: QueueSummary) -> Place:
    return Place(
        key=f"{_QUEUE}{queue.name}",
        name=queue.name,
        icon="warn" if queue.alarms else "queue",
        badge=queue.counts.ready,
        paused=queue.paused,
        tone="warn" if queue.alarms else "",
        alarm=bool(queue.alarms),
    )


def _place(view: View, icon: str, count: int | None = None, tone: str = "") -> Place:
    badge = count or None
    return Place(
        key=view.value, name=tr(_NAMES[view]), icon=icon, badge=badge, tone=tone if badge else ""
    )
