"""What can be told, and the queue it goes through.

Owns `Occasion`, the queue's name and the settings it is made with: a receiver that is away for an
hour misses nothing, and one that never comes back costs a bounded number of jobs.
"""

from __future__ import annotations

from enum import StrEnum

from pillarbox_engine.backoff import Exponential
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import OnFull

QUEUE = "pillarbox.events"
EVERY = 10.0
"""Seconds between two events about dead letters, where the file says nothing: those of the time
between are told together."""

SETTINGS = QueueSettings(
    max_attempts=12, backoff=Exponential(first=5.0, cap=900.0), max_depth=1_000,
    on_full=OnFull.DROP_OLDEST, keep_done=1_000, keep_done_for=7 * 86_400.0,
)  # fmt: skip


class Occasion(StrEnum):
    """When something is told: the names below `[events]`, and the types of the jobs."""

    ALARM = "alarm"
    DEAD = "dead"
