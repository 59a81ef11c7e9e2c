"""The errors of a job's attempts as text: newest first, each beside the one before it.

Owns what the Error tab says: a line a failed attempt, its traceback, and the difference from
the failed attempt before. Pure text; no Qt.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from pillarbox_engine.model import Event, Failure

MAX_LINES = 2_000
"""How many lines of a traceback are compared; a longer one is cut for the comparison only."""


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """An attempt that failed, and the failure of the one before it (None: it was the first)."""

    event: Event
    error: Failure
    before: Event | None

    @property
    def same_as_before(self) -> bool:
        """Whether the attempt before failed in just the same way."""
        error = self.before.error if self.before else None
        return error is not None and _body(error) == _body(self.error)


def failed_attempts(history: tuple[Event, ...]) -> tuple[FailedAttempt, ...]:
    """The entries of a history that carry an error, newest first."""
    failed = [event for event in history if event.error is not None]
    befores: list[Event | None] = [None, *failed][: len(failed)]
    pairs = zip(failed, befores, strict=True)
    found = [FailedAttempt(e, e.error, before) for e, before in pairs if e.error is not None]
    return tuple(reversed(found))


def body(failure: Failure) -> str:
    """All that is known of a failure: its traceback, or type and message where there is none."""
    return "\n".join(_body(failure))


def _body(failure: Failure) -> list[str]:
    headline = f"{failure.type}: {failure.message}" if failure.message else failure.type
    if not failure.traceback:
        return headline.splitlines() or [failure.type]
    lines = failure.traceback.rstrip().splitlines()
    return lines if failure.type.rsplit(".", 1)[-1] in lines[-1] else [*lines, "", headline]


def difference(failed: FailedAttempt) -> str:
    """A line diff from the failed attempt before to this one; "" if they are the same."""
    error = failed.before.error if failed.before else None
    if error is None or failed.same_as_before:
        return ""
    lines = difflib.unified_diff(
        _body(error)[:MAX_LINES], _body(failed.error)[:MAX_LINES], lineterm="", n=2
    )
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))
