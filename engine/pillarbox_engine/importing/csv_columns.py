"""The header of a CSV file, and what a row under it means.

Owns the rule, which is the one of JSON: a header with a column `payload`, or columns
`payload.PATH`, is that of envelopes, whose other columns are options, and an unknown one is an
error. Under any other header each column is a field of the payload. Cells are text; a name that
ends in `:json`, `:number` or `:boolean` says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pillarbox_engine import payload
from pillarbox_engine.errors import InvalidJobFile, InvalidPayload
from pillarbox_engine.importing.envelope import KNOWN_OPTIONS
from pillarbox_engine.json_fault import printable
from pillarbox_engine.model import JsonValue

PAYLOAD = "payload"
FORMULA = "=+-@\t\r"
"""What makes a spreadsheet take a cell for a formula when it comes first (OWASP, CSV Injection)."""

_GUARDED = re.compile(f"'[{re.escape(FORMULA)}']")
_MOST = 1_000


def guarded(cell: str) -> str:
    """`cell` as an export writes it: never a formula, and told apart from one that looks so."""
    return f"'{cell}" if (cell[:1] in FORMULA and cell) or _GUARDED.match(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the header, where its cells go, and how they are read."""

    name: str
    path: tuple[str, ...]
    read: Callable[[str], JsonValue]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """A header understood. `envelope`: its rows are envelopes, not bare payloads."""

    columns: tuple[Column, ...]
    envelope: bool

    def value(self, cells: Sequence[str]) -> dict[str, JsonValue]:
        """The envelope or payload a row says. Raises `InvalidPayload`, its path the column's."""
        if len(cells) != len(self.columns):
            has = "1 cell" if len(cells) == 1 else f"{len(cells):,} cells"
            raise _fault("", f"it has {has}; the header has {len(self.columns):,}")
        row: dict[str, JsonValue] = {}
        for column, cell in zip(self.columns, cells, strict=True):
            text = unguarded(cell) if self.envelope else cell
            if text or not column.optional:
                _put(row, column.path, _read(column, text))
        return row


def columns_of(names: Sequence[str], *, bare: bool) -> Columns:
    """What a header says. Raises `InvalidJobFile`."""
    if len(names) > _MOST:
        raise refused(f"its header has {len(names):,} columns; at most {_MOST:,} are read")
    for number, name in enumerate(names, 1):
        if not name.strip():
            raise refused(f"column {number} of its header has no name")
        if name in names[: number - 1]:
            raise refused(f"its header has the column {printable(name)!r} twice")
    envelope = not bare and any(_is_payload(name) for name in names)
    columns = tuple(_in_envelope(name) if envelope else _field(name) for name in names)
    _refuse_overlaps(columns)
    return Columns(columns, envelope)


def _is_payload(name: str) -> bool:
    plain, _ = _typed(name, _TYPES)
    return plain == PAYLOAD or plain.startswith(PAYLOAD + ".")


def _field(name: str) -> Column:
    plain, read = _typed(name, _TYPES)
    return Column(name, (plain,), read or str)


def _in_envelope(name: str) -> Column:
    plain, read = _typed(name, _TYPES)
    if plain == PAYLOAD:
        return Column(name, (PAYLOAD,), read or payload.parse)
    if plain.startswith(PAYLOAD + "."):
        return Column(name, tuple(plain.split(".")), read or str)
    if name not in KNOWN_OPTIONS:
        known = ", ".join(KNOWN_OPTIONS)
        raise refused(
            f"its column {printable(name)!r} is no option; known are {known}",
            "Name it payload." + printable(name) + " to have it in the payload, or import with "
            "--bare to have every column there",
        )
    return Column(name, (name,), _READ.get(name, str), optional=True)


def _typed(
    name: str, types: dict[str, Callable[[str], JsonValue]]
) -> tuple[str, Callable[[str], JsonValue] | None]:
    plain, colon, kind = name.rpartition(":")
    return (plain, types[kind]) if colon and plain and kind in types else (name, None)


def _refuse_overlaps(columns: Sequence[Column]) -> None:
    paths = {column.path for column in columns}
    for column in columns:
        above = [column.path[:end] for end in range(1, len(column.path))]
        if "" in column.path or len(paths) < len(columns) or any(path in paths for path in above):
            raise refused(f"its column {printable(column.name)!r} stands where another one does")


def _put(row: dict[str, Any], path: tuple[str, ...], value: JsonValue) -> None:
    *above, last = path
    for step in above:
        row = row.setdefault(step, {})
    row[last] = value


def _read(column: Column, text: str) -> JsonValue:
    try:
        return column.read(text)
    except InvalidPayload as error:
        raise _fault(column.name, error.detail or error.reason) from error


def _json(text: str) -> JsonValue:
    return payload.parse(text) if text else None


def _number(text: str) -> JsonValue:
    try:
        value = _json(text)
    except InvalidPayload as error:
        raise _fault("", f"expected a number, got {printable(text)}") from error
    if isinstance(value, bool) or not isinstance(value, (int, float, type(None))):
        raise _fault("", f"expected a number, got {printable(text)}")
    return value


def _boolean(text: str) -> JsonValue:
    known = {"": None, "true": True, "false": False}
    if text.lower() not in known:
        raise _fault("", f"expected true or false, got {printable(text)}")
    return known[text.lower()]


_TYPES: dict[str, Callable[[str], JsonValue]] = {
    "json": _json,
    "number": _number,
    "boolean": _boolean,
    "text": str,
}
_READ: dict[str, Callable[[str], JsonValue]] = {
    **dict.fromkeys(("priority", "delay", "max_attempts", "retry_for", "timeout"), _number),
    "backoff": _json,
}
"""How the cells of options are read that are not text."""


def _fault(path: str, reason: str) -> InvalidPayload:
    fault = InvalidPayload("The row is no job", reason)
    fault.path, fault.detail = path, reason
    return fault


def refused(reason: str, remedy: str = "Correct the first line of the file") -> InvalidJobFile:
    """The error for a header that cannot be read by."""
    error = InvalidJobFile("The CSV file cannot be imported", reason, remedy)
    error.line = 1
    return error
