"""Find in a text: a line, the count of places, next and previous."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QToolButton, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.plain_label import PlainLabel


class FindBar(QWidget):
    """Hidden until `start`; Return goes to the next place, Shift+Return back, Escape closes."""

    closed = Signal()

    def __init__(self, theme: Theme, editor: QPlainTextEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._part = ""
        self._line = QLineEdit(self)
        self._line.setPlaceholderText(words.tr("Find"))
        self._line.setAccessibleName(words.tr("Find in the text"))
        self._found = PlainLabel(parent=self, muted=True, small=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZE.inside, SIZE.grid, SIZE.inside, SIZE.grid)
        row.setSpacing(SIZE.grid)
        row.addWidget(self._line, 1)
        row.addWidget(self._found)
        for meaning, name, do in self._tools():
            tool = QToolButton(self)
            tool.setAccessibleName(name)
            tool.setToolTip(name)
            theme.icons.bind(tool, meaning, "text")
            tool.clicked.connect(do)
            row.addWidget(tool)
        self._line.textEdited.connect(self._typed)
        self.hide()

    def _tools(self) -> tuple[tuple[str, str, object], ...]:
        return (
            ("previous", words.tr("Previous place"), self.previous),
            ("next", words.tr("Next place"), self.next),
            ("close", words.tr("Close"), self.stop),
        )

    def start(self) -> None:
        """Show the line, ready to be typed in."""
        self.show()
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._line.selectAll()

    @Slot()
    def stop(self) -> None:
        """Hide the line; the text has the focus again."""
        self.hide()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    @Slot()
    def next(self) -> bool:
        """Go to the next place, round from the end; False where there is none."""
        return self._go(QTextDocument.FindFlag(0), QTextCursor.MoveOperation.Start)

    @Slot()
    def previous(self) -> bool:
        """Go to the place before, round from the start; False where there is none."""
        return self._go(QTextDocument.FindFlag.FindBackward, QTextCursor.MoveOperation.End)

    def _go(self, flag: QTextDocument.FindFlag, restart: QTextCursor.MoveOperation) -> bool:
        wanted = self._line.text()
        if not wanted or self._editor.find(wanted, flag):
            return bool(wanted)
        self._editor.moveCursor(restart)
        return self._editor.find(wanted, flag)

    def look_again(self, part: str = "") -> None:
        """The text is another one; `part` says which part of the whole it is, "" for all of it."""
        self._part = part
        if not self.isHidden():
            self._count(self._line.text())

    def found(self) -> str:
        """What is said of how many places there are."""
        return self._found.text()

    def _count(self, wanted: str) -> None:
        places = self._editor.toPlainText().lower().count(wanted.lower()) if wanted else 0
        said = f"{words.counted(places, words.tr('place'))} {self._part}".rstrip()
        self._found.setText(said if wanted else "")

    @Slot(str)
    def _typed(self, wanted: str) -> None:
        self._count(wanted)
        self._editor.moveCursor(QTextCursor.MoveOperation.Start)
        self.next()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return, Shift+Return and Escape."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.previous() if back else self.next()
        elif event.key() == Qt.Key.Key_Escape:
            self.stop()
        else:
            super().keyPressEvent(event)
