"""The total retry time: from when it is counted, and whether another attempt still fits.

Owns the rule. It begins with the start of the first attempt that was charged since the job was
enqueued, or last replayed or requeued: attempts that were given back (snoozed, released, lost)
begin nothing. The history tells it, so a job that succeeds costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.model import Event
from pillarbox_engine.states import EventKind

CHARGED = frozenset({EventKind.FAILED, EventKind.TIMED_OUT})
"""The entries of a history that are attempts which counted, and after which a job ran again."""
AFRESH = frozenset({EventKind.REQUEUED, EventKind.REPLAYED})
"""The entries after which it is counted anew."""


def first_start(history: Iterable[Event], started_us: int) -> int:
    """When the first attempt that counts began; `started_us` is when the one that ends now did."""
    first = started_us
    for event in reversed(list(history)):
        if event.kind in AFRESH:
            break
        if event.kind in CHARGED and event.started_at is not None:
            first = min(first, to_us(event.started_at))
    return first


def past_limit(first_us: int, now_us: int, delay: float, limit: float) -> str:
    """Why an attempt `delay` seconds from now would begin too late; empty: it would not."""
    if now_us + seconds_to_us(delay) <= first_us + seconds_to_us(limit):
        return ""
    return f"the next attempt would begin after its retry time of {limit:g} s"
