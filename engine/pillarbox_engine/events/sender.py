"""The thread that notices, and the worker that sends.

Owns `Sender`. Neither is on the way of any job: what is noticed is stored as a job of its own
queue, and sent by one thread of its own.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from pillarbox_engine.backoff import Exponential
from pillarbox_engine.bound import Bound
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import EngineClosed, PillarboxError
from pillarbox_engine.events.alarms import AlarmsToTell
from pillarbox_engine.events.deaths import DeathsToTell
from pillarbox_engine.events.occasions import EVERY, QUEUE, SETTINGS, Occasion
from pillarbox_engine.protocols import Change

LOG = logging.getLogger("pillarbox")
SHORTEST = 0.5
"""Seconds between two looks at least, whatever changes."""
LONGEST = 5.0
TROUBLE = Exponential(first=1.0, cap=60.0)
THREADS = 1


class _Looks(Protocol):
    def look(self, *, last: bool = False) -> float:
        """Store what is new; seconds until it must look again though nothing changed."""


class Sender:
    """Tells `handlers` ({"alarm", "dead": how}) of what happens from `start` on. Start it once.

    `every`: seconds between two events about dead letters.
    """

    def __init__(
        self, engine: Engine, handlers: Mapping[str, Bound], *, every: float = EVERY
    ) -> None:
        self._engine, self._every = engine, every
        engine.queue(QUEUE, defaults=SETTINGS)
        self._occasions = frozenset(handlers)
        self._worker = engine.worker((QUEUE,), dict(handlers), concurrency=THREADS)
        self._changed, self._stop = threading.Event(), threading.Event()
        self._looks: list[_Looks] = []
        self._failures = 0
        self._unsubscribe: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._loop, name="pillarbox-events", daemon=True)

    def start(self) -> Sender:
        """Begin; itself, for chaining."""
        if Occasion.ALARM in self._occasions:
            self._looks.append(AlarmsToTell(self._engine))
        if Occasion.DEAD in self._occasions:
            self._looks.append(DeathsToTell(self._engine, self._every))
        self._unsubscribe = self._engine.subscribe(self._on_change)
        self._worker.start()
        self._thread.start()
        return self

    def stop(self, timeout: float = 5.0) -> None:
        """Look once more, give what is being sent `timeout` seconds, and end; again: nothing.

        What was not sent stays stored, and is sent by the next process that has the file.
        """
        self._stop.set()
        self._changed.set()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
            self._thread.join(timeout)
        try:
            self._worker.join_idle(timeout)
        except EngineClosed:
            return
        finally:
            self._worker.stop(timeout)

    def __enter__(self) -> Sender:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _on_change(self, change: Change) -> None:
        self._changed.set()

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._changed.clear()
            pause = self._look()
            if not self._stop.wait(min(SHORTEST, pause)):
                self._changed.wait(max(0.0, min(pause, LONGEST) - SHORTEST))
        self._look(last=True)

    def _look(self, *, last: bool = False) -> float:
        """Store what is new; seconds until the next look."""
        try:
            pause = min(one.look(last=last) for one in self._looks)
        except EngineClosed:
            self._stop.set()
            return 0.0
        except PillarboxError as error:
            self._failures += 1
            LOG.warning("What is to be told of could not be read or stored: %s", error)
            return TROUBLE.delay(self._failures, random.random)
        self._failures = 0
        return pause
