"""From what became of a run to what the store is told.

Owns that one translation. What a failure leads to is `retry_policy`'s to say, unless the handler
itself asked for another run; its delay is then drawn here, from the job's own backoff.
"""

from __future__ import annotations

from pillarbox_engine.backoff import Random
from pillarbox_engine.fingerprint import failure_of
from pillarbox_engine.leasing import (
    Ack,
    CancelLease,
    Claimed,
    Lost,
    Nack,
    Reject,
    Release,
    Settlement,
    Snooze,
)
from pillarbox_engine.outcomes import (
    Cancelled,
    Died,
    Failed,
    Outcome,
    Rejected,
    Returned,
    Snoozed,
    Stopped,
)
from pillarbox_engine.retry_policy import failed


def settlement(
    claimed: Claimed, outcome: Outcome, started_us: int | None, random: Random
) -> Settlement:
    """What to tell the store about `claimed`, whose handler began at `started_us`."""
    lease = claimed.lease
    if isinstance(outcome, Returned):
        return Ack(lease, outcome.result_json, started_us)
    match outcome:
        case Failed(failure, after, asked=True):
            delay = claimed.backoff.delay(claimed.attempt, random) if after is None else after
            return Nack(lease=lease, failure=failure, delay=delay, started_us=started_us)
        case Failed(failure):
            return failed(claimed, failure, started_us, random)
        case Rejected(failure):
            return Reject(lease=lease, failure=failure, started_us=started_us)
        case Snoozed(after):
            return Snooze(lease=lease, delay=after, started_us=started_us)
        case Cancelled(reason):
            return CancelLease(lease=lease, reason=reason, started_us=started_us)
        case Stopped():
            return Release(lease=lease, started_us=started_us)
        case Died():
            return Lost(lease=lease, started_us=started_us)


def timed_out(claimed: Claimed) -> Failed:
    """The outcome of a run that took longer than it may."""
    message = f"The handler ran longer than its time-out of {claimed.timeout:g} s"
    return Failed(failure_of("TimeoutExpired", message, timed_out=True))
