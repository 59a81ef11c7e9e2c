"""Text as it arrives: its encoding, its lines, and its characters that do not show.

Owns what strict JSON, names and previews share below the level of values.
"""

from __future__ import annotations

import re
import unicodedata

from pillarbox_engine.errors import InvalidPayload

BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_WIDE_STARTS = (b"\xff", b"\xfe")
_SAVE_AS = "Save it as UTF-8 and try again"
_UNSEEN = re.compile("[^ -~\u00a1-\u00ac\u00ae-\u024f]")
_UNSEEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def decode(text: str | bytes) -> str:
    """`text` as a string without its BOM; `InvalidPayload` if it is not UTF-8."""
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    wide = wide_encoding(text[:4])
    if wide:
        raise InvalidPayload("The text is not UTF-8", f"it looks like {wide}", _SAVE_AS)
    try:
        return text.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(text, error) from error


def wide_encoding(head: bytes) -> str | None:
    """ "UTF-16" or "UTF-32" if the first four bytes of a text say so, by BOM or by their zeros."""
    if 0 not in head and head[:1] not in _WIDE_STARTS:
        return None
    for mark, name in _WIDE_BOMS:
        if head.startswith(mark):
            return name
    zeros = tuple(byte == 0 for byte in head[:4])
    if zeros in {(True, True, True, False), (False, True, True, True)}:
        return "UTF-32"
    if zeros[:2] in {(True, False), (False, True)}:
        return "UTF-16"
    return None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Where `offset` is, both counted from 1. A line ends at each line feed."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def visible(text: str) -> str:
    """`text` with every character that does not show, or moves others, written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_escape, text)


def is_unseen(character: str) -> bool:
    """Whether a character is a control, a format (bidirectional, …) or half a surrogate pair."""
    return unicodedata.category(character) in _UNSEEN_KINDS


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if not is_unseen(character):
        return character
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    return short or (f"\\u{ord(character):04x}" if ord(character) < 0x10000 else _long(character))


def _long(character: str) -> str:
    return f"\\U{ord(character):08x}"


def _not_utf8(text: bytes, error: UnicodeDecodeError) -> InvalidPayload:
    before = text[: error.start]
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
    detail = f"byte 0x{text[error.start]:02x} is not UTF-8 ({error.reason})"
    where = f"line {line}, column {column}"
    fault = InvalidPayload("The text is not UTF-8", f"{where}: {detail}", _SAVE_AS)
    fault.line, fault.column, fault.detail = line, column, detail
    return fault
