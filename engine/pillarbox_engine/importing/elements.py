"""The elements of one large JSON array, split off a stream without parsing it.

Owns the splitter. It finds only where top-level elements begin and end, by brackets, commas and
strings; each element's text then goes to the strict parser. So memory is bounded by one element
and a bad element costs only itself. An event parser such as ijson reports values, not their
text, lets duplicate keys pass, and ends at the first fault: it cannot give a verdict per element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pillarbox_engine.errors import InvalidJobFile
from pillarbox_engine.importing.records import HEAD, Entry

_STRING_REST = re.compile(rb'[^"]*+')
_AT_TOP = re.compile(rb'(?:[^"\[\]{},]++|"[^"]*+")*+')
_PLAIN = rb'[^"\[\]{}]++|"[^"]*+"'
_LEAF = rb"[\[{](?:" + _PLAIN + rb")*+[\]}]"
_BRANCH = rb"[\[{](?:" + _PLAIN + rb"|" + _LEAF + rb")*+[\]}]"
# Two levels of containers are passed over at once; one that goes deeper, or on in the next chunk,
# is entered a bracket at a time.
_INSIDE = re.compile(rb"(?:" + _PLAIN + rb"|" + _BRANCH + rb")*+")
_QUOTE, _COMMA = b'",'
_OPENERS = frozenset(b"[{")
_SPACE = b" \t\r\n"
_CUT_OFF = "The file may have been cut off: get it whole and try again"


class Splitter:
    """Takes the chunks of an array after its opening bracket and gives its elements.

    `longest` bounds the bytes kept of one element; `first_line` is the line of the bracket.
    """

    def __init__(self, longest: int, first_line: int = 1) -> None:
        self._longest = longest
        self._line = self._first_line = first_line
        self._item = 0
        self._depth = 1
        self._in_string = self._escaped = False
        self._after_comma = False
        self._pieces: list[bytes] = []
        self._kept = self._size = self._newlines = 0

    def split(self, chunks: Iterator[bytes]) -> Iterator[Entry]:
        """The elements, then `InvalidJobFile` if the array is not closed or more follows it."""
        for chunk in chunks:
            yield from self._take(chunk)
        if self._depth > 0:
            line = self._line + self._newlines
            where = f"it ends on line {line}, inside the array that begins on line "
            raise _broken(line, f"{where}{self._first_line}", _CUT_OFF)

    def _take(self, chunk: bytes) -> Iterator[Entry]:
        start = at = 0
        marks = self._without_escapes(chunk)
        while self._depth > 0 and at < len(chunk):
            at = self._skip(marks, at)
            if at >= len(chunk):
                break
            mark = marks[at]
            at += 1
            if self._ends_element(mark):
                self._keep(chunk, start, at - 1)
                yield from self._element(mark)
                start = at
        if self._depth > 0:
            self._keep(chunk, start, len(chunk))
        else:
            self._refuse_more(chunk, at)

    def _without_escapes(self, chunk: bytes) -> bytes:
        """The chunk with escapes of quotes and backslashes written over, each in its place: a
        quote that is left is one that opens or closes, and is found quickly."""
        if self._escaped and chunk:
            chunk = b"_" + chunk[1:]
            self._escaped = False
        if b"\\" in chunk:
            chunk = chunk.replace(b"\\\\", b"__").replace(b'\\"', b"__")
            self._escaped = chunk.endswith(b"\\")
        return chunk

    def _skip(self, chunk: bytes, at: int) -> int:
        """Past all that is of no interest: the place of the next bracket, comma or quote."""
        pattern = _INSIDE if self._depth > 1 else _AT_TOP
        match = (_STRING_REST if self._in_string else pattern).match(chunk, at)
        return match.end() if match else at

    def _ends_element(self, mark: int) -> bool:
        """Note what `mark` does; True if the element before it is over."""
        if self._in_string:
            self._in_string = False
        elif mark == _QUOTE:
            self._in_string = True
        elif mark in _OPENERS:
            self._depth += 1
        elif mark != _COMMA:
            self._depth -= 1
            return self._depth == 0
        else:
            return True
        return False

    def _keep(self, chunk: bytes, start: int, end: int) -> None:
        self._size += end - start
        self._newlines += chunk.count(b"\n", start, end)
        room = self._longest - self._kept
        if room > 0:
            piece = chunk[start : min(end, start + room)]
            self._pieces.append(piece)
            self._kept += len(piece)

    def _element(self, mark: int) -> Iterator[Entry]:
        text = b"".join(self._pieces)
        body = text.lstrip(_SPACE)
        line = self._line + text.count(b"\n", 0, len(text) - len(body))
        whole = self._size <= self._longest
        last = mark != _COMMA
        if body or not whole or not last or self._after_comma:
            self._item += 1
            raw = body.rstrip(_SPACE) if whole else body[:HEAD]
            yield Entry(self._item, line, raw, self._size, whole)
        self._after_comma = not last
        self._line += self._newlines
        self._pieces = []
        self._kept = self._size = self._newlines = 0

    def _refuse_more(self, chunk: bytes, at: int) -> None:
        rest = chunk[at:]
        extra = rest.lstrip(_SPACE)
        if extra:
            line = self._line + rest.count(b"\n", 0, len(rest) - len(extra))
            raise _broken(line, f"more follows the end of the array on line {line}")
        self._line += rest.count(b"\n")


def _broken(line: int, reason: str, remedy: str = "") -> InvalidJobFile:
    error = InvalidJobFile("The file is not one JSON array", reason, remedy)
    error.line = line
    return error
