"""Running jobs in processes of their own, which can be ended and may die.

Owns `ChildRunner`: a fresh process for each job, or processes that are kept for the next one, and
which of them runs what just now. The talk with one of them is `resident`'s.
"""

from __future__ import annotations

import os
import threading

from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import ProgrammingFault
from pillarbox_engine.fingerprint import failure_of
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.outcomes import Failed, Outcome
from pillarbox_engine.resident import Resident
from pillarbox_engine.routing import Handler, Place, place_of

IMPORTING = "PILLARBOX_IMPORTING_HANDLER"
"""Set in a child's environment while it imports the handler's module."""
LOST_GRACE = 5.0
"""Seconds a handler has to heed `job.cancelled` once its lease is gone; then its process ends."""
DEATH_SECONDS = 2.0
"""How long the end of a killed process is waited for: the kernel takes milliseconds."""


class ChildRunner:
    """Runs each job in a process. Only for handlers that `place_of` can name.

    `keep`: at most so many processes are kept for the next job of the same handler; 0: each job
    has a fresh one.
    """

    def __init__(self, keep: int = 0) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._running: dict[LeaseRef, Resident] = {}
        self._ended: set[LeaseRef] = set()
        self._idle: list[tuple[Place, Resident]] = []
        self._closed = False

    def run(self, context: JobContext, handler: Handler) -> Outcome:
        """Have a process run the handler, and hear what became of it."""
        place = place_of(handler)
        if place is None:
            return Failed(failure_of("NotImportable", f"{handler!r} cannot be imported by name"))
        try:
            outcome = self._run_on(self._resident(place), context, place)
            # A kept process had ended while it was idle: that is not the job's affair.
            return outcome or self._run_on(Resident(), context, place) or _unheard()
        except OSError as error:
            return Failed(failure_of("ChildNotStarted", f"No process could be started: {error}"))

    def cancel(self, context: JobContext) -> None:
        """Set `cancelled` here and in the child; once its lease is lost, it has not long."""
        context.stop()
        with self._lock:
            resident = self._running.get(context.lease)
        if resident is None:
            return
        resident.cancel(context.lease)
        if context.lost:
            timer = threading.Timer(LOST_GRACE, self._kill, (context.lease,))
            timer.daemon = True
            timer.start()

    def end(self, context: JobContext) -> bool:
        """Kill the child and all it started; it has ended when this returns."""
        with self._lock:
            self._ended.add(context.lease)
        resident = self._kill(context.lease)
        if resident is not None:
            resident.wait(DEATH_SECONDS)
        return True

    def close(self) -> None:
        """End the processes that are kept; those that run end with their jobs."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for _, resident in idle:
            resident.close()

    def _run_on(self, resident: Resident, context: JobContext, place: Place) -> Outcome | None:
        self._register(context.lease, resident)
        try:
            return resident.run(context, place)
        finally:
            self._forget(context.lease)
            self._put_back(place, resident)

    def _resident(self, place: Place) -> Resident:
        """One that served the handler before, or a fresh one; another makes room for it."""
        with self._lock:
            own = [pair for pair in self._idle if pair[0] == place]
            pair = own[-1] if own else None
            if pair is None and self._idle and self._is_full():
                pair = self._idle[0]
            if pair is not None:
                self._idle.remove(pair)
        if pair is None:
            return Resident()
        if own and pair[1].is_fit:
            return pair[1]
        pair[1].close()
        return Resident()

    def _is_full(self) -> bool:
        return len(self._running) + len(self._idle) >= self._keep

    def _put_back(self, place: Place, resident: Resident) -> None:
        with self._lock:
            kept = not self._closed and not self._is_full() and resident.is_fit
            if kept:
                self._idle.append((place, resident))
        if not kept:
            resident.close()

    def _kill(self, lease: LeaseRef) -> Resident | None:
        """Kill what runs under `lease`: under the lock, since it may be another job's at once."""
        with self._lock:
            resident = self._running.get(lease)
            if resident is not None:
                resident.kill()
        return resident

    def _register(self, lease: LeaseRef, resident: Resident) -> None:
        with self._lock:
            self._running[lease] = resident
            if lease in self._ended:
                resident.kill()

    def _forget(self, lease: LeaseRef) -> None:
        with self._lock:
            del self._running[lease]
            self._ended.discard(lease)


def refuse_while_importing() -> None:
    """`ProgrammingFault` in a child that is still importing: the module opens an engine itself."""
    if IMPORTING in os.environ:
        raise ProgrammingFault(
            "An engine was opened while a child process imported a handler",
            "the handler's module opens an engine as it is imported",
            'Put what starts the program under if __name__ == "__main__":',
        )


def _unheard() -> Outcome:
    return Failed(failure_of("ChildNotStarted", "A process ended before it took up the job"))
