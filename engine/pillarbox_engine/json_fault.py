"""What keeps a Python value from being JSON, and where in it: the slow walk, only on trouble.

Owns `Fault`, the spelling of paths, and the limit on depth. Python's own encoder does the work
while all is well; it does not say which part is at fault.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

MAX_DEPTH = 200
"""How many containers may stand inside one another."""

DEPTH_REASON = f"nested more than {MAX_DEPTH} deep"
SURROGATE_REASON = "half a surrogate pair is not a character"
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]*", re.ASCII)

Step = str | int
"""A key of an object or an index (from 0) into an array."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong. `offset` counts characters from the start of the text, if there is one."""

    reason: str
    path: str
    offset: int = 0


def spelled(path: tuple[Step, ...]) -> str:
    """A path as people read it: `$.items[3].price`, `$["odd key"]`; a long one loses its end."""
    if len(path) > 12:
        return spelled(path[:11]) + "…"
    return "$" + "".join(_spelled_step(step) for step in path)


def printable(text: str, limit: int = 40) -> str:
    """`text` cut to `limit`, with all that does not print as escapes."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def digits_reason(digits: int) -> str | None:
    """Why a whole number of so many digits cannot be carried, or None if it can."""
    limit = sys.get_int_max_str_digits()
    if limit and digits > limit:
        return f"a whole number of {digits:,} digits; at most {limit:,} are carried"
    return None


def fault_in_value(value: object) -> Fault | None:
    """The first part of a Python value that JSON cannot carry whole, or None."""
    return next(_faults(value, (), frozenset()), None)


def _faults(value: object, path: tuple[Step, ...], inside: frozenset[int]) -> Iterator[Fault]:
    """Recursion ends at `MAX_DEPTH`, so no value can exhaust the stack."""
    reason = _reason_against(value, inside)
    if reason:
        yield Fault(reason, spelled(path))
    elif isinstance(value, dict):
        for key, part in value.items():
            reason = _reason_against_key(key)
            if reason:
                yield Fault(reason, spelled(path))
            yield from _faults(part, (*path, key), inside | {id(value)})
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            yield from _faults(part, (*path, index), inside | {id(value)})


def _reason_against(value: object, inside: frozenset[int]) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _reason_against_text(value)
    if isinstance(value, int):
        return digits_reason(_digit_count(value))
    if isinstance(value, float):
        return None if math.isfinite(value) else f"{value} is not a number in JSON"
    if not isinstance(value, (dict, list, tuple)):
        return f"a {type(value).__name__} has no place in JSON"
    if id(value) in inside:
        return "it contains itself"
    return DEPTH_REASON if len(inside) >= MAX_DEPTH else None


def _reason_against_key(key: object) -> str | None:
    if not isinstance(key, str):
        return f"the key {printable(repr(key))} is not a string ({type(key).__name__})"
    reason = _reason_against_text(key)
    return f"in the key {printable(key)!r}, {reason}" if reason else None


def _reason_against_text(text: str) -> str | None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return SURROGATE_REASON
    return None


def _digit_count(number: int) -> int:
    """About how many decimal digits, without writing them out (which Python may refuse)."""
    bits = number.bit_length()
    return 1 if bits < 4 else math.ceil(bits * 0.30102999566398120)


def _spelled_step(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if len(step) <= 40 and _PLAIN_KEY.fullmatch(step):
        return f".{step}"
    quoted = printable(step).replace('"', '\\"')
    return f'["{quoted}"]'


def shown(value: object) -> str:
    """A value as an error shows it: short, and whatever it is."""
    try:
        text = repr(value)
    except Exception:  # a value that cannot even be written out is one we were not to be given
        text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "…"
