"""The thread that makes the sign-ups arrive.

Owns when jobs are enqueued: what an earlier run left is finished first, then the story goes on
with new sign-ups for as long as it was asked to.
"""

from __future__ import annotations

from threading import Event, Thread
from time import monotonic

from pillarbox.demo.measures import Measures
from pillarbox.demo.story import CRM, SETTINGS, Arrival, arrivals
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import EngineClosed, QueueFull

LOOK_EVERY = 0.25
"""Seconds between looks at whether what was left is finished."""


class Producer:
    """Enqueues the story's arrivals until its time is over or it is stopped."""

    def __init__(
        self, engine: Engine, measures: Measures, *, seed: int, seconds: float | None
    ) -> None:
        self._engine, self._measures = engine, measures
        self._seed, self._seconds = seed, seconds
        self._stop, self.finished = Event(), Event()
        self._thread = Thread(target=self._run, name="demo-sign-ups", daemon=True)
        self.continues = any(_live(engine, name) for name in SETTINGS)
        """Whether jobs of an earlier run are left, which come first."""

    def start(self) -> None:
        """Let the sign-ups come."""
        self._thread.start()

    def stop(self) -> None:
        """No more sign-ups. Returns when the thread has ended."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            if self.continues:
                self._await_what_is_left()
            if not (self.continues and self._seconds is not None):
                self._sign_ups()
        except EngineClosed:
            return  # the window was closed under us: there is nobody left to sign up for
        finally:
            self.finished.set()

    def _await_what_is_left(self) -> None:
        """Wait for an earlier run's jobs; without end of time the slow queue may take longer."""
        names = [name for name in SETTINGS if self._seconds is not None or name != CRM]
        until = None if self._seconds is None else monotonic() + self._seconds
        while any(_live(self._engine, name) for name in names):
            if self._stop.wait(LOOK_EVERY) or (until is not None and monotonic() >= until):
                return

    def _sign_ups(self) -> None:
        start = monotonic()
        first = 1 + self._engine.counts().enqueued_total
        for arrival in arrivals(self._seed, self._seconds, first=first):
            if self._stop.wait(max(0.0, start + arrival.at - monotonic())):
                return
            self._enqueue(arrival)
        if self._seconds is not None:
            self._stop.wait(max(0.0, start + self._seconds - monotonic()))

    def _enqueue(self, arrival: Arrival) -> None:
        queue = self._engine.queue(arrival.queue)
        try:
            queue.enqueue(arrival.payload, type=arrival.type, **arrival.options)
        except QueueFull:
            self._measures.refused(arrival.queue)
            self._measures.depth(arrival.queue, _live(self._engine, arrival.queue))


def _live(engine: Engine, queue: str) -> int:
    return engine.queue(queue).counts().live
