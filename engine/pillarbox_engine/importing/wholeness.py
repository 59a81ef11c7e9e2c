"""Is a large JSON array whole? A quick pass over its brackets, before any of it is taken.

Owns the count. It must not slow an import down, so it works on chunks with operations on whole
byte strings: strings are cut out, only brackets are left, and pairs of them are crossed out.
Exact places and reasons are the splitter's business, which is asked only when this one says no.
"""

from __future__ import annotations

from collections.abc import Iterator

from pillarbox_engine.json_brackets import crossed_out, square, without_escapes

_ROUNDS = 32
_CLOSER = b"]"[0]


class WholenessCheck:
    """Takes an array's chunks after its opening bracket."""

    def __init__(self) -> None:
        self._depth = 1
        self._in_string = self._escaped = False

    def is_whole(self, chunks: Iterator[bytes]) -> bool:
        """Whether the array is closed and nothing but white space follows. Reads to the end."""
        whole = True
        for chunk in chunks:
            whole = whole and self._take(chunk)
        return whole and self._depth == 0

    def _take(self, chunk: bytes) -> bool:
        if self._depth == 0:
            return not chunk.strip()
        brackets = self._brackets(chunk)
        # Where pairs are left, more closing brackets are counted than there are, which is harmless:
        # the array is then looked at one bracket at a time.
        left = crossed_out(brackets, _ROUNDS)
        if left.count(b"]") < self._depth:
            self._depth += left.count(b"[") - left.count(b"]")
            return True
        return self._close(brackets, chunk)

    def _close(self, brackets: bytes, chunk: bytes) -> bool:
        """The array ends in this chunk: true if with its last character."""
        for place, mark in enumerate(brackets, 1):
            self._depth += -1 if mark == _CLOSER else 1
            if self._depth == 0:
                last = place == len(brackets) and chunk.rstrip().endswith(b"]")
                return last and not self._in_string
        return True

    def _brackets(self, chunk: bytes) -> bytes:
        """The brackets outside strings, all of them written square."""
        if self._escaped:
            chunk = chunk[1:]
        self._escaped = False
        if b"\\" in chunk:
            chunk = self._without_escapes(chunk)
        parts = chunk.split(b'"')
        outside = parts[1::2] if self._in_string else parts[::2]
        self._in_string ^= len(parts) % 2 == 0
        return square(outside)

    def _without_escapes(self, chunk: bytes) -> bytes:
        chunk = without_escapes(chunk)
        self._escaped = chunk.endswith(b"\\")
        return chunk
