"""Where the parts of a JSON text lie, found without making a single value of it.

Owns `Spans`, which goes through the entries of an object or list and can be left after any step.
Parsing a text of 30 MB holds every thread up for most of a second, in one call, and letting go of
its million values does so again; a step here looks at some hundred kB at most. Nothing recurses.
The text is valid JSON, since the store takes no other; of any other text the spans mean nothing,
but the search ends.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

STEP = 64 * 1_024
"""Characters after which a step is over. One more piece of at most as many may have been begun."""
_RUN = 256
_PIECE = STEP // _RUN
_EACH = 250
"""A turn of a loop takes about as long as so many characters of a long piece."""

_SHORT = rf'"[^"\\]{{0,{_PIECE - 2}}}+"'
_ACROSS = re.compile(rf'(?:[^"\[\]{{}}]{{1,{_PIECE}}}+|{_SHORT}){{0,{_RUN}}}+')
"""On to the next bracket, or to a string that is long or has escapes."""
_STRINGS = re.compile(_SHORT)
_IN_STRING = re.compile(rf'(?:[^"\\]{{1,{_PIECE}}}+|\\.){{0,{_RUN}}}+', re.DOTALL)
_BLANKS = re.compile(r"[ \t\n\r]*+")
_SCALAR = re.compile(r"[^ \t\n\r,\]}]*+")

Steps = Generator[None, None, int]
"""Yields after each step; returns the place that was looked for."""


@dataclass(frozen=True, slots=True)
class Span:
    """A value at `text[start:end]`; `key` is the text of its key, quotes and all, None in a list.

    `entries` is how many a container holds, None where that was not counted.
    """

    key: str | None
    start: int
    end: int
    entries: int | None = None


class Spans:
    """Finds the spans of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ends: dict[int, int] = {}
        self._worked = 0

    def root(self) -> Span:
        """The whole value."""
        return Span(None, self._blanks(0), len(self.text.rstrip(" \t\n\r")))

    def is_container(self, span: Span) -> bool:
        """Whether it is an object or a list."""
        return self._at(span.start) in "[{"

    def entries(self, span: Span) -> Iterator[Span | None]:
        """The entries of a container, in order; None between them after each step."""
        keyed = self._at(span.start) == "{"
        at = self._blanks(span.start + 1)
        while at < span.end and self.text[at] not in "]}":
            key = None
            if keyed:
                end = yield from self._string(at)
                key, at = self.text[at:end], self._blanks(self._blanks(end) + 1)
            found = yield from self._value(at, key)
            yield found
            at = self._blanks(max(found.end, at + 1))
            at = self._blanks(at + 1) if self._at(at) == "," else at

    def _at(self, place: int) -> str:
        return self.text[place] if place < len(self.text) else "]"

    def _blanks(self, at: int) -> int:
        return _end(_BLANKS, self.text, at)

    def _tired(self, characters: int) -> bool:
        """Whether a step is over with these."""
        self._worked += characters + _EACH
        if self._worked < STEP:
            return False
        self._worked = 0
        return True

    def _value(self, at: int, key: str | None) -> Generator[None, None, Span]:
        first = self._at(at)
        if first == '"':
            return Span(key, at, (yield from self._string(at)))
        if first not in "[{":
            return Span(key, at, _end(_SCALAR, self.text, at))
        if at in self._ends:
            return Span(key, at, self._ends[at])
        end, entries = yield from self._container(at)
        return Span(key, at, end, entries)

    def _string(self, at: int) -> Steps:
        """Where the string that begins at `at` has ended."""
        here, more = at + 1, True
        while more:
            end = _end(_IN_STRING, self.text, here)
            more, before, here = end > here, here, end
            if more and self._tired(here - before):
                yield None
        return min(here + 1, len(self.text))

    def _container(self, at: int) -> Generator[None, None, tuple[int, int]]:
        """Where the container at `at` has ended, and how much it holds."""
        opened, commas, here = [at], 0, at + 1
        while opened and here < len(self.text):
            before = here
            here = _end(_ACROSS, self.text, here)
            if len(opened) == 1:
                commas += _STRINGS.sub("", self.text[before:here]).count(",")
            if self._at(here) == '"':
                here = yield from self._string(here)
            else:
                here = self._step(opened, here)
            if self._tired(here - before):
                yield None
        empty = self._blanks(at + 1) == here - 1
        return here, 0 if empty else commas + 1

    def _step(self, opened: list[int], here: int) -> int:
        """Over a bracket; whatever else ended a piece is where the next begins."""
        sign = self._at(here)
        if sign in "[{":
            opened.append(here)
        elif sign in "]}":
            start = opened.pop()
            if here - start > STEP:  # so it need not be gone through again to find its end
                self._ends[start] = here + 1
        return here + (sign in "[]{}")


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()
