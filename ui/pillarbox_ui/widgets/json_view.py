"""A read-only view of a payload or a result: laid out, coloured, found in.

Owns the limits that keep the window quick: colours up to 64 kB, a preview of 256 kB, and the rest
only when asked for, a slice at a time. What is longer than 64 kB is laid out on a thread.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from pillarbox_ui.dialogs.task import Task
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.buttons import Choice
from pillarbox_ui.widgets.find_bar import FindBar
from pillarbox_ui.widgets.highlighter import JsonHighlighter
from pillarbox_ui.widgets.laid_out import Dress, as_it_is, laid_out, slices

COLOURED = 64 * 1_024
PREVIEW = 256 * 1_024
MOST_LOADED = 8 * 1_024 * 1_024
"""What is longer can be saved, not loaded: a document of it would take the memory of hundreds."""
_AT_ONCE = 16 * 1_024
"""What is shown of a long text while the rest is laid out."""


class JsonView(QWidget):
    """Shows JSON with `set_json`, or any text with `set_text`. `save_asked` wants it in a file;
    `loaded` when all of a long text has been put in."""

    save_asked = Signal(str)
    loaded = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self._dress: Dress = as_it_is
        self._json = True
        self._task: Task | None = None
        self._slices: Iterator[str] = iter(())
        self._theme = theme
        self.editor = QPlainTextEdit(self)
        self.editor.setReadOnly(True)
        self.editor.setUndoRedoEnabled(False)
        self.editor.setAccessibleName(name)
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.editor.setFont(theme.mono())
        self.editor.document().setDocumentMargin(SIZE.between)
        self._highlighter = JsonHighlighter(theme, self.editor.document())
        self._more = Banner(theme, self)
        self._find = FindBar(theme, self.editor, self)
        self._part = ""
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._append)
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

    def set_json(self, text: str, dress: Dress = as_it_is) -> None:
        """Show `text`, which is JSON, laid out; of a long one only its start. `dress` is what is
        done to whatever is shown of it, such as masking."""
        self._show(text, dress, json=True)

    def set_text(self, text: str, coloured: bool = False) -> None:
        """Show `text` as it is: a traceback, a log."""
        self._show(text, as_it_is, json=False, coloured=coloured)

    def text(self) -> str:
        """What is on show."""
        return self.editor.toPlainText()

    def start_finding(self) -> None:
        """Open the line to find in."""
        self._find.start()

    def _show(self, text: str, dress: Dress, json: bool, coloured: bool = False) -> None:
        if (text, dress, json) == (self._whole, self._dress, self._json) and self.text():
            return
        self._stop()
        self._whole, self._dress, self._json = text, dress, json
        self.editor.clear()  # else all lines of the text before would be coloured first
        self._highlighter.set_on((json or coloured) and len(text) <= COLOURED)
        self._more.hide()
        cut_off = words.tr("in the first {0}").format(words.size(PREVIEW))
        self._part = cut_off if len(text) > PREVIEW else ""
        if len(text) <= COLOURED:
            self.editor.setPlainText(laid_out(text, dress, json=json))
            self._find.look_again()
            return
        start = text[:_AT_ONCE]
        self.editor.setPlainText(laid_out(start, dress, json=json, whole=False))
        if len(text) > PREVIEW:
            self._tell_more(len(text))
        self._begin(text[:PREVIEW], whole=len(text) <= PREVIEW)

    def _stop(self) -> None:
        """What is being laid out or put in is not wanted any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._turn.stop()

    def _begin(self, text: str, *, whole: bool) -> None:
        dress, json = self._dress, self._json
        self._task = Task(lambda reports: laid_out(text, dress, json=json, whole=whole))
        self._task.finished.connect(self._take)
        self._task.start()

    @Slot(object)
    def _take(self, text: str) -> None:
        self._task = None
        bar = self.editor.verticalScrollBar()
        if bar.value() == 0:
            self.editor.clear()
            self._slices = slices(text)
        else:  # somebody is reading: what is there already stays where it is
            self._slices = slices(text[self.editor.document().characterCount() :])
        self._turn.start()

    @Slot()
    def _append(self) -> None:
        """One slice; paints and input come between them."""
        part = next(self._slices, None)
        if part is None:
            self._turn.stop()
            self._find.look_again(self._part)
            self.loaded.emit()
            return
        first = self.editor.document().isEmpty()
        cursor = QTextCursor(self.editor.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(part if first else f"\n{part}")

    def _tell_more(self, length: int) -> None:
        message = words.tr("The first {0} of {1} are shown")
        message = message.format(words.size(PREVIEW), words.size(length))
        save = Choice(words.tr("Save as…"), self._ask_to_save)
        if length > MOST_LOADED:
            self._more.tell("info", message, words.tr("It is too long to be loaded here"), (save,))
            return
        load = Choice(words.tr("Load all"), self._load_all)
        self._more.tell("info", message, "", (load, save))

    def _ask_to_save(self) -> None:
        self.save_asked.emit(self._whole)

    @Slot()
    def _load_all(self) -> None:
        self._stop()
        self._more.tell("info", words.tr("Loading…"))
        self.loaded.connect(self._more.hide, Qt.ConnectionType.SingleShotConnection)
        self.editor.verticalScrollBar().setValue(0)
        self._part = ""
        self._begin(self._whole, whole=True)
