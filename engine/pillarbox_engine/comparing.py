"""Comparisons in a query: `priority<100`, `ended<10m`, `payload.total>=99.5`.

Owns `Bound` and the keys that can be compared. Pure; a backend reads the values.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pillarbox_engine import arguments
from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import shown

NUMBERS = ("priority", "attempt", "lost", "size", "progress")
"""Keys of numbers. `size` is the payload's, in bytes; `progress` from 0 to 100."""

TIMES = ("enqueued", "started", "ended", "due")
"""Keys of moments; `due` is when a scheduled job is to run, other jobs have none."""

PAYLOAD = "payload."
"""What the key of a comparison with a part of the payload begins with."""

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
"""How a job's value is compared with a bound's; `=` with numbers only."""

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparison: the job's `key`, `op`, `value`. A job without such a value does not match.

    A number for `NUMBERS`; for `TIMES` an aware datetime, or seconds: how long ago, and for `due`
    how far ahead; a number or a text for `payload.PATH`, never equal to one of the other kind.
    """

    key: str
    op: str
    value: float | str | datetime

    @property
    def path(self) -> str | None:
        """The path inside the payload, or None where it is about something else."""
        return self.key.removeprefix(PAYLOAD) if self.key.startswith(PAYLOAD) else None


def moment(bound: Bound, now: int) -> tuple[str, int]:
    """A bound of `TIMES` as an operator and a moment in µs, where it is `now`."""
    if isinstance(bound.value, datetime):
        return bound.op, to_us(bound.value)
    span = seconds_to_us(float(bound.value))
    return (bound.op, now + span) if bound.key == "due" else (_TURNED[bound.op], now - span)


def holds(bound: Bound, value: object) -> bool:
    """Whether a part of a payload, or a number, compares so."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    alike = isinstance(value, str) if isinstance(bound.value, str) else number
    return alike and COMPARE[bound.op](value, bound.value)


def check(bound: object) -> None:
    """`InvalidOption` unless `bound` is a comparison whose parts go together."""
    one = arguments.kind("where.bounds", bound, Bound)
    known = one.key in NUMBERS or one.key in TIMES or bool(one.path)
    if not known or one.op not in COMPARE or (one.op == "=" and one.key not in NUMBERS):
        raise _refused(one, "there is no such comparison")
    if one.key in TIMES and isinstance(one.value, datetime):
        arguments.moment("where.bounds", one.value)
    elif one.key in TIMES:
        arguments.seconds("where.bounds", one.value, arguments.LONGEST_DELAY)
    elif not (one.path and isinstance(one.value, str)):
        _check_number(one)


def _check_number(one: Bound) -> None:
    value = one.value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _refused(one, "its value must be a number")
    if value != value or abs(value) > MOST:
        raise _refused(one, "its value is beyond what can be compared")


MOST = 1e300
"""The largest number that can be compared with."""


def _refused(one: Bound, why: str) -> InvalidOption:
    return InvalidOption("The comparison cannot be made", f"{shown(one)}: {why}", "See Bound")
