"""Flows as a program writes them: a `Child` says what a job's parent waits for.

Owns `Child` and how it becomes a `NewFlow`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Unpack

from pillarbox_engine.admission import check_extent
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.flows import NewFlow, policy_named
from pillarbox_engine.json_fault import shown
from pillarbox_engine.model import JsonValue, NewJob
from pillarbox_engine.names import check_queue_name
from pillarbox_engine.states import OnChildFailure

if TYPE_CHECKING:
    from pillarbox_engine.queues import JobOptions

NewJobOf = Callable[[JsonValue, "JobOptions"], NewJob]
"""Makes a job of a payload and options, checked."""


class Child:
    """A job of a flow: its payload and options, and the children it waits for itself.

    `queue`: the name of its queue; None for its parent's. The options are those of
    `Queue.enqueue` but for the keys, which only a flow's first parent may have.
    """

    __slots__ = ("children", "jobs", "levels", "on_child_failure", "options", "payload", "queue")

    def __init__(
        self,
        payload: JsonValue,
        *,
        queue: str | None = None,
        children: Iterable[Child] = (),
        on_child_failure: OnChildFailure | str = OnChildFailure.FAIL,
        **options: Unpack[JobOptions],
    ) -> None:
        if queue is not None:
            check_queue_name(queue)
        self.payload, self.queue, self.options = payload, queue, options
        self.children = checked(children)
        self.on_child_failure = policy_named(on_child_failure)
        self.levels: int = 1 + max((child.levels for child in self.children), default=0)
        self.jobs: int = 1 + sum(child.jobs for child in self.children)
        check_extent(self.levels, self.jobs)

    def __repr__(self) -> str:
        return f"<Child {shown(self.payload)}, {self.jobs} jobs>"


def checked(children: Iterable[Child]) -> tuple[Child, ...]:
    """The children; `InvalidOption` where one of them is something else."""
    if isinstance(children, (str, bytes, dict)) or not isinstance(children, Iterable):
        raise InvalidOption(
            "children must be many Child", f"got {shown(children)}", "Pass a list of them"
        )
    found = tuple(children)
    for number, child in enumerate(found):
        if not isinstance(child, Child):
            raise InvalidOption(
                f"children[{number}] is not a Child",
                f"got {shown(child)}",
                "Write pillarbox.Child(payload)",
            )
    return found


def flow_of(child: Child, queue: str, new_job: NewJobOf) -> NewFlow:
    """The flow `child` stands for; `queue` is its parent's."""
    own = child.queue or queue
    return NewFlow(
        queue=own,
        job=new_job(child.payload, child.options),
        children=tuple(flow_of(one, own, new_job) for one in child.children),
        on_child_failure=child.on_child_failure,
    )
