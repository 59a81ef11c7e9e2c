"""How a running operation tells how far it is, and learns that it should stop.

Owns `Progress`, which work on a pool thread holds, and `Cancelled`, by which it leaves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from pillarbox_engine.errors import PillarboxError


class Cancelled(PillarboxError):
    """The person cancelled; what was done until then stays done."""


class Progress:
    """Shared between the thread that works and the window that watches. Thread-safe."""

    def __init__(self, notify: Callable[[], None] = lambda: None) -> None:
        self._notify = notify
        self._lock = threading.Lock()
        self._figures = (0, 0)
        self._told = True
        self._cancel = threading.Event()
        self._leave = threading.Event()

    def report(self, done: int, total: int = 0) -> None:
        """Say how far the work is. `total` 0: not known. Never raises, so work can end well."""
        with self._lock:
            self._figures = (done, total)
            first, self._told = self._told, False
        if first:
            self._notify()

    def check(self) -> None:
        """Leave the work by `Cancelled` if the person asked for that."""
        if self._cancel.is_set():
            raise Cancelled("Cancelled", "what was done until then stays done")

    @property
    def cancelled(self) -> bool:
        """Whether the person asked to stop."""
        return self._cancel.is_set()

    @property
    def leaving(self) -> bool:
        """Whether the window is closing: what can go on without it should not be cancelled."""
        return self._leave.is_set()

    def leave(self) -> None:
        """Ask the work to stop because the window closes."""
        self._leave.set()
        self._cancel.set()

    def cancel(self) -> None:
        """Ask the work to stop at the next chunk."""
        self._cancel.set()

    def take(self) -> tuple[int, int]:
        """The latest (done, total); the next report notifies again."""
        with self._lock:
            self._told = True
            return self._figures
