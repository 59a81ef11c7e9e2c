"""The thread that does the store's maintenance when it is due.

Owns `Maintenance`: one call of `Backend.maintain` after another, as late as the backend allows,
earlier when something changed, and on through storage errors.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from typing import Protocol

from pillarbox_engine.backoff import Exponential
from pillarbox_engine.errors import EngineClosed, PillarboxError
from pillarbox_engine.protocols import Change, Changes

LOG = logging.getLogger("pillarbox")
SHORTEST = 1.0
"""Seconds between two turns at least, whatever changes."""
LONGEST = 60.0
TROUBLE = Exponential(first=1.0, cap=60.0)
"""How long to wait after an error of the store."""


class Maintained(Changes, Protocol):
    """What maintenance needs of a backend."""

    def maintain(self) -> float:
        """Do what is due; seconds until more may be."""


class Maintenance:
    """Start it once, stop it once. `on_problem` is called with each error it lives through."""

    def __init__(
        self,
        backend: Maintained,
        *,
        on_problem: Callable[[PillarboxError], None] | None = None,
        shortest: float = SHORTEST,
        trouble: Exponential = TROUBLE,
    ) -> None:
        self._backend, self._on_problem = backend, on_problem
        self._shortest, self._trouble = shortest, trouble
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._failures = 0
        self._thread = threading.Thread(
            target=self._loop, name="pillarbox-maintenance", daemon=True
        )
        self._unsubscribe: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin; the first turn comes at once."""
        self._unsubscribe = self._backend.subscribe(self._on_change, prompt=True)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """End after the turn under way, waiting at most `timeout` seconds for it."""
        self._stop.set()
        self._changed.set()
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _on_change(self, change: Change) -> None:
        if not self._changed.is_set():
            self._changed.set()

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._changed.clear()
            pause = self._turn()
            # A change may bring the next work forward, but never nearer than `shortest`.
            if not self._stop.wait(min(self._shortest, pause)):
                self._changed.wait(max(0.0, min(pause, LONGEST) - self._shortest))

    def _turn(self) -> float:
        """One turn; seconds until the next."""
        try:
            pause = self._backend.maintain()
        except EngineClosed:
            self._stop.set()
            return 0.0
        except Exception as error:
            # The thread must outlive whatever a store does: without it nothing falls due.
            self._failures += 1
            LOG.warning("Maintenance of the store failed: %s", error)
            if isinstance(error, PillarboxError):
                self._say(error)
            else:
                LOG.exception("Maintenance failed in a way nobody foresaw")
            return self._trouble.delay(self._failures, random.random)
        self._failures = 0
        return pause

    def _say(self, error: PillarboxError) -> None:
        if self._on_problem is not None:
            self._on_problem(error)
