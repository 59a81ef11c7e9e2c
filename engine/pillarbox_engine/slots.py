"""Numbers for the threads of a process that run jobs, so each has a mark of its own.

Owns `Slots`: the smallest free number from 0, for `Consumer.mark_started`.
"""

from __future__ import annotations

import heapq
import threading


class Slots:
    """Hands out small numbers and takes them back. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: list[int] = []
        self._next = 0

    def take(self) -> int:
        """The smallest number nobody holds."""
        with self._lock:
            if self._free:
                return heapq.heappop(self._free)
            self._next += 1
            return self._next - 1

    def give(self, slot: int) -> None:
        """Hand `slot` back."""
        with self._lock:
            heapq.heappush(self._free, slot)
