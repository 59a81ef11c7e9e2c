"""A queue's settings as a person types and reads them: `lease=30s`, `rate_limit=50/60s`.

Owns both ways between text and settings. Which settings there are, and of which kind, is read from
`QueueSettings` itself, so a new one can be typed the day it exists: durations as 30s, 5m, 1h; a
rate as 50/60s; a backoff as exponential:first=3,jitter=0.2; anything else as JSON; `none` for no
limit.
"""

from __future__ import annotations

import difflib
import json
import re
import types
from collections.abc import Callable, Sequence
from dataclasses import fields
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from pillarbox_engine.backoff import Exponential, Fixed, Linear, Table
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import shown
from pillarbox_engine.settings import (
    QueueSettings,
    RateLimit,
    settings_from_builtins,
    settings_to_builtins,
)

NONE = "none"
_UNITS = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3_600.0,
    "d": 86_400.0,
    "w": 604_800.0,
}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|min|m|h|d|w)?")
_SHOWN_UNITS = (("d", 86_400.0), ("h", 3_600.0), ("m", 60.0), ("s", 1.0))
_BACKOFFS = {"fixed": Fixed, "linear": Linear, "exponential": Exponential, "table": Table}


def changed(settings: QueueSettings, assignments: Sequence[str]) -> QueueSettings:
    """`settings` with each `KEY=VALUE` applied; `InvalidOption` names the first bad one."""
    said: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        key = key.strip().replace("-", "_")
        if not equals:
            raise InvalidOption(
                f"{shown(assignment)} sets nothing", "there is no = in it", "Write KEY=VALUE"
            )
        if key in said:
            raise InvalidOption(f"{key} is set twice", "only one can hold", "Give it once")
        said[key] = _value(key, text.strip())
    return settings_from_builtins({**settings_to_builtins(settings), **said})


def _value(key: str, text: str) -> Any:
    """What `text` stands for, as the plain JSON value that settings are kept as."""
    kinds = get_type_hints(QueueSettings)
    if key not in kinds:
        near = difflib.get_close_matches(key, kinds, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        known = ", ".join(entry.name for entry in fields(QueueSettings))
        raise InvalidOption(
            f"Unknown queue setting {shown(key)}", "no setting has that name",
            f"{hint}Use one of: {known}",
        )  # fmt: skip
    if text.lower() == NONE:
        return _nothing(key, kinds[key])
    return _parser(key, kinds[key])(key, text)


def _nothing(key: str, kind: Any) -> Any:
    if get_origin(kind) is tuple:
        return []
    if type(None) not in get_args(kind):
        raise InvalidOption(f"{key} cannot be none", "it always has a value", "Give one")
    return None


def _parser(key: str, kind: Any) -> Callable[[str, str], Any]:
    kinds = _parts(kind)
    if kinds & set(_BACKOFFS.values()):
        return _backoff
    if RateLimit in kinds:
        return _rate
    if bool in kinds:
        return _flag
    if float in kinds:
        return _number if key.endswith("_rate") else _length
    if int in kinds:
        return _whole
    if str in kinds:
        return lambda key, text: text
    choices = [one for one in kinds if isinstance(one, type) and issubclass(one, StrEnum)]
    return _choice(choices[0]) if choices else _json


def _parts(kind: Any) -> set[Any]:
    """The types a field's value may have."""
    if get_origin(kind) in (Union, types.UnionType):
        return set(get_args(kind))
    return {kind}


def seconds(key: str, text: str) -> float:
    """A length of time in seconds: 90, 30s, 5m, 1h, 2d; `InvalidOption` if it is none."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise _refused(key, text, "a length of time, such as 30s, 5m or 1h")
    return float(found[1]) * _UNITS[found[2] or "s"]


_length = seconds


def _number(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _refused(key, text, "a number") from None


def _whole(key: str, text: str) -> int:
    plain = text.replace(",", "").replace("_", "")
    if not re.fullmatch(r"-?\d{1,18}", plain):
        raise _refused(key, text, "a whole number")
    return int(plain)


def _flag(key: str, text: str) -> bool:
    words = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
    if text.lower() not in words:
        raise _refused(key, text, "yes or no")
    return words[text.lower()]


def _choice(kind: type[StrEnum]) -> Callable[[str, str], str]:
    def parse(key: str, text: str) -> str:
        word = text.lower().replace("-", "_")
        if word not in set(kind):
            raise _refused(key, text, f"one of {', '.join(kind)}")
        return word

    return parse


def _rate(key: str, text: str) -> dict[str, Any]:
    most, slash, per = text.partition("/")
    if not slash:
        raise _refused(key, text, "starts and a length of time, such as 50/60s")
    span = per.strip()
    return {
        "max": _whole(key, most.strip()),
        "per": seconds(key, f"1{span}" if span in _UNITS else span),
    }


def _backoff(key: str, text: str) -> dict[str, Any]:
    name, _, rest = text.partition(":")
    policy: dict[str, Any] = {"policy": name.strip().lower()}
    for part in filter(None, (part.strip() for part in rest.split(","))):
        figure, equals, value = part.partition("=")
        if not equals:
            raise _refused(
                key, text, "a policy and its figures, such as exponential:first=3,cap=1h"
            )
        policy[figure.strip()] = _figure(key, figure.strip(), value.strip())
    return policy


def _figure(key: str, name: str, text: str) -> Any:
    if name == "delays":
        return [seconds(f"{key}.{name}", part.strip()) for part in text.split("/")]
    if name in {"jitter", "factor"}:
        return _number(f"{key}.{name}", text)
    return seconds(f"{key}.{name}", text)


def _json(key: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _refused(key, text, "JSON") from None


def _refused(key: str, text: str, wanted: str) -> InvalidOption:
    return InvalidOption(f"{key} is not understood", f"got {shown(text)}", f"Give {wanted}")


def lines(settings: QueueSettings) -> list[tuple[str, str]]:
    """Each setting and its value, as `changed` takes it back."""
    kinds = get_type_hints(QueueSettings)
    return [
        (entry.name, _text(entry.name, kinds[entry.name], getattr(settings, entry.name)))
        for entry in fields(settings)
    ]


def _text(key: str, kind: Any, value: Any) -> str:
    if value is None or value == ():
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, RateLimit):
        return f"{value.max}/{length(value.per)}"
    if isinstance(value, tuple(_BACKOFFS.values())):
        return _backoff_text(value)
    if float in _parts(kind):
        return f"{value:g}" if key.endswith("_rate") else length(value)
    if isinstance(value, (int, str)):
        return str(value)
    return json.dumps(settings_to_builtins(QueueSettings(**{key: value}))[key])


def length(value: float) -> str:
    """Seconds in the largest unit that takes them whole: 30s, 5m, 1h; 1.5s."""
    for unit, size in _SHOWN_UNITS:
        if value >= size and value % size == 0:
            return f"{value / size:.0f}{unit}"
    return f"{value:g}s" if float(f"{value:g}") == value else f"{value!r}s"


def _backoff_text(policy: Any) -> str:
    parts = [f"{e.name}={_figure_text(e.name, getattr(policy, e.name))}" for e in fields(policy)]
    return f"{type(policy).__name__.lower()}:{','.join(parts)}"


def _figure_text(name: str, value: Any) -> str:
    if name == "delays":
        return "/".join(length(delay) for delay in value)
    return f"{value:g}" if name in {"jitter", "factor"} else length(value)
