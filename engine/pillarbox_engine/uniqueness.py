"""Unique keys: at most one job of a queue holds a key, and what that means for the next one.

Owns `Unique`, the terms a producer gives, `Hold`, what a job keeps of them, and their check. It
is the holder's own terms that count: a job occupies its key while it is live and in the further
states it names, so none that returns from a worker finds its key taken. An enqueue that meets a
holder whose terms are no longer met (its window is over, or it runs and `leased` was not named)
takes the key over for good.
"""

from __future__ import annotations

from dataclasses import dataclass

from pillarbox_engine import arguments
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.settings import check_number
from pillarbox_engine.states import LIVE_STATES, State

LONGEST_KEY = 500
"""How many characters a unique key may have."""

REPLACEABLE = frozenset(
    {
        "payload",
        "type",
        "priority",
        "run_at",
        "max_attempts",
        "backoff",
        "retry_for",
        "timeout",
        "expires_at",
    }
)
"""What a job that still waits can take over from a later one of its key."""

UNSTARTED = frozenset({State.WAITING, State.SCHEDULED, State.READY})
"""The states in which a job can be changed, and in which every unique key holds."""

_LONGEST_WINDOW = 100 * 366 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """How a unique key holds.

    `states`: those in which a job holds its key; waiting, scheduled and ready are always among
    them, leased, done, dead and cancelled may be. `window`: seconds from its enqueue after which
    it holds no more; None: for as long as it is in these states. `replace`: names of what a job
    that still waits takes over from this one (`REPLACEABLE`), instead of staying as it is.
    """

    states: frozenset[State] = LIVE_STATES
    window: float | None = None
    replace: frozenset[str] = frozenset()


PLAIN = Unique()


@dataclass(frozen=True, slots=True)
class Hold:
    """A job's hold on its key; `until_us`: when its window ends, in microseconds."""

    states: frozenset[State]
    until_us: int | None

    def occupies(self, state: State) -> bool:
        """Whether no other job can have the key while this one is in `state`."""
        return state in LIVE_STATES or state in self.states

    def is_over(self, now: int) -> bool:
        """Whether its window has ended."""
        return self.until_us is not None and now >= self.until_us

    def holds(self, state: State, now: int) -> bool:
        """Whether an enqueue of the same key is a conflict."""
        return state in self.states and not self.is_over(now)


def hold_of(terms: Unique | None, now: int) -> Hold:
    """The hold of a job enqueued now."""
    given = PLAIN if terms is None else terms
    until = None if given.window is None else now + seconds_to_us(given.window)
    return Hold(given.states, until)


def check_unique(key: str | None, terms: Unique | None = None) -> None:
    """`InvalidOption` for a key or terms no queue can take."""
    if key is None:
        if terms is not None:
            raise InvalidOption(
                "unique needs a unique_key", "only its terms were given", "Give both, or neither"
            )
        return
    arguments.text("unique_key", key, LONGEST_KEY, least=1)
    if terms is not None:
        _check_terms(terms)


def _check_terms(terms: Unique) -> None:
    arguments.kind("unique", terms, Unique)
    _check_names("states", terms.states, frozenset(State) - {State.TRASHED})
    _check_names("replace", terms.replace, REPLACEABLE)
    if not terms.states >= UNSTARTED:
        raise InvalidOption(
            "unique.states leaves out a state in which jobs wait",
            f"waiting, scheduled and ready must be in it, got {', '.join(sorted(terms.states))}",
            "Add the states that are missing",
        )
    if terms.window is not None:
        check_number("unique.window", terms.window, 0.001, _LONGEST_WINDOW)


def _check_names(name: str, given: object, known: frozenset[State] | frozenset[str]) -> None:
    arguments.kind(f"unique.{name}", given, frozenset)
    assert isinstance(given, frozenset)
    unknown = sorted(str(one) for one in given - known)
    if unknown:
        raise InvalidOption(
            f"unique.{name} cannot have {unknown[0]!r}",
            "it means nothing there",
            f"Known: {', '.join(sorted(known))}",
        )
