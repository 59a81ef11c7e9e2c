"""Flows: a parent and the children it waits for.

Owns the records of a flow on both sides of the seam and the rules every backend follows. A parent
is `waiting` until none of its children is pending, that is, live or in the trash from a live
state. A child ends well as `done`; in any other way it has failed, and the parent's policy says
what that does while the parent waits:

- `fail`: the parent is a dead letter, reason `child_failed`; its children not in flight are
  cancelled, and theirs.
- `continue`: the parent runs when all have ended, and sees which failed.
- `ignore`: the same, as if the failed ones had not been: it sees only what was done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import shown
from pillarbox_engine.model import Failure, JsonValue, NewJob
from pillarbox_engine.states import LIVE_STATES, DeadReason, OnChildFailure, State

MAX_FLOW = 1_000
"""How many jobs a flow may have: it is stored, and may be cancelled, in one transaction."""
MAX_LEVELS = 10
"""How many generations a flow may have, the first parent's counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFlow:
    """A job to enqueue with the children it waits for, who may have children of their own."""

    queue: str
    job: NewJob
    children: tuple[NewFlow, ...] = ()
    on_child_failure: OnChildFailure = OnChildFailure.FAIL

    def each(self) -> Iterator[NewFlow]:
        """Itself and all below it: every parent before its children, these in order."""
        yield self
        for child in self.children:
            yield from child.each()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A job as its relatives' pages list it."""

    id: str
    queue: str
    type: str
    state: State
    attempt: int
    ended_at: datetime | None = None
    reason: DeadReason | None = None
    error_type: str | None = None
    error_message: str | None = None

    @property
    def retrying(self) -> bool:
        """Whether the job waits for another attempt after a failed one."""
        return self.state is State.SCHEDULED and self.attempt > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A job's family: its parent, where there still is one, and its children in order."""

    parent: Relative | None = None
    children: tuple[Relative, ...] = ()
    children_left: int = 0
    on_child_failure: OnChildFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildJob:
    """A child as its parent's handler sees it.

    `state` is how it ended: done, dead or cancelled; one that came back to life since is in the
    state it is in. `error` is the last failure of one that is dead.
    """

    id: str
    queue: str
    type: str
    state: State
    result_json: str | None = None
    error: Failure | None = None

    @property
    def ok(self) -> bool:
        """Whether it ended well: done."""
        return self.state is State.DONE

    @property
    def result(self) -> JsonValue:
        """What its handler returned, or None."""
        return None if self.result_json is None else json.loads(self.result_json)


Children = dict[str, ChildJob]
"""A parent's children by their ids, in the order they were given."""


def by_id(children: Sequence[ChildJob]) -> Children:
    """Children as a handler is given them."""
    return {child.id: child for child in children}


def pending(state: State, trashed_from: State | None = None) -> bool:
    """Whether a child in `state` has not ended: from the trash it may still come back."""
    return (state if trashed_from is None else trashed_from) in LIVE_STATES


def shown_as(state: State, trashed_from: State | None) -> State:
    """The state a parent sees: a child that had ended before it was purged is as it ended."""
    return state if trashed_from is None or trashed_from in LIVE_STATES else trashed_from


def sees(policy: OnChildFailure | None, state: State) -> bool:
    """Whether a parent's handler is shown a child in `state`."""
    return policy is not OnChildFailure.IGNORE or state is State.DONE


def takes_along(policy: OnChildFailure | None, attempt: int, lost: int) -> bool:
    """Whether a parent that comes back brings its failed children back too, and waits for them.

    One that never ran has not seen them; under `fail` it must not run beside a failed one.
    """
    return policy is OnChildFailure.FAIL or (attempt == 0 and lost == 0)


def policy_named(name: OnChildFailure | str) -> OnChildFailure:
    """The policy of that name; `InvalidOption` where there is none."""
    if isinstance(name, str) and name in tuple(OnChildFailure):
        return OnChildFailure(name)
    raise InvalidOption(
        f"There is no child-failure policy {shown(name)}",
        "nothing is known to do under it",
        f"Use one of: {', '.join(OnChildFailure)}",
    )
