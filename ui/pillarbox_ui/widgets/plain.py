"""Text that comes from a job is data: made harmless for a cell, a label, a tool tip.

Owns `one_line` (control characters become visible, bidirectional overrides too), `tip` (escaped,
so a tool tip never renders what a payload says) and `unmarked`.
"""

from __future__ import annotations

import html
import unicodedata

_SHOWN = {ord("\n"): "↵", ord("\r"): "", ord("\t"): " "}
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS = frozenset({"\u200c", "\u200d"})
_UNMARKED = {ord("<"): "\u2039", ord(">"): "\u203a", ord("&"): "\uff06"}
"""Signs that look alike and begin nothing."""

MOST = 400
"""Characters of a text that a cell looks at: more than any column shows."""


def one_line(text: str, most: int = MOST) -> str:
    """`text` on one line of at most `most` characters, every invisible character made visible."""
    cut = text[:most].translate(_SHOWN)
    shown = cut if cut.isascii() and cut.isprintable() else "".join(map(_harmless, cut))
    return shown + "…" if len(text) > most else shown


def _harmless(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def unmarked(text: str) -> str:
    """`text` on one line for those who may or may not take it for markup, as the desktop's
    notifications do: escaped, it would be wrong for some of them, so no tag can begin in it."""
    return one_line(text).translate(_UNMARKED)


def tip(text: str, most: int = 2_000) -> str:
    """`text` as a tool tip that shows it as it is: markup in it is escaped, its lines are kept."""
    cut = text[:most] + ("…" if len(text) > most else "")
    return f"<div style='white-space: pre-wrap'>{html.escape(cut)}</div>" if cut else ""
