"""The rows on a leaf page of a table, read without trusting anything that leads to it.

Owns the form of a leaf, a cell and a record (https://www.sqlite.org/fileformat2.html, 1.6, 2.1).
A page whose parts do not add up is read further than it says it goes, because a damaged count of
rows would hide the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pillarbox_engine.sqlite.salvage.pages import HEADER, Pages

LEAF = 13
"""What a leaf page of a table begins with."""

_WIDTHS = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}
_REAL, _ZERO, _ONE, _FIRST_OPEN = 7, 8, 9, 12

Value = None | int | float | str | bytes
"""A column's value. Text that is no UTF-8 has its odd bytes as lone surrogates."""


class Unreadable(Exception):
    """This is no record."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A row: its id, its record as far as it could be followed, and whether that was to its end."""

    row_id: int
    record: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page read as a leaf: its cells, how many could not be read, whether its parts add up."""

    cells: tuple[Cell, ...]
    unreadable: int
    adds_up: bool


def leaf(pages: Pages, number: int) -> Leaf | None:
    """Page `number` as a leaf of a table, or None where it is none."""
    page, start = pages[number], HEADER if number == 1 else 0
    if len(page) < pages.size:
        return None
    (count,), (content,) = (struct.unpack_from(">H", page, start + at) for at in (3, 5))
    adds_up = _adds_up(page, start, count, content)
    if page[start] != LEAF and not (adds_up and count):
        return None
    places = _places(page, start, count if adds_up else _most(content, start))
    found, unreadable = [], 0
    for order, place in enumerate(places):
        if order >= count and place < content:
            continue  # left over from before, or no place at all
        try:
            found.append(_cell(pages, page, place)[0])
        except (Unreadable, IndexError, struct.error):
            unreadable += order < count
    return Leaf(tuple(found), unreadable, adds_up)


def _places(page: bytes, start: int, count: int) -> tuple[int, ...]:
    room = min(count, (len(page) - start - 8) // 2)
    return struct.unpack_from(f">{room}H", page, start + 8)


def _most(content: int, start: int) -> int:
    return max(0, (content - start - 8) // 2)


def _adds_up(page: bytes, start: int, count: int, content: int) -> bool:
    """Whether header, rows and free room make up the page exactly."""
    try:
        rows = sum(_size(page, place) for place in _places(page, start, count))
        free = page[start + 7] + sum(_free_blocks(page, start))
    except (Unreadable, IndexError, struct.error):
        return False
    begin = content or 65_536
    return begin + rows + free == len(page) and start + 8 + 2 * count <= begin


def _free_blocks(page: bytes, start: int) -> Iterator[int]:
    (at,) = struct.unpack_from(">H", page, start + 1)
    for _ in range(len(page) // 4):
        if not at:
            return
        at, size = struct.unpack_from(">HH", page, at)
        yield size
    raise Unreadable


def _size(page: bytes, place: int) -> int:
    length, after = varint(page, place)
    _, body = varint(page, after)
    local = _local(length, len(page))
    return max(4, body - place + local + (0 if local == length else 4))


def _local(length: int, usable: int) -> int:
    """How much of a record of `length` bytes lies on the leaf itself."""
    if length <= usable - 35:
        return length
    least = (usable - 12) * 32 // 255 - 23
    wanted = least + (length - least) % (usable - 4)
    return wanted if wanted <= usable - 35 else least


def _cell(pages: Pages, page: bytes, place: int) -> tuple[Cell, int]:
    length, after = varint(page, place)
    row_id, body = varint(page, after)
    if not 0 < length <= pages.size * pages.count or row_id <= 0:
        raise Unreadable
    local = _local(length, len(page))
    record, end = page[body : body + local], body + local
    if local < length:
        (following,) = struct.unpack_from(">I", page, end)
        record += _overflow(pages, following, length - local)
    return Cell(row_id, record, len(record) == length), end


def _overflow(pages: Pages, number: int, wanted: int) -> bytes:
    """The rest of a record, as far as its chain of pages goes."""
    found, seen = bytearray(), set[int]()
    while len(found) < wanted and 1 < number <= pages.count and number not in seen:
        seen.add(number)
        page = pages[number]
        number = int.from_bytes(page[:4], "big")
        found += page[4 : 4 + wanted - len(found)]
    return bytes(found)


def values(record: bytes) -> list[Value]:
    """The columns of a record; those that a cut record lacks are short. `Unreadable` for none."""
    length, at = varint(record, 0)
    if not at <= length <= len(record):
        raise Unreadable
    kinds = []
    while at < length:
        kind, at = varint(record, at)
        kinds.append(kind)
    found: list[Value] = []
    for kind in kinds:
        width = _width(kind)
        found.append(_value(kind, record[at : at + width]))
        at += width
    return found


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where it ends."""
    value = 0
    for place in range(at, at + 8):
        byte = data[place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + 1
    value = value << 8 | data[at + 8]
    return value - (1 << 64) if value >> 63 else value, at + 9


def _width(kind: int) -> int:
    if kind >= _FIRST_OPEN:
        return (kind - _FIRST_OPEN) // 2
    if kind not in _WIDTHS:
        raise Unreadable
    return _WIDTHS[kind]


def _value(kind: int, raw: bytes) -> Value:
    if kind == 0:
        return None
    if kind in (_ZERO, _ONE):
        return kind - _ZERO
    if kind == _REAL:
        return float(struct.unpack(">d", raw.ljust(8, b"\0"))[0])
    if kind < _FIRST_OPEN:
        return int.from_bytes(raw, "big", signed=True)
    return raw.decode("utf-8", "surrogateescape") if kind % 2 else raw
