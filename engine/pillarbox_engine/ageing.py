"""Priority ageing: the longer a job waits, the sooner its turn comes, so nothing starves.

Owns `rank`, the first part of claim order. Under linear ageing every waiting job gains at the
same rate, so the order of two jobs never changes with time: a figure worked out once, when a job
begins to wait, will do, and no job is ever touched only because time went by.
"""

from __future__ import annotations

from pillarbox_engine.clock import seconds_to_us


def rank(priority: int, since_us: int, ageing: float | None) -> int:
    """Where a job stands, lower first: its priority, or with `ageing` that many seconds a level.

    `since_us`: when it began to wait. A job of level 500 is level with one of 499 that came
    `ageing` seconds later.
    """
    return priority if ageing is None else priority * seconds_to_us(ageing) + since_us
