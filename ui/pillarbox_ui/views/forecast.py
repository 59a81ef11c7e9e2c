"""Where a queue is going, in words: when it is drained, or when it is full. Pure.

Owns the arithmetic: what is in less what is out, over the last ten seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from pillarbox_engine.model import QueueSummary
from pillarbox_ui.widgets import words

LEAST_RATE = 0.05
"""Jobs a second; a slower change is none: it would be weeks away, and noise by then."""
FURTHEST = 30 * 86_400.0
"""Seconds; what is further away is not foretold."""


def forecast(queues: Sequence[QueueSummary]) -> str:
    """When these queues are drained, if they are being so; or when the first of them is full."""
    filling = [(left, queue.name) for queue in queues if (left := time_to_full(queue)) is not None]
    if filling:
        left, name = min(filling)
        said = words.tr("full in {0}").format(words.countdown(left)) if left else words.tr("full")
        return f"{name} {said}" if len(queues) > 1 else said
    drained = time_to_drain(queues)
    if drained is not None:
        return words.tr("drained in {0}").format(words.countdown(drained))
    growth = sum(queue.in_rate - queue.out_rate for queue in queues)
    if growth >= LEAST_RATE:
        return words.tr("grows by {0}").format(words.rate(growth))
    return ""


def time_to_drain(queues: Sequence[QueueSummary]) -> float | None:
    """Seconds until what is ready and in flight is done, at the present rates; None: it is not."""
    left = sum(queue.counts.ready + queue.counts.leased for queue in queues)
    speed = sum(queue.out_rate - queue.in_rate for queue in queues)
    return left / speed if left and speed >= LEAST_RATE and left / speed <= FURTHEST else None


def time_to_full(queue: QueueSummary) -> float | None:
    """Seconds until a bounded queue refuses jobs, at the present rates; None: it will not."""
    bound, growth = queue.settings.max_depth, queue.in_rate - queue.out_rate
    if bound is None or growth < LEAST_RATE:
        return None
    left = max(0.0, (bound - queue.counts.live) / growth)
    return left if left <= FURTHEST else None
