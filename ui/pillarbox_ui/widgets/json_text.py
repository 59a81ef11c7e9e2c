"""JSON text laid out for reading, without changing a single value.

Owns `pretty`, which re-spaces the text itself: numbers keep their digits, keys their order and
their repetitions. Small containers stay on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+', re.DOTALL)
_INDENT = "  "
_LINE = 60
"""A container that holds no other, and whose text is at most this long, stays on one line."""

_DEEPEST = 100
"""What is nested deeper is not laid out: its indents alone would be more than one can show."""


def pretty(text: str) -> str:
    """`text`, which is JSON, on as many lines as it needs, two spaces a level."""
    tokens = _TOKEN.findall(text)
    if _depth(tokens) > _DEEPEST:
        return text
    return "".join(_laid_out(tokens, _flat_ends(tokens)))


def _depth(tokens: list[str]) -> int:
    depth = deepest = 0
    for token in tokens:
        depth += (token in "{[") - (token in "}]")
        deepest = max(deepest, depth)
    return deepest


def _flat_ends(tokens: list[str]) -> dict[int, int]:
    """Start → end of every container that stays on one line; the outermost does so only empty."""
    ends: dict[int, int] = {}
    open_at: list[tuple[int, int]] = []
    length, innermost = 0, False
    for place, token in enumerate(tokens):
        if token in "{[":
            open_at.append((place, length))
            innermost = True
        length += len(token) + (token in ":,")
        if token in "}]" and open_at:
            start, before = open_at.pop()
            fits = innermost and length - before <= _LINE
            if fits and (open_at or place - start == 1):
                ends[start] = place
            innermost = False
    return ends


def _laid_out(tokens: list[str], flat: dict[int, int]) -> Iterator[str]:
    depth, until = 0, -1
    for place, token in enumerate(tokens):
        if place <= until:
            yield token + (" " if token in ":," else "")
        elif place in flat:
            until = flat[place]
            yield token
        elif token in "{[":
            depth += 1
            yield token + "\n" + _INDENT * depth
        elif token in "}]":
            depth = max(0, depth - 1)
            yield "\n" + _INDENT * depth + token
        else:
            yield token + _after(token, depth)


def _after(token: str, depth: int) -> str:
    if token == ",":
        return "\n" + _INDENT * depth
    return " " if token == ":" else ""
