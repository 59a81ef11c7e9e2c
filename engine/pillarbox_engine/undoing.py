"""How an operation is taken back: by which verb, which of its jobs, and when it cannot be.

Owns those rules for both backends. A purge is undone by a restore, a cancel by a requeue, and of
a replay the jobs that have not started since are cancelled; nothing else can be taken back.
"""

from __future__ import annotations

from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.errors import Conflict
from pillarbox_engine.filters import Filter
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.model import Operation
from pillarbox_engine.operation import OperationOptions
from pillarbox_engine.states import State, Verb

UNDONE_BY = {Verb.PURGE: Verb.RESTORE, Verb.REPLAY: Verb.CANCEL, Verb.CANCEL: Verb.REQUEUE}
UNTOUCHED = {
    Verb.PURGE: (State.TRASHED,),
    Verb.REPLAY: (State.SCHEDULED, State.READY),
    Verb.CANCEL: (State.CANCELLED,),
}
"""In which states, under the fence it had then, a job is still as the operation left it."""
KEPT_US = seconds_to_us(7 * 86_400)
"""How long the list of an ended operation's jobs is kept, and undo with it."""


def undo_plan(told: Operation) -> OperationPlan:
    """The plan that takes an operation back; its jobs are found by the backend."""
    verb = UNDONE_BY.get(Verb(told.verb))
    if verb is None or told.undone:
        raise cannot_undo(told)
    what = f"undo of operation {told.id}: {told.what}"
    options = OperationOptions(reason=what if verb is Verb.CANCEL else "")
    return OperationPlan(verb=verb, where=Filter(), what=what, options=options)


def cannot_undo(told: Operation) -> Conflict:
    """The error for an operation that cannot be taken back."""
    if told.undone:
        reason = "it was undone before"
    elif Verb(told.verb) not in UNDONE_BY:
        reason = f"a {told.verb} has no undo"
    else:
        reason = "no job is still as it left it"
    return Conflict(f"Operation {told.id} cannot be undone", reason, "Act on its jobs by hand")
