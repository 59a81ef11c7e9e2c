"""What keeps the queue file from being written, and when that is tried again.

Owns `Outage`, and `Anew`, what a writer needs to come out of one. After an I/O error everything is
closed, and opened anew by the next call at once; where that fails too, by the first call after a
pause that grows. Calls in between are refused without touching the disk. One that found the file
locked has waited long enough by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import apsw

from pillarbox_engine.backoff import Exponential
from pillarbox_engine.clock import Clock, seconds_to_us
from pillarbox_engine.errors import Definite, FileUnusable, LockedFile, PillarboxError

PAUSES = Exponential(first=0.1, factor=2.0, cap=5.0, jitter=0.0)
"""How long the file is left alone from the second failure in a row on, in seconds."""


class Outage:
    """One file's, seen by all threads of a process. `fault` is the last failure, None: all well."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self.fault: PillarboxError | None = None
        self._failures = self._again_at_us = 0

    def met(self, fault: PillarboxError) -> None:
        """A write failed for a reason that lies in the world."""
        if isinstance(fault, LockedFile):
            self.fault = fault
            return
        self._failures += 1
        pause = PAUSES.longest(self._failures - 1) if self._failures > 1 else 0.0
        self._again_at_us = self._clock.monotonic_us() + seconds_to_us(pause)
        self.fault = fault

    def over(self) -> None:
        """A write has become durable."""
        self._failures = self._again_at_us = 0
        self.fault = None

    def refusal(self) -> PillarboxError | None:
        """What to answer while the file is left alone; None: it may be tried."""
        fault = self.fault
        if fault is None or self._clock.monotonic_us() >= self._again_at_us:
            return None
        if isinstance(fault, FileUnusable):
            return copy(fault)
        return Definite(
            f"{self._path} is not written to at this moment",
            f"it failed just before: {fault.reason}",
            "It is tried again by itself; repeat the call a little later",
        )


@dataclass(frozen=True, slots=True)
class Anew:
    """How the file is opened anew after an I/O error, and whether it is worth trying now.

    `dropped` is called when the writer has let go of the file: others shall do so too. `ran_out`
    when the disk was full: whether there is some room now, and `fault` is what to say of it.
    """

    outage: Outage
    open: Callable[[], apsw.Connection]
    dropped: Callable[[], None] = lambda: None
    ran_out: Callable[[], bool] = lambda: False
    fault: Callable[[], PillarboxError | None] = lambda: None

    def worked(self) -> None:
        """A write has become durable."""
        if self.outage.fault is not None:
            self.outage.over()
