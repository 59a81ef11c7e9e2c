"""Alarms of a queue: too deep, too old, dying too fast, dead letters left too long.

Owns the kinds, what each measures, and when one is raised and cleared. It is raised when the
figure reaches the queue's bound and cleared when it has fallen below `EASED` of it (or the setting
is taken away), so a figure that wavers around its bound raises one alarm and not a hundred. The
backend's maintainer measures and keeps them, so however many processes look, each is told once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pillarbox_engine.settings import QueueSettings

EASED = 0.8
"""The share of its bound below which a figure clears its alarm."""
RATE_SECONDS = 300.0
"""The dead rate counts the dead letters of so long a time."""
KEPT_SECONDS = 90 * 86_400.0
"""How long a cleared alarm is remembered."""


class AlarmKind(StrEnum):
    """What an alarm is about; the settings are called the same with `alarm_` before it."""

    DEPTH = "depth"
    OLDEST = "oldest"
    DEAD_RATE = "dead_rate"
    DEAD_AGE = "dead_age"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm, raised and perhaps cleared.

    `value` is the figure that raised it, `bound` what the queue had set: depth in ready
    jobs, ages in seconds, the dead rate in dead letters a minute.
    """

    id: str
    queue: str
    kind: AlarmKind
    raised_at: datetime
    value: float
    bound: float
    cleared_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has been raised and not cleared."""
        return self.cleared_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An alarm that is to be raised, or cleared (`raised` False)."""

    kind: AlarmKind
    raised: bool
    value: float = 0.0
    bound: float = 0.0


def bounds(settings: QueueSettings) -> dict[AlarmKind, float]:
    """The bounds a queue sets."""
    found = {kind: getattr(settings, f"alarm_{kind}") for kind in AlarmKind}
    return {kind: float(bound) for kind, bound in found.items() if bound is not None}


def turns(
    limits: Mapping[AlarmKind, float], values: Mapping[AlarmKind, float],
    raised: Collection[AlarmKind],
) -> list[Turn]:  # fmt: skip
    """What changes, `raised` being the alarms that are open; a figure not told is 0."""
    found = []
    for kind in AlarmKind:
        bound, value = limits.get(kind), values.get(kind, 0.0)
        if kind in raised and (bound is None or value < bound * EASED):
            found.append(Turn(kind=kind, raised=False))
        elif kind not in raised and bound is not None and value >= bound:
            found.append(Turn(kind=kind, raised=True, value=value, bound=bound))
    return found


def sentence(alarm: Alarm) -> str:
    """An alarm in words, such as "orders: 1,204 jobs are ready, the alarm is at 1,000"."""
    text = _WORDS[alarm.kind].format(_figure(alarm, alarm.value), _figure(alarm, alarm.bound))
    return f"{alarm.queue}: {text}"


_WORDS = {
    AlarmKind.DEPTH: "{0} jobs are ready, the alarm is at {1}",
    AlarmKind.OLDEST: "the oldest ready job has waited {0}, the alarm is at {1}",
    AlarmKind.DEAD_RATE: "{0} dead letters a minute, the alarm is at {1}",
    AlarmKind.DEAD_AGE: "a dead letter has lain there {0}, the alarm is at {1}",
}


def _figure(alarm: Alarm, value: float) -> str:
    if alarm.kind in {AlarmKind.OLDEST, AlarmKind.DEAD_AGE}:
        return length(value)
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def length(seconds: float) -> str:
    """A length of time in words, in its largest unit: "45 s", "12 min", "3 h", "9 d"."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.1f} s"
