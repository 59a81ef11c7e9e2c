"""CSV by RFC 4180: rows split off a stream, and the cells of a row.

Owns the form: which character parts the cells, where a row ends (a line end inside quotes does
not), what a cell says. Like the elements of an array, rows are found without being read, so memory
is bounded by one row and a bad row costs only itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto

from pillarbox_engine.importing.records import HEAD, Entry

DELIMITERS = ",;\t"
"""What may part cells; the header tells which one does."""

_QUOTE = b'"'[0]
_BLANK = f" \r{DELIMITERS}".encode()
_IN_QUOTES = re.compile(r'(?:[^"]++|"")*+')


class CellFault(ValueError):
    """A row is not CSV; `column` counts its characters from 1."""

    def __init__(self, reason: str, column: int) -> None:
        super().__init__(reason)
        self.column = column


def delimiter_of(header: str) -> str:
    """What parts the cells of the file with this header: what it has most of outside quotes."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", header)
    return max(DELIMITERS, key=bare.count)


def cells(text: str, delimiter: str) -> list[str]:
    """The cells of one row. Raises `CellFault`."""
    if '"' not in text and "\r" not in text:
        return text.split(delimiter)
    found: list[str] = []
    at = 0
    while True:
        cell, at = _cell(text, at, delimiter)
        found.append(cell)
        if at == len(text):
            return found
        at += 1


def _cell(text: str, at: int, delimiter: str) -> tuple[str, int]:
    """The cell that begins at `at`, and where the delimiter after it (or the end) is."""
    if text.startswith('"', at):
        return _quoted_cell(text, at, delimiter)
    end = text.find(delimiter, at)
    end = len(text) if end < 0 else end
    for mark, name in (('"', "a quote"), ("\r", "a carriage return")):
        place = text.find(mark, at, end)
        if place >= 0:
            reason = (
                f"{name} in a cell without quotes: put the cell in quotes, doubling those in it"
            )
            raise CellFault(reason, place + 1)
    return text[at:end], end


def _quoted_cell(text: str, start: int, delimiter: str) -> tuple[str, int]:
    match = _IN_QUOTES.match(text, start + 1)
    end = match.end() if match else start
    if end == len(text):
        raise CellFault("the quote that opens here is never closed", start + 1)
    after = end + 1
    if after < len(text) and text[after] != delimiter:
        raise CellFault("more follows the closing quote of a cell", after + 1)
    return text[start + 1 : end].replace('""', '"'), after


class _At(Enum):
    """Where in a row its next byte stands."""

    CELL = auto()
    PLAIN = auto()
    QUOTED = auto()
    AFTER_QUOTE = auto()


class RowSplitter:
    """Gives the rows of the chunks it takes; `longest` bounds the bytes kept of one."""

    def __init__(self, delimiter: str, longest: int, first_line: int = 1) -> None:
        self._delimiter, self._longest = delimiter.encode(), longest
        self._line, self._item, self._lines = first_line, 0, 1
        self._at = _At.CELL
        self._pieces: list[bytes] = []
        self._kept = self._size = 0

    def split(self, chunks: Iterator[bytes]) -> Iterator[Entry]:
        """The rows that are not blank, without their line ends."""
        for chunk in chunks:
            first, *others = chunk.split(b"\n")
            self._take(first)
            for piece in others:
                if self._at is _At.QUOTED:
                    self._keep(b"\n")
                    self._lines += 1
                else:
                    yield from self._row()
                self._take(piece)
        yield from self._row()

    def _take(self, piece: bytes) -> None:
        self._at = self._after(piece, self._at)
        self._keep(piece)

    def _after(self, piece: bytes, at: _At) -> _At:
        """Where the row stands after `piece`, which holds no line end."""
        if b'"' not in piece and at in (_At.CELL, _At.PLAIN):
            return at if not piece else _At.CELL if piece.endswith(self._delimiter) else _At.PLAIN
        place = 0
        while place < len(piece):
            at, place = self._step(piece, at, place)
        return at

    def _step(self, piece: bytes, at: _At, place: int) -> tuple[_At, int]:
        """Past the next mark that changes what follows; only a cell's first quote opens it."""
        quote = piece[place] == _QUOTE
        if at is _At.QUOTED:
            end = piece.find(b'"', place)
            return (_At.QUOTED, len(piece)) if end < 0 else (_At.AFTER_QUOTE, end + 1)
        if at is _At.AFTER_QUOTE:
            return (_At.QUOTED, place + 1) if quote else (_At.PLAIN, place)
        if at is _At.CELL and quote:
            return _At.QUOTED, place + 1
        end = piece.find(self._delimiter, place)
        return (_At.PLAIN, len(piece)) if end < 0 else (_At.CELL, end + 1)

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        room = self._longest - self._kept
        if room > 0:
            self._pieces.append(piece[:room])
            self._kept += len(self._pieces[-1])

    def _row(self) -> Iterator[Entry]:
        text, whole = b"".join(self._pieces), self._size <= self._longest
        if text.strip(_BLANK) or not whole:
            self._item += 1
            raw = text.removesuffix(b"\r") if whole else text[:HEAD]
            yield Entry(self._item, self._line, raw, self._size, whole)
        self._line += self._lines
        self._pieces, self._kept, self._size, self._lines = [], 0, 0, 1
        self._at = _At.CELL
