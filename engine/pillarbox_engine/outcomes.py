"""How a handler says that its job did not simply succeed, and what became of a run.

Owns the exceptions a handler may raise (`Retry`, `Snooze`, `Reject`, `Cancel`; `Fail` and `Stop`,
for our own) and the records a runner answers with, which become settlements in `settling`. A
handler that returns is done; any other exception is a failure.
"""

from __future__ import annotations

from dataclasses import dataclass

from pillarbox_engine.model import Failure
from pillarbox_engine.settings import check_number

LONGEST = 100 * 366 * 86_400.0


class HandlerOutcome(Exception):
    """Base of what a handler raises on purpose to say how its job ended."""


class Retry(HandlerOutcome):
    """Failed, run again: after `after` seconds, or as the job's backoff says (None).

    Charged as an attempt: the last one ends as a dead letter. `reason` is kept as the error.
    """

    def __init__(self, reason: str = "", *, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.after = str(reason), None if after is None else _seconds(after)


class Snooze(HandlerOutcome):
    """Not now: run again after `after` seconds; no attempt is charged."""

    def __init__(self, after: float) -> None:
        super().__init__(after)
        self.after = _seconds(after)


class Reject(HandlerOutcome):
    """Hopeless: a dead letter now, whatever attempts are left."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = str(reason)


class Cancel(HandlerOutcome):
    """No longer needed: cancelled, neither done nor dead."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = str(reason)


class Fail(HandlerOutcome):
    """Failed, with all that retry rules look at: status, exit code, what the answer asked for."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Stop(HandlerOutcome):
    """It was asked to stop and did so before its end: given back, no attempt charged."""


def _seconds(after: float) -> float:
    check_number("after", after, 0, LONGEST)
    return float(after)


@dataclass(frozen=True, slots=True)
class Returned:
    """The handler returned; `result_json` is what, as JSON text (None: nothing)."""

    result_json: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The handler failed.

    `asked`: it asked for another run itself (`Retry`), so no rule looks at the failure; `after` is
    then how many seconds to wait, or None for the job's backoff.
    """

    failure: Failure
    after: float | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The handler raised `Reject`."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Snoozed:
    """The handler raised `Snooze`; `after` in seconds."""

    after: float


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The handler raised `Cancel`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The handler raised `Stop`."""


@dataclass(frozen=True, slots=True)
class Died:
    """The process that ran the handler ended without an outcome; `how` says in what way."""

    how: str


Outcome = Returned | Failed | Rejected | Snoozed | Cancelled | Stopped | Died
