"""Alarms that were raised or cleared and have not been told.

Owns `AlarmsToTell`. An alarm that is open when the process starts is told as well; the key of each
turn keeps it from being told twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pillarbox_engine.alarms import Alarm, sentence
from pillarbox_engine.clock import from_us
from pillarbox_engine.engine import Engine
from pillarbox_engine.events.occasions import QUEUE, Occasion

MOST = 1_000
"""Alarms that are looked at: all that are open, then the newest."""


class AlarmsToTell:
    """Looks at the alarms of `engine` from now on."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._queue = engine, engine.queue(QUEUE)
        self._since = from_us(engine.clock.now_us())
        self._told: set[str] = set()

    def look(self, *, last: bool = False) -> float:
        """Store what is new; seconds until it must look again though nothing changed."""
        alarms = [one for one in self._engine.backend.alarms(MOST) if one.queue != QUEUE]
        turns = {key: said for one in alarms for key, said in _turns(one, self._since)}
        for key in turns.keys() - self._told:
            self._queue.enqueue(turns[key], type=Occasion.ALARM, idempotency_key=key)
        self._told = set(turns)
        return float("inf")


def _turns(alarm: Alarm, since: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    if alarm.is_open or alarm.raised_at >= since:
        yield f"alarm:{alarm.id}:raised", _said(alarm, "raised", alarm.raised_at)
    if alarm.cleared_at is not None and alarm.cleared_at >= since:
        yield f"alarm:{alarm.id}:cleared", _said(alarm, "cleared", alarm.cleared_at)


def _said(alarm: Alarm, turn: str, at: datetime) -> dict[str, Any]:
    return {
        "event": "alarm", "turn": turn, "at": at.isoformat(), "alarm": alarm.id,
        "queue": alarm.queue, "kind": alarm.kind, "value": alarm.value, "bound": alarm.bound,
        "text": f"{sentence(alarm)} ({turn})",
    }  # fmt: skip
