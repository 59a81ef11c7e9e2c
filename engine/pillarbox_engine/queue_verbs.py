"""What an operator does to the jobs of a queue, as a program asks for it.

Owns `OperatorVerbs`, the part of `Queue` whose verbs are operations over a filter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Unpack, overload

from pillarbox_engine import arguments
from pillarbox_engine.filters import Filter
from pillarbox_engine.fingerprint import MAX_MESSAGE
from pillarbox_engine.handle import OperationHandle
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.operation import PLAIN, OperationOptions
from pillarbox_engine.query import given
from pillarbox_engine.rehearsal import Rehearsal, rehearse
from pillarbox_engine.replaying import ReplayOptions, replay_options
from pillarbox_engine.states import State, Verb

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine


class OperatorVerbs:
    """The bulk verbs over one queue's jobs. Each answers a handle on the operation it began.

    `where` is a filter or a query such as `"error:timeout age>1h"`, held to this queue.
    """

    _engine: Engine
    name: str

    def requeue(
        self, state: State | str | None = None, *, where: Filter | str | None = None
    ) -> OperationHandle:
        """Make jobs ready now: those in `state`, those that match, or all that can be."""
        return self._operate(Verb.REQUEUE, state, where)

    @overload
    def replay(
        self,
        state: State | str = ...,
        *,
        where: Filter | str | None = ...,
        detach: bool = ...,
        dry_run: Literal[False] = ...,
        **options: Unpack[ReplayOptions],
    ) -> OperationHandle: ...

    @overload
    def replay(
        self,
        state: State | str = ...,
        *,
        where: Filter | str | None = ...,
        detach: bool = ...,
        dry_run: Literal[True],
        **options: Unpack[ReplayOptions],
    ) -> Rehearsal: ...

    def replay(
        self,
        state: State | str = State.DEAD,
        *,
        where: Filter | str | None = None,
        detach: bool = False,
        dry_run: bool = False,
        **options: Unpack[ReplayOptions],
    ) -> OperationHandle | Rehearsal:
        """Dead letters back to work, as an operation that a restart does not end.

        It is at its end when this returns, unless it has to wait (for its rate, its canary, room
        in the queue) or `detach` is set: then any process that has the store open goes on with
        it. `dry_run`: only how many jobs, and three payloads before and after the patch. Raises
        `InvalidOption`, `InvalidPayload` (the patch) and `NotFound` (the queue `to`).
        """
        arguments.flag("detach", detach)
        arguments.flag("dry_run", dry_run)
        plan = self._plan(Verb.REPLAY, state, where, replay_options(options))
        if dry_run:
            return rehearse(self._engine.backend, plan)
        return self._begin(plan, detach=detach)

    def release(self, *, where: Filter | str | None = None) -> OperationHandle:
        """Take leased jobs from their workers: ready again, no attempt charged."""
        return self._operate(Verb.RELEASE, None, where)

    def purge(
        self, state: State | str | None = None, *, where: Filter | str | None = None
    ) -> OperationHandle:
        """Move jobs to the trash; leased ones are skipped and counted."""
        return self._operate(Verb.PURGE, state, where)

    def restore(self, *, where: Filter | str | None = None) -> OperationHandle:
        """Take jobs back out of the trash, into the states they had."""
        return self._operate(Verb.RESTORE, None, where)

    def erase(self, *, where: Filter | str | None = None) -> OperationHandle:
        """Delete jobs in the trash for good: this cannot be undone."""
        return self._operate(Verb.ERASE, None, where)

    def cancel(
        self,
        state: State | str | None = None,
        *,
        where: Filter | str | None = None,
        reason: str = "",
    ) -> OperationHandle:
        """End live jobs without running them; `reason` is kept in their history."""
        arguments.text("reason", reason, MAX_MESSAGE)
        return self._operate(Verb.CANCEL, state, where, OperationOptions(reason=reason))

    def _operate(
        self, verb: Verb, state: State | str | None, where: Filter | str | None,
        options: OperationOptions = PLAIN,
    ) -> OperationHandle:  # fmt: skip
        return self._begin(self._plan(verb, state, where, options), detach=False)

    def _plan(
        self, verb: Verb, state: State | str | None, where: Filter | str | None,
        options: OperationOptions,
    ) -> OperationPlan:  # fmt: skip
        what = f"{verb} in {self.name}"
        return OperationPlan(verb=verb, where=self._where(state, where), what=what, options=options)

    def _begin(self, plan: OperationPlan, *, detach: bool) -> OperationHandle:
        handle = OperationHandle(self._engine, self._engine.backend.start_operation(plan))
        return handle if detach else handle.drive()

    def _where(self, state: State | str | None, where: Filter | str | None) -> Filter:
        wanted = Filter() if where is None else given(where)
        chosen = replace(wanted, queues=(self.name,))
        if state is None:
            return chosen
        return replace(chosen, states=frozenset({arguments.state(state)}))
