"""The part of a handlers file that says what is told of, and by what: `[events.…]`.

Owns its own keys. What runs is said as it is below `[handlers.…]`, and read by the same code.
"""

from __future__ import annotations

from typing import Any

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.events.occasions import EVERY, Occasion
from pillarbox_engine.handlers.bindings import EVENTS
from pillarbox_engine.handlers.source import Source
from pillarbox_engine.json_fault import printable

_EVERY = "every"
_NOT_HERE = ("concurrency",)
"""Keys of a handler that mean nothing for events, which one thread sends."""
SHORTEST, LONGEST = 1.0, 86_400.0


def check_occasion(name: str) -> None:
    """`InvalidOption` unless `name` is something that can be told of."""
    if name not in tuple(Occasion):
        raise InvalidOption(
            f"There is no event {printable(repr(name))}", "nothing of that name is told of",
            f"Use {' or '.join(Occasion)}",
        )  # fmt: skip


def said_of_events(source: Source, name: str, said: dict[str, Any]) -> dict[str, Any]:
    """What an event's table says of what runs, its own keys taken out."""
    for key in _NOT_HERE:
        if key in said:
            keys = (EVENTS, name, key)
            raise source.fault(keys, f"there is no key {'.'.join(keys)}", "Leave it out")
    return {key: value for key, value in said.items() if key != _EVERY or name != Occasion.DEAD}


def every(source: Source, events: dict[str, dict[str, Any]]) -> float:
    """Seconds between two events about dead letters."""
    value = events.get(Occasion.DEAD, {}).get(_EVERY)
    number = source.number((EVENTS, Occasion.DEAD, _EVERY), value, SHORTEST, LONGEST)
    return EVERY if number is None else number
