"""Colours for JSON: keys, strings, numbers, and the three words."""

from __future__ import annotations

import re

from PySide6.QtCore import Slot
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from pillarbox_ui.theme.theme import Theme

_PART = re.compile(
    r'(?P<json_key>"(?:[^"\\]|\\.)*"(?=\s*:))'
    r'|(?P<json_string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<json_number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)"
    r"|(?P<json_word>\b(?:true|false|null)\b)"
)


class JsonHighlighter(QSyntaxHighlighter):
    """Highlights a document of JSON; `set_on(False)` for documents too large for it."""

    def __init__(self, theme: Theme, document: QTextDocument) -> None:
        super().__init__(document)
        self._theme = theme
        self._on = True
        self._formats = self._make()
        theme.changed.connect(self._recolour)

    def set_on(self, on: bool) -> None:
        """Highlight, or leave the text plain."""
        if on != self._on:
            self._on = on
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        if not self._on:
            return
        for found in _PART.finditer(text):
            form = self._formats[str(found.lastgroup)]
            self.setFormat(found.start(), found.end() - found.start(), form)

    def _make(self) -> dict[str, QTextCharFormat]:
        return {part: self._form(part) for part in _PART.groupindex}

    def _form(self, part: str) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setForeground(self._theme.colour(part))
        return form

    @Slot()
    def _recolour(self) -> None:
        self._formats = self._make()
        self.rehighlight()
