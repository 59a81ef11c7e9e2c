"""How long to wait before the next attempt: fixed, linear, exponential or by table.

Owns the delay policies. Every delay is capped, and jitter j draws from [d(1-j), d], so a policy
never waits longer than it says; spreading retries this way keeps failed jobs from coming back
as one wave (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

DEFAULT_CAP = 3_600.0
DEFAULT_JITTER = 0.2

Random = Callable[[], float]
"""A source of numbers in [0, 1), such as `random.Random(seed).random`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    jitter: float = DEFAULT_JITTER
    cap: float = DEFAULT_CAP

    def base(self, attempt: int) -> float:
        raise AssertionError("a concrete policy overrides this")

    def delay(self, attempt: int, random: Random) -> float:
        """Seconds to wait after attempt number `attempt` (from 1) failed, jitter drawn."""
        longest = self.longest(attempt)
        return longest * (1.0 - self.jitter * random())

    def longest(self, attempt: int) -> float:
        """The delay in seconds with no jitter taken off: what `delay` never exceeds."""
        return min(self.base(attempt), self.cap)

    def schedule(self, max_attempts: int, retry_for: float | None = None) -> tuple[float, ...]:
        """The longest delay after each attempt but the last, in seconds.

        With `retry_for`, the total retry time in seconds, it ends with the last delay that fits:
        attempts or time, the first limit wins.
        """
        delays = [self.longest(attempt) for attempt in range(1, max_attempts)]
        if retry_for is None:
            return tuple(delays)
        fitting = sum(total <= retry_for for total in accumulate(delays))
        return tuple(delays[:fitting])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed(_Policy):
    """The same delay after each failure."""

    seconds: float = 10.0

    def base(self, attempt: int) -> float:
        return self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear(_Policy):
    """`first`, then `step` more after each further failure."""

    first: float = 5.0
    step: float = 5.0

    def base(self, attempt: int) -> float:
        return self.first + self.step * (attempt - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential(_Policy):
    """`first`, then `factor` times as long after each further failure."""

    first: float = 3.0
    factor: float = 2.0

    def base(self, attempt: int) -> float:
        try:
            return self.first * self.factor ** (attempt - 1)
        except OverflowError:
            return self.cap


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(_Policy):
    """The delays as listed; the last one goes on for ever."""

    delays: tuple[float, ...] = (1.0, 10.0, 60.0)

    def base(self, attempt: int) -> float:
        return self.delays[min(attempt, len(self.delays)) - 1]


Backoff = Fixed | Linear | Exponential | Table
