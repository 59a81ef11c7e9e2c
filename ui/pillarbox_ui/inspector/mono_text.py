"""Read-only text in the fixed font: tracebacks, differences, log lines.

Owns showing text as text, bounded, and updating it without losing the reader's place.
"""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.words import tr

MOST = 256 * 1024
"""Characters shown at most; laying out more would be felt."""

MOST_LINE = 4_000
"""Characters of one line shown at most: Qt lays a line out as a whole."""

_CONTROLS = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"}
_MARKS = dict.fromkeys((*range(8234, 8239), *range(8294, 8298), 8206, 8207), "�")
_HARMLESS = {**_CONTROLS, **_MARKS, 0x7F: "\u2421"}


def harmless(text: str) -> str:
    """`text` with controls and bidirectional marks made visible, and its size bounded."""
    lines = text[:MOST].translate(_HARMLESS).split("\n")
    cut = [line if len(line) <= MOST_LINE else line[:MOST_LINE] + "…" for line in lines]
    end = "\n" + tr("… {0} more characters").format(f"{len(text) - MOST:,}")
    return "\n".join(cut) + (end if len(text) > MOST else "")


class MonoText(QPlainTextEdit):
    """Text one reads and copies from. `wrap`: long lines are wrapped rather than scrolled."""

    def __init__(self, theme: Theme, name: str, *, wrap: bool = True) -> None:
        super().__init__()
        self._theme = theme
        self._shown = ""
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(SIZE.between)
        mode = QPlainTextEdit.LineWrapMode
        self.setLineWrapMode(mode.WidgetWidth if wrap else mode.NoWrap)
        self._set_font()
        theme.changed.connect(self._set_font)

    @Slot()
    def _set_font(self) -> None:
        self.setFont(self._theme.mono())

    def show_text(self, text: str) -> None:
        """Show `text`: nothing moves if it is the same, and what grew is added at its end."""
        if text == self._shown:
            return
        grown = bool(self._shown) and text.startswith(self._shown) and len(text) <= MOST
        added, self._shown = text[len(self._shown) :], text
        if grown and added.startswith("\n"):
            self._append(harmless(added[1:]))
        else:
            self.setPlainText(harmless(text))

    def _append(self, text: str) -> None:
        bar = self.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        place = bar.value()
        self.appendPlainText(text)
        bar.setValue(bar.maximum() if at_end else place)


class DiffColours(QSyntaxHighlighter):
    """Added and removed lines of a difference in two tones, beside their + and −."""

    def __init__(self, theme: Theme, document: QTextDocument, owner: QWidget) -> None:
        super().__init__(document)
        self._theme = theme
        self._on = False
        theme.changed.connect(self.rehighlight)
        owner.destroyed.connect(self.deleteLater)

    def set_on(self, on: bool) -> None:
        """Whether the text is a difference; set it before the text."""
        self._on = on

    def highlightBlock(self, text: str) -> None:
        tone = {"+": "good", "-": "error", "@": "muted"}.get(text[:1]) if self._on else None
        if tone is not None:
            look = QTextCharFormat()
            look.setForeground(self._theme.colour(tone))
            self.setFormat(0, len(text), look)
