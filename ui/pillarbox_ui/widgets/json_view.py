"""A read-only view of a payload or a result: laid out, coloured, found in.

Owns the limits that keep the window quick: colours up to 64 kB, a preview of 256 kB, and the rest
only when asked for.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.buttons import Choice
from pillarbox_ui.widgets.find_bar import FindBar
from pillarbox_ui.widgets.highlighter import JsonHighlighter
from pillarbox_ui.widgets.json_text import pretty

COLOURED = 64 * 1_024
PREVIEW = 256 * 1_024


class JsonView(QWidget):
    """Shows JSON with `set_json`, or any text with `set_text`. `save_asked` wants it in a file."""

    save_asked = Signal(str)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self._json = True
        self._theme = theme
        self.editor = QPlainTextEdit(self)
        self.editor.setReadOnly(True)
        self.editor.setAccessibleName(name)
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.editor.setFont(theme.mono())
        self.editor.document().setDocumentMargin(SIZE.between)
        self._highlighter = JsonHighlighter(theme, self.editor.document())
        self._more = Banner(theme, self)
        self._find = FindBar(theme, self.editor, self)
        self._lay_out()
        QShortcut(QKeySequence.StandardKey.Find, self, self._find.start).setContext(
            Qt.ShortcutContext.WidgetWithChildrenShortcut
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._more, self.editor, self._find):
            column.addWidget(widget)

    def set_json(self, text: str) -> None:
        """Show `text`, which is JSON, laid out; a long one as it is, and only its start."""
        self._show(text, json=True)

    def set_text(self, text: str, coloured: bool = False) -> None:
        """Show `text` as it is: a traceback, a log."""
        self._show(text, json=False, coloured=coloured)

    def text(self) -> str:
        """What is on show."""
        return self.editor.toPlainText()

    def start_finding(self) -> None:
        """Open the line to find in."""
        self._find.start()

    def _show(self, text: str, json: bool, coloured: bool = False) -> None:
        if (text, json) == (self._whole, self._json) and self.text():
            return
        self._whole, self._json = text, json
        self._highlighter.set_on((json or coloured) and len(text) <= COLOURED)
        if len(text) <= PREVIEW:
            self._more.hide()
            self.editor.setPlainText(pretty(text) if json else text)
        else:
            self.editor.setPlainText(text[:PREVIEW])
            self._tell_more(len(text))

    def _tell_more(self, length: int) -> None:
        message = words.tr("The first {0} of {1} are shown")
        message = message.format(words.size(PREVIEW), words.size(length))
        load = Choice(words.tr("Load all"), self._load_all)
        save = Choice(words.tr("Save as…"), self._ask_to_save)
        self._more.tell("info", message, "", (load, save))

    def _ask_to_save(self) -> None:
        self.save_asked.emit(self._whole)

    @Slot()
    def _load_all(self) -> None:
        self._more.hide()
        self.editor.setPlainText(self._whole)
