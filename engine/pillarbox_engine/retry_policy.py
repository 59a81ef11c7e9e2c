"""What the store is told of a failure: again and when, a dead letter, or cancelled.

Owns the decision. The store knows nothing of rules; it gets a `Nack`, a `Reject` or a
`CancelLease`, and itself sees to the limits on attempts and total time.
"""

from __future__ import annotations

from dataclasses import replace

from pillarbox_engine.backoff import Random
from pillarbox_engine.leasing import CancelLease, Claimed, Nack, Reject, Settlement
from pillarbox_engine.model import Failure
from pillarbox_engine.retry_rules import HEADER, RetryRule, Then, first_match

BY_RULE = "by a retry rule"
MAX_REASON = 500


def failed(
    claimed: Claimed, failure: Failure, started_us: int | None, random: Random
) -> Settlement:
    """What becomes of `claimed`, whose run failed: the first matching rule decides.

    Where none matches, it is tried again after what the failure itself asks for (`retry_after`),
    else after the job's backoff.
    """
    rule = first_match(claimed.retry_rules, failure) if claimed.retry_rules else None
    kept = _kept(failure)
    if rule is not None and rule.then is Then.DEAD:
        return Reject(lease=claimed.lease, failure=kept, started_us=started_us, detail=BY_RULE)
    if rule is not None and rule.then is Then.DISCARD:
        return CancelLease(lease=claimed.lease, reason=_reason(failure), started_us=started_us)
    delay = _delay(claimed, failure, rule, random)
    return Nack(lease=claimed.lease, failure=kept, delay=delay, started_us=started_us)


def _delay(claimed: Claimed, failure: Failure, rule: RetryRule | None, random: Random) -> float:
    after = HEADER if rule is None else rule.after
    if after == HEADER:
        after = failure.retry_after
    if isinstance(after, (int, float)):
        return float(after)
    return claimed.backoff.delay(claimed.attempt, random)


def _reason(failure: Failure) -> str:
    text = f"{failure.type}: {failure.message}"
    return f"discarded {BY_RULE}: {text[:MAX_REASON]}"


def _kept(failure: Failure) -> Failure:
    """The failure without what only rules look at: that much the store keeps of it."""
    return replace(failure, bases=(), status=None, exit_code=None, retry_after=None)
