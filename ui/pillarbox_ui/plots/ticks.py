"""Where the marks of an axis go and what they say. Pure arithmetic, no Qt.

Times are seconds since 1970 UTC; `offset` is what the zone adds to UTC, in seconds.
"""

from __future__ import annotations

import math
from datetime import datetime, tzinfo

_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 10_800, 21_600, 43_200),
    *(86_400, 172_800, 604_800),
)


def time_step(span: float, room: float) -> int:
    """The smallest step at which marks over `span` seconds in `room` px do not crowd."""
    fits = (step for step in _STEPS if span <= 0 or room * step / span >= _apart(step))
    return next(fits, _STEPS[-1])


def _apart(step: int) -> float:
    """How far apart marks have to be, in px: with seconds they are wider."""
    return 84.0 if step < 60 else 60.0


def time_ticks(low: float, high: float, step: int, offset: float) -> list[float]:
    """The marks between `low` and `high`, on whole steps of the zone's own clock."""
    first = math.ceil((low + offset) / step)
    last = math.floor((high + offset) / step)
    return [number * step - offset for number in range(first, last + 1)]


def time_label(at: float, step: int, zone: tzinfo | None) -> str:
    """What a mark says: seconds, minutes or the day, as the step needs."""
    moment = datetime.fromtimestamp(at, zone)
    if step < 60:
        return f"{moment:%H:%M:%S}"
    if step < 86_400:
        return f"{moment:%H:%M}"
    return f"{moment.day} {moment:%b}"


def value_step(high: float, most: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that needs at most `most` marks up to `high`."""
    if high <= 0:
        return 1.0
    rough = high / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.9999)


def duration_step(high: float, most: int) -> float:
    """The same for lengths of time in seconds: above a minute, whole minutes, hours or days."""
    if high < 60:
        return value_step(high, most)
    whole = (float(step) for step in _STEPS if high / step <= most)
    return next(whole, value_step(high, most))


def short_duration(seconds: float) -> str:
    """A length of time where room is short: "0", "50 ms", "1.5 s", "5m", "2h", "3d"."""
    if seconds < 1:
        return f"{seconds * 1_000:g} ms" if seconds else "0"
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds / size:.3g}{unit}"
    return f"{seconds:g} s"


def top_of(values_high: float, whole: bool, least: float | None = None) -> float:
    """How high an axis from zero should go for its highest value: some air, never less than
    `least` (4 for whole figures, else 1)."""
    least = (4.0 if whole else 1.0) if least is None else least
    return max(least, values_high) * 1.12
