"""Time as the engine sees it: wall clock for what is stored, monotonic for waiting.

Owns the `Clock` seam, so no test has to sleep, and the conversion between the aware UTC
datetimes of the API and the integer microseconds of storage.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pillarbox_engine.errors import InvalidOption

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Where the engine reads the time. Both figures are in microseconds."""

    def now_us(self) -> int:
        """Wall-clock time since 1970-01-01 UTC. It may jump either way."""

    def monotonic_us(self) -> int:
        """Time that only ever grows; its zero means nothing."""


class SystemClock:
    """The machine's own clocks."""

    def now_us(self) -> int:
        return time.time_ns() // 1_000

    def monotonic_us(self) -> int:
        return time.monotonic_ns() // 1_000


class ManualClock:
    """A clock that moves only when told to: for tests."""

    def __init__(self, now: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now_us = to_us(now)
        self._monotonic_us = 0

    def now_us(self) -> int:
        return self._now_us

    def monotonic_us(self) -> int:
        return self._monotonic_us

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        self._now_us += seconds_to_us(seconds)
        self._monotonic_us += seconds_to_us(seconds)

    def step(self, seconds: float) -> None:
        """Jump the wall clock by `seconds` (negative: back) while no time passes."""
        self._now_us += seconds_to_us(seconds)


def seconds_to_us(seconds: float) -> int:
    """Seconds to whole microseconds."""
    return round(seconds * 1_000_000)


def to_us(moment: datetime) -> int:
    """An aware datetime as microseconds since 1970-01-01 UTC; `InvalidOption` if it is naive."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InvalidOption(
            "A time without a zone cannot be used",
            f"{moment.isoformat()} does not say which zone it is in",
            "Pass an aware datetime, for example datetime.now(UTC)",
        )
    return (moment - _EPOCH) // _MICROSECOND


def from_us(microseconds: int) -> datetime:
    """Microseconds since 1970-01-01 UTC as an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=microseconds)


def from_us_or_none(microseconds: int | None) -> datetime | None:
    """`from_us`, carrying None through."""
    return None if microseconds is None else from_us(microseconds)
