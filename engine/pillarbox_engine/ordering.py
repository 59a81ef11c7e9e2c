"""In which order jobs are listed, and what a cursor of a listing says.

Owns the keys one can sort by, the order a listing has by itself, and `Place`: where a job stands in
an order, which is what the next page begins after. A backend reads the values.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.filters import Filter
from pillarbox_engine.json_fault import shown
from pillarbox_engine.states import State

Stop = Callable[[], bool]
"""Asked between the parts of a long look whether to leave it there."""

Place = tuple[int | float | str, int]
"""Where a job stands: the value it is sorted by, then its number, which no two share."""


class SortKey(StrEnum):
    """What jobs can be sorted by. A value a job does not have comes before all others."""

    ID = "id"
    QUEUE = "queue"
    TYPE = "type"
    STATE = "state"
    PRIORITY = "priority"
    ATTEMPT = "attempt"
    DUE = "due"
    STARTED = "started"
    ENDED = "ended"
    DURATION = "duration"
    LEASE = "lease"
    HEARTBEAT = "heartbeat"
    PROGRESS = "progress"
    WORKER = "worker"
    SIZE = "size"
    ERROR = "error"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Order:
    """A listing's order; among equal values by number, the same way."""

    key: SortKey = SortKey.ID
    descending: bool = False


NEWEST = Order(SortKey.ID, descending=True)


def natural(where: Filter) -> Order:
    """The order a listing has by itself: in flight, the lease that ends first; what waits for its
    time, the next to be due; else the newest first."""
    if where.states == {State.LEASED}:
        return Order(SortKey.LEASE)
    if where.retrying or where.states == {State.SCHEDULED}:
        return Order(SortKey.DUE)
    return NEWEST


def parse_order(text: str) -> Order:
    """`priority` or, the other way round, `-priority`; `InvalidOption`."""
    name = text.removeprefix("-")
    if name not in set(SortKey):
        raise InvalidOption(
            "Jobs cannot be sorted so", f"there is no {shown(name)}",
            f"Use one of: {', '.join(SortKey)}; a minus in front turns it round",
        )  # fmt: skip
    return Order(SortKey(name), descending=text.startswith("-"))


def cursor_of(place: Place) -> str:
    """The opaque text of a place."""
    return json.dumps(place)


def place_of(cursor: str) -> Place:
    """The place a cursor says; `InvalidOption` for one that is none of ours."""
    try:
        value, number = json.loads(cursor)
    except (ValueError, TypeError, RecursionError) as error:
        raise _no_cursor() from error
    if not _is_value(value) or not isinstance(number, int) or abs(number) > _MOST:
        raise _no_cursor()
    return value, number


def _is_value(value: object) -> bool:
    if isinstance(value, str):
        return True
    return isinstance(value, (int, float)) and abs(value) <= _MOST


_MOST = 2**63 - 1


def _no_cursor() -> InvalidOption:
    return InvalidOption("The cursor is not one of ours", "", "Start from the first page")
