"""Icons by what they mean, drawn in a token's colour.

Owns the table from meaning to glyph, a cache of icons per theme, and the binding that gives an
action or a button its icon anew when the theme changes.
"""

from __future__ import annotations

import weakref
from typing import Protocol

from PySide6.QtGui import QIcon
from shiboken6 import isValid

from pillarbox_ui.theme.glyphs import Glyphs
from pillarbox_ui.theme.tokens import Tokens

GLYPHS: dict[str, str] = {
    "alarm": "bell",
    "attempts": "list-numbers",
    "cancel": "prohibit",
    "check": "check",
    "choose": "cursor",
    "clear": "x",
    "close": "x",
    "collapse": "caret-down",
    "columns": "columns",
    "copy": "copy",
    "dead": "warning-octagon",
    "done": "check-circle",
    "drop": "tray",
    "edit": "pencil-simple",
    "error": "warning-octagon",
    "expand": "caret-right",
    "export": "upload-simple",
    "file": "file-text",
    "filter": "funnel",
    "flow": "tree-structure",
    "handlers": "code",
    "import": "download-simple",
    "in-flight": "timer",
    "info": "info",
    "live": "broadcast",
    "log": "terminal-window",
    "maximum": "arrows-out",
    "menu": "list",
    "new": "plus",
    "next": "caret-right",
    "open": "folder-open",
    "operations": "clock-counter-clockwise",
    "options": "sliders-horizontal",
    "overview": "gauge",
    "pause": "pause",
    "payload": "brackets-curly",
    "previous": "caret-left",
    "purge": "trash",
    "queue": "queue",
    "read-only": "lock-simple",
    "refresh": "arrow-clockwise",
    "release": "hand-palm",
    "replay": "arrow-counter-clockwise",
    "requeue": "arrow-bend-up-right",
    "restore": "arrow-u-up-left",
    "resume": "play",
    "retrying": "arrows-clockwise",
    "sample": "sparkle",
    "saved-view": "bookmark-simple",
    "schedules": "calendar",
    "search": "magnifying-glass",
    "settings": "gear",
    "sort-down": "caret-down",
    "sort-up": "caret-up",
    "stop": "stop",
    "theme": "circle-half",
    "trash": "trash",
    "undo": "arrow-u-up-left",
    "warn": "warning",
    "why": "question",
    "workers": "cpu",
}


class TakesIcon(Protocol):
    """An action or a button: anything an icon can be given to."""

    def setIcon(self, icon: QIcon, /) -> None: ...


class Icons:
    """The icons of one window, in the colours of the theme of the moment."""

    def __init__(self, tokens: Tokens) -> None:
        self._font = Glyphs()
        self._tokens = tokens
        self._cache: dict[tuple[str, str, str], QIcon] = {}
        self._bound: list[tuple[weakref.ref[TakesIcon], str, str]] = []

    def icon(self, meaning: str, tone: str = "muted") -> QIcon:
        """The icon for `meaning` (a key of `GLYPHS`) in `tone`: a token's or a state's name."""
        key = (self._tokens.name, meaning, tone)
        if key not in self._cache:
            self._cache[key] = self._draw(meaning, tone)
        return self._cache[key]

    def bind(self, target: TakesIcon, meaning: str, tone: str = "text") -> None:
        """Give `target` its icon now and whenever the theme changes, as long as it lives."""
        target.setIcon(self.icon(meaning, tone))
        self.unbind(target)
        self._bound.append((weakref.ref(target), meaning, tone))

    def unbind(self, target: TakesIcon) -> None:
        """Stop giving `target` an icon when the theme changes."""
        self._bound = [entry for entry in self._bound if entry[0]() not in (None, target)]

    def recolour(self, tokens: Tokens) -> None:
        """Draw everything bound in the colours of `tokens`."""
        self._tokens = tokens
        for reference, meaning, tone in list(self._bound):
            target = reference()
            if target is not None and isValid(target):
                target.setIcon(self.icon(meaning, tone))

    def _draw(self, meaning: str, tone: str) -> QIcon:
        colour = colour_of(self._tokens, tone)
        faded = self._tokens.line if tone != "on_accent" else self._tokens.on_accent
        return self._font.icon(GLYPHS[meaning], colour, faded)


def colour_of(tokens: Tokens, tone: str) -> str:
    """The colour that `tone` names: a field of `tokens`, or else a state."""
    value = getattr(tokens, tone, None)
    return value if isinstance(value, str) else tokens.state(tone)
