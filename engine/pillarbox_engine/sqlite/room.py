"""Room on the disk, and the ballast that is given up when there is none.

Owns `FILE.d/ballast`: some MiB that belong to nobody, so that on a full disk handlers' ends can
still be noted and jobs be purged. Whoever meets the full disk empties it, which all processes on
the file see: from then on nothing is enqueued or claimed, until there is room for it again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from pillarbox_engine.clock import Clock, seconds_to_us
from pillarbox_engine.errors import DiskFull
from pillarbox_engine.sqlite.files import free_bytes, reserve, size_of

BALLAST = 8 << 20
"""Bytes of ballast."""
ENOUGH = 2 * BALLAST
"""Bytes that must be free before the ballast is made: as much again stays for others."""
PAUSE_US = seconds_to_us(0.25)
"""How often a full disk is looked at."""

_LOG = logging.getLogger("pillarbox.file")


class Room:
    """Of one file's disk, as this process knows it. `full`: it was met full, and still is."""

    def __init__(self, side: Path, clock: Clock, free: Callable[[Path], int] = free_bytes) -> None:
        self._path, self._clock, self._free = side / "ballast", clock, free
        self._look_at_us = 0
        self.full = False

    @property
    def fault(self) -> DiskFull | None:
        """What is said while the disk is full."""
        if not self.full:
            return None
        return DiskFull(
            f"{self._path.parent.with_suffix('')} has no room to grow",
            "the disk is full: nothing is enqueued or claimed, what runs is finished",
            f"Free {ENOUGH >> 20} MiB on that disk, and it goes on by itself",
        )

    def require(self) -> None:
        """`DiskFull` while it is; looks again now and then."""
        if self.full and self._clock.monotonic_us() >= self._look_at_us:
            self.look()
        fault = self.fault
        if fault is not None:
            raise fault

    def ran_out(self) -> bool:
        """A write found the disk full: give up the ballast; whether there was any."""
        had = size_of(self._path) > 0
        try:
            os.truncate(self._path, 0)
            self.full = True
        except OSError as error:
            _LOG.warning("there is no ballast to give up: %s", error)
        self._look_at_us = self._clock.monotonic_us() + PAUSE_US
        return had

    def look(self) -> None:
        """See whether another process met the full disk, and whether there is room again."""
        self._look_at_us = self._clock.monotonic_us() + PAUSE_US
        try:
            if size_of(self._path) < BALLAST:
                self._make()
            self.full = self._path.exists() and size_of(self._path) == 0
        except OSError as error:
            _LOG.warning("the ballast beside the file could not be made: %s", error)

    def _make(self) -> None:
        """Where there is room for it; a part of it is left as it is, and counts."""
        if self._free(self._path.parent) < ENOUGH:
            return
        given_up = self._path.exists()
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            reserve(descriptor, BALLAST)
        except OSError:
            # Empty it says that the disk was met full; not there, only that it is small.
            os.ftruncate(descriptor, 0)
            if not given_up:
                self._path.unlink()
            raise
        finally:
            os.close(descriptor)
