"""An editor for JSON that tells a mistake as one types, with its place.

Owns the editing comforts (colours, indentation kept, the mistake underlined) and the line beneath
that says what is wrong. What counts as wrong is the validator's business.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.buttons import set_look
from pillarbox_ui.widgets.highlighter import JsonHighlighter
from pillarbox_ui.widgets.json_text import pretty
from pillarbox_ui.widgets.json_view import COLOURED
from pillarbox_ui.widgets.laid_out import cut
from pillarbox_ui.widgets.plain_label import ElidedLabel, PlainLabel

EDITED = 1_000_000
"""Characters that are edited here at most."""
LONGEST_LINE = 100_000
"""Characters of one line of them at most: Qt lays a line out as a whole, 30 MB of one in 80 s."""
_SHOWN = 16 * 1_024
_AT_ONCE = 32 * 1_024
_WAIT_MS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a text and where; line and column count from 1, 0 for nowhere."""

    text: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.text
        place = words.tr("Line {0}, column {1}").format(self.line, self.column)
        return f"{place}: {self.text}"


Validator = Callable[[str], Problem | None]


def plain_json(text: str) -> Problem | None:
    """The least a validator does: is it JSON at all?"""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return Problem(error.msg, error.lineno, error.colno)
    return None


def editable(text: str) -> bool:
    """Whether the editor can bear `text`."""
    if len(text) <= LONGEST_LINE:
        return True
    return len(text) <= EDITED and max(map(len, text.split("\n"))) <= LONGEST_LINE


class JsonEdit(QWidget):
    """The editor. `valid_changed(bool)` when it becomes right or wrong, `edited` when typed in.

    A text it cannot bear is carried as it is: its start is shown, and cannot be changed.
    """

    valid_changed = Signal(bool)
    edited = Signal()

    def __init__(
        self,
        theme: Theme,
        name: str,
        validator: Validator = plain_json,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._validator = theme, validator
        self._problem: Problem | None = None
        self._carried = ""
        self._note = ""
        self.editor = _Editor(self)
        self.editor.setAccessibleName(name)
        self.editor.setFont(theme.mono())
        self.editor.document().setDocumentMargin(SIZE.inside - SIZE.ring)
        self._highlighter = JsonHighlighter(theme, self.editor.document())
        self._message = ElidedLabel(parent=self, small=True)
        self._place = PlainLabel(parent=self, muted=True, small=True)
        self._timer = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._timer.timeout.connect(self.validate)
        self._lay_out()
        self.editor.textChanged.connect(self._typed)
        self.editor.too_long.connect(self._refuse_paste)
        self.editor.cursorPositionChanged.connect(self._moved)
        self.validate()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SIZE.between)
        row.addWidget(self._message, 1)
        row.addWidget(self._place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZE.grid)
        column.addWidget(self.editor, 1)
        column.addLayout(row)
        self.setFocusProxy(self.editor)

    def text(self) -> str:
        """What is typed, or carried."""
        return self._carried or self.editor.toPlainText()

    def set_text(self, text: str, laid_out: bool = False) -> None:
        """Replace the text; `laid_out` re-spaces it for reading first."""
        shown = pretty(text) if laid_out else text
        self._carried = "" if editable(shown) else text
        self._note = self._carried and words.tr(
            "The first {0} of {1}: too long to be edited here, taken as it is"
        ).format(words.size(_SHOWN), words.size(len(text)))
        self.editor.setReadOnly(bool(self._carried))
        self.editor.setPlainText(cut(text[:_SHOWN]) if self._carried else shown)
        self._show()

    def message(self) -> str:
        """What is said below the text."""
        return self._note if self._problem is None else str(self._problem)

    def set_validator(self, validator: Validator) -> None:
        """Judge by another validator from now on: another queue was chosen."""
        self._validator = validator
        self.validate()

    @property
    def problem(self) -> Problem | None:
        """What is wrong now, or None."""
        return self._problem

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong."""
        return self._problem is None

    @Slot()
    def validate(self) -> bool:
        """Judge the text now, and show the verdict."""
        self._timer.stop()
        was, self._problem = self._problem, self._validator(self.text())
        self._show()
        if (was is None) != (self._problem is None):
            self.valid_changed.emit(self._problem is None)
        return self._problem is None

    @Slot()
    def _typed(self) -> None:
        length = len(self._carried) or self.editor.document().characterCount()
        self._note = self._note if self._carried else ""
        self._highlighter.set_on(length <= COLOURED)
        if length <= _AT_ONCE:
            self.validate()
        else:
            self._timer.start()
        self.edited.emit()

    @Slot(int)
    def _refuse_paste(self, length: int) -> None:
        self._note = words.tr(
            "{0} are too long to be pasted here: put them in a file and import it"
        ).format(words.size(length))
        self._show()

    @Slot()
    def _moved(self) -> None:
        cursor = self.editor.textCursor()
        place = words.tr("Line {0}, column {1}")
        self._place.setText(place.format(cursor.blockNumber() + 1, cursor.columnNumber() + 1))

    def _show(self) -> None:
        set_look(self.editor, "invalid", self._problem is not None)
        self._message.setText(self.message())
        self._message.set_tone("error" if self._problem else "")
        self.editor.setExtraSelections(self._marks())

    def _marks(self) -> list[QTextEdit.ExtraSelection]:
        """The mistake, underlined: the character at its place, or the one before the end."""
        if self._problem is None or not self._problem.line or self._carried:
            return []
        block = self.editor.document().findBlockByNumber(self._problem.line - 1)
        if not block.isValid():
            return []
        column = min(self._problem.column - 1, max(0, block.length() - 2))
        mark = QTextEdit.ExtraSelection()
        mark.cursor = QTextCursor(block)
        mark.cursor.setPosition(block.position() + max(0, column))
        mark.cursor.movePosition(
            QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor
        )
        mark.format = self._underline()
        return [mark]

    def _underline(self) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        form.setUnderlineColor(self._theme.colour("error"))
        return form


class _Editor(QPlainTextEdit):
    """Keeps the indentation on Return; Tab goes on to the next field. `too_long(length)` where
    what is pasted cannot be borne."""

    too_long = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("framed", True)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste, or take what is dropped."""
        text = source.text()
        if editable(text):
            super().insertFromMimeData(source)
        else:
            self.too_long.emit(len(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return goes to the next line at the same indentation, deeper after a bracket."""
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Return and plain:
            line = self.textCursor().block().text()[: self.textCursor().positionInBlock()]
            indent = line[: len(line) - len(line.lstrip())]
            deeper = "  " if line.rstrip().endswith(("{", "[")) else ""
            self.insertPlainText("\n" + indent + deeper)
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)
