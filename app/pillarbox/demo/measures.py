"""What the demo measures while it runs: nothing it reports is assumed.

Owns the figures of the closing report, all of this run: progress and retries that were seen, the
most starts in any window of the rate limit, and the most jobs a bounded queue ever held.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Any

from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.settings import RateLimit


class Measures:
    """Counts what is seen. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._starts: list[int] = []
        self._progress: set[tuple[str, int, float]] = set()
        self._retries: set[tuple[str, int]] = set()
        self._refused: dict[str, int] = {}
        self._most: dict[str, int] = {}

    def started(self, at: datetime) -> None:
        """A rate-limited job was claimed at this time."""
        with self._lock:
            insort(self._starts, to_us(at))

    def progressed(self, job_id: str, attempt: int, percent: float) -> None:
        """A running job was read from the file with this much progress."""
        with self._lock:
            self._progress.add((job_id, attempt, percent))

    def retrying(self, job_id: str, attempt: int) -> None:
        """A job was read from the file waiting for another attempt after this one failed."""
        with self._lock:
            self._retries.add((job_id, attempt))

    def refused(self, queue: str) -> None:
        """`queue` was full and refused a job."""
        with self._lock:
            self._refused[queue] = self._refused.get(queue, 0) + 1

    def depth(self, queue: str, live: int) -> None:
        """`queue` was seen to hold `live` jobs that its bound counts."""
        with self._lock:
            self._most[queue] = max(live, self._most.get(queue, 0))

    def seen(self) -> dict[str, int]:
        """How many progress reports and retries were seen."""
        with self._lock:
            return {"progress": len(self._progress), "retries": len(self._retries)}

    def rate_limit(self, limit: RateLimit) -> dict[str, Any]:
        """The limit, the most starts in any of its windows, and whether it held."""
        with self._lock:
            most = most_in_any_window(self._starts, seconds_to_us(limit.per))
        held = most <= limit.max
        return {"max": limit.max, "per": limit.per, "most_in_any_window": most, "held": held}

    def bound(self, queue: str, max_depth: int) -> dict[str, Any]:
        """The bound of `queue`, the most it held, what it refused, and whether it held."""
        with self._lock:
            most, refused = self._most.get(queue, 0), self._refused.get(queue, 0)
        return {"max_depth": max_depth, "most": most, "refused": refused, "held": most <= max_depth}


def most_in_any_window(moments: Sequence[int], length: int) -> int:
    """The most of `moments` (sorted) that lie within any stretch shorter than `length`."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= length:
            first += 1
        most = max(most, last - first + 1)
    return most
