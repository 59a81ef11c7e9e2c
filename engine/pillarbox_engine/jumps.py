"""Notices that the wall clock jumped, or that the machine slept, so no lease is reaped in haste.

Owns the grace period: after a jump forward, running leases get time to be extended before any is
held to have run out.
"""

from __future__ import annotations

from pillarbox_engine.clock import Clock, seconds_to_us

JUMP_US = seconds_to_us(2.0)
GRACE_US = seconds_to_us(15.0)


class Jumps:
    """Compares the wall clock with the monotonic one, which neither jumps nor counts sleep."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = clock.now_us() - clock.monotonic_us()
        self._settled_at = 0

    def came_late(self) -> None:
        """Leases had run out before anybody looked at the clock here: by a jump, for all that is
        known, and their owners have only just been woken."""
        self._settled_at = self._clock.monotonic_us() + GRACE_US

    def settled(self) -> bool:
        """Whether leases may be reaped now."""
        monotonic = self._clock.monotonic_us()
        offset = self._clock.now_us() - monotonic
        if offset - self._offset > JUMP_US:
            self._settled_at = monotonic + GRACE_US
        self._offset = offset
        return monotonic >= self._settled_at
