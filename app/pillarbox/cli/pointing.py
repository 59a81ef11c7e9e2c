"""Showing where in a line a mistake is: the line, and a caret under the column.

Owns how much of a long line is shown, and that a character which takes two columns counts so.
"""

from __future__ import annotations

import unicodedata

BEFORE = 60
AFTER = 40
"""Characters shown on either side of the column."""


def pointed(text: str, column: int) -> str:
    """Two lines: the part of `text` around its 1-based `column`, and a caret under that."""
    at = max(0, min(column - 1, len(text)))
    start, end = max(0, at - BEFORE), min(len(text), at + AFTER)
    lead = "…" if start else ""
    shown = _visible(text[start:at])
    tail = _visible(text[at:end]) + ("…" if end < len(text) else "")
    return f"{lead}{shown}{tail}\n{' ' * _columns(lead + shown)}^"


def _visible(text: str) -> str:
    """Each character in a place of its own: what does not show is a dot."""
    return "".join(c if c.isprintable() else "·" for c in text)


def _columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)
