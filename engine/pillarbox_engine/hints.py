"""Waiting for something to change, without polling hard and without missing a change.

Owns `Hints`: one subscription to a backend's change hints, shared by every caller of an engine
that waits (a blocking enqueue, a claim with `wait`, `join_idle`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from pillarbox_engine.protocols import Change, Changes
from pillarbox_engine.refusals import closed

RECHECK = 1.0
"""Seconds after which a waiter looks again although no hint came: hints may be lost."""


class Hints:
    """Counts the hints a backend gives and lets threads wait for the next one."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._condition = threading.Condition()
        self._seen: dict[str, int] = {}
        self._everywhere = 0
        self._closed = False
        self._unsubscribe: Callable[[], None] | None = None

    def mark(self, *queues: str) -> int:
        """A mark of now: `wait` returns at once if one of `queues` changed since it was taken.

        Take it before looking at the truth, so a change between look and wait is not missed.
        """
        with self._condition:
            if self._closed:
                raise closed()
            if self._unsubscribe is None:
                self._unsubscribe = self._changes.subscribe(self._note, prompt=True)
            return self._figure(queues)

    def check_open(self) -> None:
        """`EngineClosed` where the engine is closed."""
        with self._condition:
            if self._closed:
                raise closed()

    def wait(self, mark: int, timeout: float, *queues: str) -> None:
        """Wait for a hint about `queues` later than `mark`, or `timeout` or `RECHECK` seconds.

        Raises `EngineClosed` when the engine is closed meanwhile.
        """
        with self._condition:
            self._condition.wait_for(
                lambda: self._closed or self._figure(queues) != mark,
                timeout=max(0.0, min(timeout, RECHECK)),
            )
            if self._closed:
                raise closed()

    def close(self) -> None:
        """End all waiting, now and later, with `EngineClosed`."""
        with self._condition:
            self._closed = True
            unsubscribe, self._unsubscribe = self._unsubscribe, None
            self._condition.notify_all()
        if unsubscribe is not None:
            unsubscribe()

    def _figure(self, queues: tuple[str, ...]) -> int:
        return self._everywhere + sum(self._seen.get(queue, 0) for queue in queues)

    def _note(self, change: Change) -> None:
        with self._condition:
            if not change.queues:
                self._everywhere += 1
            for queue in change.queues:
                self._seen[queue] = self._seen.get(queue, 0) + 1
            self._condition.notify_all()
