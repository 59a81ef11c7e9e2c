"""What public calls are handed: of which kind it must be, and in which range.

Owns the checks of single arguments. Each answers the argument or raises `InvalidOption` saying
which one it was, what came and what would do; all are made before anything is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from pillarbox_engine.clock import to_us
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import SURROGATE_REASON, shown
from pillarbox_engine.names import check_queue_name
from pillarbox_engine.settings import check_number
from pillarbox_engine.states import State

T = TypeVar("T")

LONGEST_WAIT = 366 * 86_400.0
"""Seconds that any call may be told to wait."""

LONGEST_DELAY = 100 * 366 * 86_400.0
"""Seconds into the future that a job may be put off."""


_LONGEST_PATH = 4_096


def kind(name: str, value: object, *wanted: type[T]) -> T:
    """`value`, if it is of one of the kinds `wanted`."""
    if not isinstance(value, wanted):
        words = " or ".join(one.__name__ for one in wanted)
        raise InvalidOption(f"{name} must be a {words}", f"got {shown(value)}", f"Pass a {words}")
    return value


def flag(name: str, value: object) -> bool:
    """`value`, if it is True or False."""
    return kind(name, value, bool)


def function(name: str, value: object) -> None:
    """Nothing, if `value` can be called."""
    if not callable(value):
        raise InvalidOption(f"{name} cannot be called", f"got {shown(value)}", "Pass a function")


def text(name: str, value: object, most: int, least: int = 0) -> str:
    """`value`, if it is text of `least` to `most` characters that UTF-8 can carry."""
    if not isinstance(value, str):
        raise InvalidOption(f"{name} must be text", f"got {shown(value)}", "Pass a str")
    if not least <= len(value) <= most:
        raise InvalidOption(
            f"{name} must have {least:,} to {most:,} characters", f"it has {len(value):,}",
            "Shorten it" if value else "Leave it out, or give one",
        )  # fmt: skip
    if not value.isascii():
        _encodable(name, value)
    return value


def place(name: str, value: object) -> str:
    """The path that `value` names."""
    given = os.fspath(value) if isinstance(value, os.PathLike) else value
    path = text(name, given, _LONGEST_PATH, least=1)
    if "\0" in path:
        raise InvalidOption(f"{name} cannot be", "it holds a zero character", "Leave that out")
    return path


def _encodable(name: str, value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        place = f"character {error.start + 1}"
        raise InvalidOption(
            f"{name} cannot be stored", f"{place}: {SURROGATE_REASON}", "Use Unicode characters"
        ) from None


def seconds(name: str, value: object, most: float = LONGEST_WAIT) -> float:
    """`value`, if it is a number of seconds from 0 to `most`."""
    check_number(name, value, 0, most)
    assert isinstance(value, (int, float))
    return value


def patience(name: str, value: object) -> float | None:
    """`value`, if it is None or a number of seconds to wait."""
    return None if value is None else seconds(name, value)


def moment(name: str, value: object) -> int:
    """`value` in microseconds since 1970, if it is an aware datetime."""
    return to_us(kind(name, value, datetime))


def queue_names(name: str, value: object) -> Sequence[str]:
    """`value`, if it is a sequence of queue names; one name alone is none."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise InvalidOption(
            f"{name} must be a sequence of names", f"got {shown(value)}",
            'Pass a tuple, as in ("mail",)',
        )  # fmt: skip
    for one in value:
        check_queue_name(one)
    return value


def payloads(value: Iterable[T]) -> Iterable[T]:
    """`value`, if it is many payloads; text and mappings are one each."""
    if isinstance(value, (str, bytes, dict)) or not isinstance(value, Iterable):
        raise InvalidOption(
            "payloads must be many values", f"got {shown(value)}",
            "Pass a list of payloads, or use enqueue for one",
        )  # fmt: skip
    return value


def state(value: object) -> State:
    """The state of that name."""
    try:
        return State(kind("state", value, str))
    except ValueError:
        raise InvalidOption(
            f"There is no state {shown(value)}", "no job is ever in it",
            f"Use one of: {', '.join(State)}",
        ) from None  # fmt: skip


def waiting(block: object, connection: object) -> None:
    """`InvalidOption` unless `block` is a patience, and none where `connection` is given."""
    patience("block", block)
    if block is not None and connection is not None:
        raise InvalidOption(
            "block and connection exclude each other",
            "no worker could make room while your transaction is open",
            "Give one",
        )
