"""How far ahead a pool may claim.

Owns `Pace`: an estimate of how long handlers take, cautious in that a long run counts at once
and a short one only slowly. What is claimed ahead runs again should the process be killed in the
wrong moment, and keeps other processes from it: so only as much as starts within 20 ms.
"""

from __future__ import annotations

WINDOW_US = 20_000
MAX_AHEAD = 1_000
MEMORY = 0.9
"""How much of the old estimate stays when a shorter run is seen."""


class Pace:
    """Seen by one thread only."""

    def __init__(self) -> None:
        self._estimate_us: float | None = None

    def saw(self, spent_us: int) -> None:
        """A handler took `spent_us`."""
        known = self._estimate_us
        if known is None or spent_us >= known:
            self._estimate_us = float(spent_us)
        else:
            self._estimate_us = known * MEMORY + spent_us * (1.0 - MEMORY)

    def ahead(self, threads: int) -> int:
        """How many jobs beyond the idle threads will start within the window; 0 until known."""
        if self._estimate_us is None:
            return 0
        return min(MAX_AHEAD, int(WINDOW_US * threads / max(self._estimate_us, 1.0)))
