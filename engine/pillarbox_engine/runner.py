"""How a handler is run: the seam between the pool and threads or processes.

Owns the `Runner` Protocol, `ThreadRunner`, and the one place where a handler is called and
everything it can do is turned into an `Outcome`.
"""

from __future__ import annotations

from typing import Protocol

from pillarbox_engine import payload
from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import InvalidPayload
from pillarbox_engine.fingerprint import failure_from, failure_of
from pillarbox_engine.model import JsonValue
from pillarbox_engine.outcomes import (
    Cancel,
    Cancelled,
    Fail,
    Failed,
    Outcome,
    Reject,
    Rejected,
    Retry,
    Returned,
    Snooze,
    Snoozed,
    Stop,
    Stopped,
)
from pillarbox_engine.routing import Handler
from pillarbox_engine.settings import DEFAULT_PAYLOAD_LIMIT

MAX_RESULT = DEFAULT_PAYLOAD_LIMIT
"""Bytes of JSON a result may have."""


_NOTHING = Returned()


class Runner(Protocol):
    """Runs one job at a time in the thread that calls `run`."""

    def run(self, context: JobContext, handler: Handler) -> Outcome:
        """Run `handler` on `context` to its end. Never raises."""

    def cancel(self, context: JobContext) -> None:
        """Ask the handler to stop: its `cancelled` is set."""

    def end(self, context: JobContext) -> bool:
        """End the run by force, so `run` returns soon; False: it cannot be ended."""


class ThreadRunner:
    """Runs handlers right here; a thread cannot be ended from outside."""

    def run(self, context: JobContext, handler: Handler) -> Outcome:
        """Call the handler."""
        return outcome_of(context, handler)

    def cancel(self, context: JobContext) -> None:
        """Set `cancelled`."""
        context.stop()

    def end(self, context: JobContext) -> bool:
        """It cannot."""
        return False


class HeedingRunner(ThreadRunner):
    """Runs handlers that end within seconds of being asked to stop, so no force is needed."""

    def end(self, context: JobContext) -> bool:
        """It was asked to stop, and will."""
        context.stop()
        return True


def outcome_of(context: JobContext, handler: Handler) -> Outcome:
    """Call `handler` and say what became of it.

    Whatever it raises ends here, `KeyboardInterrupt` and `SystemExit` too: a handler's exception
    is its job's affair and never the worker's.
    """
    try:
        result = handler(context)
    except BaseException as error:
        return _raised(error)
    return _returned(result)


def _raised(error: BaseException) -> Outcome:
    match error:
        case Retry():
            return Failed(failure_of("Retry", error.reason or "The handler asked to run again"),
                          error.after, asked=True)  # fmt: skip
        case Snooze():
            return Snoozed(error.after)
        case Reject():
            return Rejected(failure_of("Reject", error.reason or "Rejected by the handler"))
        case Cancel():
            return Cancelled(error.reason)
        case Stop():
            return Stopped()
        case Fail():
            return Failed(error.failure)
        case _:
            return Failed(failure_from(error))


def _returned(result: JsonValue) -> Outcome:
    if result is None:
        return _NOTHING
    try:
        text = payload.encode(result)
    except InvalidPayload as error:
        return Failed(failure_of("InvalidResult", f"The handler's result is not JSON: {error}"))
    if len(text.encode()) > MAX_RESULT:
        reason = f"The handler's result is over {MAX_RESULT:,} bytes; return a reference to it"
        return Failed(failure_of("ResultTooLarge", reason))
    return Returned(text)
