"""A verb done to a job, with all that it means to the job's parent and children.

Owns `apply` and `erase`, the two ways verbs take here.
"""

from __future__ import annotations

from pillarbox_engine.memory import flows
from pillarbox_engine.memory.changing import PLAIN, How, change, remove
from pillarbox_engine.memory.rows import Row
from pillarbox_engine.memory.store import Store
from pillarbox_engine.states import State, Verb


def apply(store: Store, row: Row, verb: Verb, how: How = PLAIN) -> bool:
    """Do `verb` to the job; False (and nothing changed) where the table has no such cell."""
    before = flows.before(row)
    done = change(store, row, verb, how)
    if done and verb is not Verb.PURGE:
        flows.moved(store, row, before)
    return done


def erase(store: Store, row: Row, counted_as: State) -> None:
    """Delete a job for good; the ledger goes on counting it as what it was."""
    before = flows.before(row)
    remove(store, row, counted_as)
    flows.gone(store, row, before)
