"""The life cycle of a job: which verb applies in which state, and what it leads to.

Owns the one table both backends obey and `docs/lifecycle.md` is written from. Where a cell is
missing, the verb is a `Conflict` in that state and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pillarbox_engine.states import EventKind, State, Verb


class Attempts(StrEnum):
    """What a transition does to the attempt counter (counted from 1, charged at claim)."""

    KEEP = "keep"
    CHARGE = "charge"
    GIVE_BACK = "give back"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One cell of the table.

    `to` is the state afterwards; None means "the state it was trashed from" (restore) or "none,
    the row is gone" (erase). `raises_fence`: the lease holder's later calls fail. `checks_bound`:
    refused with `QueueFull` where the queue has no room. `checks_key`: left alone where another
    job holds its unique key by now. `event`: what the history records.
    """

    to: State | None
    attempts: Attempts = Attempts.KEEP
    lost: str = "keep"
    raises_fence: bool = False
    checks_bound: bool = False
    checks_key: bool = False
    event: EventKind | None = None
    undo: str = "none"


_S, _V, _A, _E = State, Verb, Attempts, EventKind

_REVIVED = Transition(
    to=_S.READY, attempts=_A.RESET, lost="reset", checks_bound=True, checks_key=True,
    event=_E.REQUEUED,
)  # fmt: skip
_TRASHED = Transition(to=_S.TRASHED, event=_E.PURGED, undo="restore")
_ENDED = Transition(to=_S.CANCELLED, event=_E.CANCELLED, undo="requeue")
_EXPIRED = Transition(to=_S.DEAD, event=_E.EXPIRED, undo="replay")
_OVERFLOWED = Transition(to=_S.DEAD, event=_E.OVERFLOWED, undo="replay")

TABLE: dict[tuple[Verb, State], Transition] = {
    (_V.CLAIM, _S.READY): Transition(to=_S.LEASED, attempts=_A.CHARGE, raises_fence=True),
    (_V.EXTEND, _S.LEASED): Transition(to=_S.LEASED),
    (_V.ACK, _S.LEASED): Transition(to=_S.DONE, event=_E.DONE, undo="requeue"),
    (_V.ACK, _S.DONE): Transition(to=_S.DONE),
    (_V.NACK, _S.LEASED): Transition(to=_S.SCHEDULED, event=_E.FAILED),
    (_V.REJECT, _S.LEASED): Transition(to=_S.DEAD, event=_E.REJECTED, undo="replay"),
    (_V.RELEASE, _S.LEASED): Transition(
        to=_S.READY, attempts=_A.GIVE_BACK, raises_fence=True, event=_E.RELEASED
    ),
    (_V.SNOOZE, _S.LEASED): Transition(to=_S.SCHEDULED, attempts=_A.GIVE_BACK, event=_E.SNOOZED),
    (_V.LOSE, _S.LEASED): Transition(
        to=_S.READY, attempts=_A.GIVE_BACK, lost="add one", raises_fence=True, event=_E.LOST
    ),
    (_V.AWAIT, _S.SCHEDULED): Transition(to=_S.WAITING),
    (_V.AWAIT, _S.READY): Transition(to=_S.WAITING),
    (_V.PROCEED, _S.WAITING): Transition(to=_S.READY),
    (_V.FAIL, _S.WAITING): Transition(to=_S.DEAD, event=_E.CHILD_FAILED, undo="replay"),
    (_V.EXPIRE, _S.WAITING): _EXPIRED,
    (_V.EXPIRE, _S.SCHEDULED): _EXPIRED,
    (_V.EXPIRE, _S.READY): _EXPIRED,
    (_V.OVERFLOW, _S.SCHEDULED): _OVERFLOWED,
    (_V.OVERFLOW, _S.READY): _OVERFLOWED,
    (_V.PROMOTE, _S.SCHEDULED): Transition(to=_S.READY),
    (_V.REQUEUE, _S.SCHEDULED): Transition(to=_S.READY, event=_E.REQUEUED),
    (_V.REQUEUE, _S.READY): Transition(to=_S.READY),
    (_V.REQUEUE, _S.DONE): _REVIVED,
    (_V.REQUEUE, _S.DEAD): _REVIVED,
    (_V.REQUEUE, _S.CANCELLED): _REVIVED,
    (_V.REPLAY, _S.DEAD): Transition(
        to=_S.READY,
        attempts=_A.RESET,
        lost="reset",
        checks_bound=True,
        checks_key=True,
        event=_E.REPLAYED,
    ),
    (_V.CANCEL, _S.WAITING): _ENDED,
    (_V.CANCEL, _S.SCHEDULED): _ENDED,
    (_V.CANCEL, _S.READY): _ENDED,
    (_V.CANCEL, _S.LEASED): Transition(
        to=_S.CANCELLED, raises_fence=True, event=_E.CANCELLED, undo="requeue"
    ),
    (_V.PURGE, _S.WAITING): _TRASHED,
    (_V.PURGE, _S.SCHEDULED): _TRASHED,
    (_V.PURGE, _S.READY): _TRASHED,
    (_V.PURGE, _S.DONE): _TRASHED,
    (_V.PURGE, _S.DEAD): _TRASHED,
    (_V.PURGE, _S.CANCELLED): _TRASHED,
    (_V.RESTORE, _S.TRASHED): Transition(
        to=None, checks_bound=True, checks_key=True, event=_E.RESTORED
    ),
    (_V.ERASE, _S.TRASHED): Transition(to=None),
}
"""The table. Notes that no cell can hold:

- NACK leads to DEAD (reason exhausted, or timed_out) when the attempt was the last one. NACK and
  SNOOZE without a delay lead to READY at once.
- LOSE leads to DEAD (reason lost) when the lost count reaches `max_lost`. A lease whose job had
  been claimed ahead but not started when its process died is a RELEASE instead.
- AWAIT, PROCEED and FAIL happen to parents: a child of theirs came back to life; the last one
  ended; one ended other than done under the policy `fail`. PROCEED leads to SCHEDULED where the
  parent is due later.
- A parent with a live child that REQUEUE, REPLAY, RESTORE or the end of a lease lead to READY or
  SCHEDULED is in WAITING after it (AWAIT follows at once).
- REPLAY with a rate leads to SCHEDULED, each job later than the one before; the one that is due
  now is READY.
- RESTORE checks the bound only where the job returns to a live state, and the unique key only
  where it returns to a state in which it would hold it.
"""


def transition(verb: Verb, state: State) -> Transition | None:
    """The cell for `verb` in `state`; None is a `Conflict`."""
    return TABLE.get((verb, state))


def states_for(verb: Verb) -> frozenset[State]:
    """The states in which `verb` applies."""
    return frozenset(state for (v, state) in TABLE if v is verb)
