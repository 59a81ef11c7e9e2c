"""The query bar's text joined with what the page is held to.

Owns that join and its one error: a filter that contradicts its page would silently match nothing,
or silently match everything, so it is said instead.
"""

from __future__ import annotations

from dataclasses import replace

from pillarbox_engine.errors import QueryError
from pillarbox_engine.filters import Filter
from pillarbox_ui.interest import NOT_TRASHED, STATES_OF, View
from pillarbox_ui.widgets import words

FILTERED = frozenset(
    {View.OVERVIEW, View.QUEUE, View.IN_FLIGHT, View.RETRYING, View.DEAD_LETTERS, View.TRASH}
)
"""The views the query bar filters."""


def joined(typed: Filter, view: View, queue: str | None) -> Filter:
    """`typed` held to the page's queue and states; `QueryError` where they exclude each other."""
    return _held_to_states(_held_to_queue(typed, queue), view)


def _held_to_queue(typed: Filter, queue: str | None) -> Filter:
    if queue is None:
        return typed
    if typed.queues and queue not in typed.queues:
        raise QueryError(
            words.tr("No job can match"),
            words.tr("this page shows queue {0} only").format(queue),
            words.tr("Leave out queue: or go to Overview"),
        )
    return replace(typed, queues=(queue,))


def _held_to_states(typed: Filter, view: View) -> Filter:
    states = STATES_OF.get(view)
    if states is None:
        return typed if typed.states or typed.is_everything else typed.narrowed(states=NOT_TRASHED)
    if typed.states and not typed.states & states:
        raise QueryError(
            words.tr("No job can match"),
            words.tr("this page shows {0} jobs only").format(", ".join(sorted(states))),
            words.tr("Leave out state: or go to Overview"),
        )
    return typed.narrowed(states=states)
