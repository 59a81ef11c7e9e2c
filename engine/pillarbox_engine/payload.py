"""Payloads: JSON values to compact text and back, strictly.

Owns the one way into the store (`encode` for Python values, `checked_text` for JSON text), and
what both refuse: whatever would not come back as it went in (NaN, keys that are not strings,
duplicate keys, lone surrogates), and whatever would be dangerous to carry (depth > 200).

Numbers are Python's: integers keep all their digits up to 4,300; a fraction has the precision of
a double, and one too large for a double is refused.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Iterable
from json import JSONDecoder, JSONEncoder
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from pillarbox_engine.errors import InvalidPayload, PayloadTooLarge
from pillarbox_engine.json_brackets import may_nest_deeper
from pillarbox_engine.json_fault import MAX_DEPTH, Fault, fault_in_value
from pillarbox_engine.json_text import decode, line_and_column, visible
from pillarbox_engine.json_walk import fault_in_text, has_lone_surrogate

if TYPE_CHECKING:
    from pillarbox_engine.model import JsonValue

_TITLE = "The payload is not valid JSON"
_CARRIED = "Use null, booleans, finite numbers, text, lists, and objects with text as keys"
_CORRECT = "Correct it there"
_WRITE = msgspec.json.Encoder().encode
_READ = msgspec.json.Decoder().decode
_UNWRITABLE = (ValueError, TypeError, OverflowError, RecursionError, msgspec.MsgspecError)
_MINUS_ZERO = re.compile(r"-0(?![0-9.eE])")
_LEAVES = frozenset({str, int, float, bool, type(None)})
_REFERENCE = "Store the data elsewhere and enqueue a reference to it (a path, a key or a URL)"


class _Refused(ValueError):
    """Raised by the hooks below; the slow walk then finds what and where."""


def encode(value: JsonValue) -> str:
    """`value` as compact JSON text, key order kept; a tuple is written as an array.

    Raises `InvalidPayload`, its `path` naming the part that cannot be carried.
    """
    text = _quickly(value)
    return _carefully(value) if text is None else text


def _quickly(value: JsonValue) -> str | None:
    """The text, if reading it back gives the very value and it cannot be too deep; else None.

    This is what makes a fast encoder strict: NaN, keys that are not strings and types that JSON
    lacks do not come back equal.
    """
    try:
        raw = _WRITE(value)
        same = _READ(raw) == value
    except _UNWRITABLE:
        return None
    return raw.decode() if same and not _may_be_deep(raw) else None


def _may_be_deep(raw: bytes) -> bool:
    return may_nest_deeper(raw, MAX_DEPTH)


def encode_all(values: Iterable[JsonValue]) -> list[str]:
    """`encode` for each of `values`, in less time than one by one. Raises `InvalidPayload`."""
    chosen = list(values)
    texts = _all_quickly(chosen)
    return [encode(value) for value in chosen] if texts is None else texts


def _all_quickly(values: list[JsonValue]) -> list[str] | None:
    """The texts, if each reads back as it was and none can be too deep; else None."""
    try:
        raws = [_WRITE(value) for value in values]
        same = [_READ(raw) for raw in raws] == values
    except _UNWRITABLE:
        return None
    return [raw.decode() for raw in raws] if same and not any(map(_may_be_deep, raws)) else None


def _carefully(value: JsonValue) -> str:
    try:
        text = _ENCODE(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise _value_error(fault_in_value(value) or Fault(str(error), "$")) from error
    if not (_is_plain(value) and _is_unicode(text)):
        fault = fault_in_value(value)
        if fault is not None:
            raise _value_error(fault)
    return text


def parse(text: str | bytes) -> JsonValue:
    """The value of a JSON text by RFC 8259: UTF-8 (a BOM is skipped), one value, nothing else.

    Raises `InvalidPayload` with `line`, `column` (1-based) and `path` of the first fault.
    """
    source = decode(text)
    if _may_be_too_deep(source) or has_lone_surrogate(source):
        _refuse_if_faulty(source)
    try:
        return _decoder(source)(source)
    except (ValueError, RecursionError) as error:
        _refuse_if_faulty(source)
        raise InvalidPayload(_TITLE, str(error), _CORRECT) from error


def _may_be_too_deep(source: str) -> bool:
    if source.count("[") + source.count("{") <= MAX_DEPTH:
        return False
    return may_nest_deeper(source.encode("utf-8", "surrogatepass"), MAX_DEPTH)


def checked_text(text: str | bytes) -> str:
    """The compact form of a JSON text that `parse` accepts, ready for `NewJob.payload_json`."""
    return encode(parse(text))


def check_size(text: str, limit: int) -> None:
    """`PayloadTooLarge` if `text` takes more than `limit` bytes as UTF-8."""
    if len(text) * 4 <= limit:
        return
    size = len(text) if text.isascii() else len(text.encode("utf-8"))
    if size > limit:
        raise PayloadTooLarge(
            "The payload is too large",
            f"it takes {size:,} bytes; the queue allows {limit:,}",
            _REFERENCE,
        )


def preview(text: str, limit: int = 200) -> str:
    """The start of `text` on one line of at most `limit` characters.

    Control, bidirectional and other invisible characters are written as escapes, so the line
    neither breaks nor reorders what stands beside it.
    """
    line = visible(text[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def crc(text: str) -> int:
    """CRC-32 of `text` as UTF-8."""
    return zlib.crc32(text.encode("utf-8"))


def _is_plain(value: JsonValue, deeper: int = MAX_DEPTH) -> bool:
    """Whether all keys are strings and nothing is too deep.

    Only asked of a value that was just written out, so it holds no cycle. On the enqueue path:
    a call for each container, none for a leaf.
    """
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                return False
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return True
    if deeper == 0:
        return False
    for part in value:
        if type(part) not in _LEAVES and not _is_plain(part, deeper - 1):
            return False
    return True


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Refused("duplicate key")
    return value


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _Refused(f"{digits} is too large")
    return number


def _no_constant(word: str) -> NoReturn:
    raise _Refused(f"{word} is not JSON")


def _whole(digits: str) -> int | float:
    return -0.0 if digits == "-0" else int(digits)


def _decoder(source: str) -> Callable[[str], JsonValue]:
    """What reads `source`: an integer has no negative zero, so that one becomes a fraction."""
    return _DECODE_ZEROS if "-0" in source and _MINUS_ZERO.search(source) else _DECODE


_ENCODE = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_DECODE = JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant
).decode

_DECODE_ZEROS = JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_int=_whole, parse_constant=_no_constant
).decode


def _refuse_if_faulty(source: str) -> None:
    fault = fault_in_text(source)
    if fault is not None:
        raise _text_error(source, fault)


def _value_error(fault: Fault) -> InvalidPayload:
    error = InvalidPayload(
        "The payload is not a JSON value", f"{fault.path}: {fault.reason}", _CARRIED
    )
    error.path, error.detail = fault.path, fault.reason
    return error


def _text_error(source: str, fault: Fault) -> InvalidPayload:
    line, column = line_and_column(source, fault.offset)
    where = f"line {line}, column {column}"
    if fault.path != "$":
        where += f", {fault.path}"
    error = InvalidPayload(_TITLE, f"{where}: {fault.reason}", _CORRECT)
    error.line, error.column, error.path = line, column, fault.path
    error.detail = fault.reason
    return error
