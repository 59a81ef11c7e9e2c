"""Lengths of time in few characters, the same in every sentence of the engine and the window.

Owns "840 ms", "3.2 s", "4m 12s", "2h 05m", "3d 4h", and the countdown.
"""

from __future__ import annotations

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def duration(seconds: float) -> str:
    """How long something took: "840 ms", "3.2 s", "4m 12s", "2h 05m", "3d 4h"."""
    if seconds < 0.9995:
        return f"{max(0, round(seconds * 1_000))} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE}m {whole % _MINUTE:02d}s"
    if whole < _DAY:
        return f"{whole // _HOUR}h {whole % _HOUR // _MINUTE:02d}m"
    return f"{whole // _DAY:,}d {whole % _DAY // _HOUR}h"


def countdown(seconds: float) -> str:
    """What is left, rounded up so that "0s" means over: "12s", "4m 07s", "2h 05m"."""
    left = max(0, -int(-seconds // 1))
    if left < _MINUTE:
        return f"{left}s"
    if left < _HOUR:
        return f"{left // _MINUTE}m {left % _MINUTE:02d}s"
    return f"{left // _HOUR}h {left % _HOUR // _MINUTE:02d}m"
