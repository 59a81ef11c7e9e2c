"""What every dialog has: its edges and gaps, a place for what went wrong, and a row of buttons.

Owns `Dialog`, the base, and the small parts the dialogs share: a labelled field with its error
below it, and a label that shows text as text.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE


def plain(text: str = "", *, wrap: bool = True, **properties: bool | str) -> QLabel:
    """A label that never reads `text` as markup; `properties` are what the style sheet knows."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    for name, value in properties.items():
        label.setProperty(name, value)
    return label


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property the style sheet goes by, and have the widget drawn by it."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Field(QWidget):
    """A label, what it labels, and below it a hint, or in its place what is wrong."""

    def __init__(self, title: str, editor: QWidget, hint: str = "") -> None:
        super().__init__()
        self.editor = editor
        self._hint = hint
        self._label = plain(title, wrap=False)
        self._label.setBuddy(editor)
        self._note = plain(hint, muted=True, small=True)
        self._note.setVisible(bool(hint))
        if not editor.accessibleName():
            editor.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZE.grid)
        for widget in (self._label, editor, self._note):
            column.addWidget(widget)

    def set_error(self, text: str) -> None:
        """Say what is wrong; "" takes it back."""
        self._note.setText(text or self._hint)
        self._note.setVisible(bool(text or self._hint))
        set_property(self._note, "tone", "error" if text else "")
        set_property(self.editor, "invalid", bool(text))

    def set_hint(self, text: str) -> None:
        """Change what is said while nothing is wrong."""
        shows_error = self._note.text() != self._hint
        self._hint = text
        if not shows_error:
            self.set_error("")

    @property
    def error(self) -> str:
        """What is shown to be wrong, or ""."""
        return self._note.text() if self.editor.property("invalid") else ""


class Dialog(QDialog):
    """A dialog: `body` to fill, `tell_error` for what went wrong, buttons at the foot."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SIZE.edge, SIZE.edge, SIZE.edge, SIZE.edge)
        self._column.setSpacing(SIZE.between)
        self.body = QVBoxLayout()
        self.body.setSpacing(SIZE.between)
        self._column.addLayout(self.body, 1)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(SIZE.inside)
        self._foot.addStretch(1)
        self._column.addLayout(self._foot)

    def add_button(
        self, text: str, pressed: Callable[[], object], *, primary: bool = False, left: bool = False
    ) -> QPushButton:
        """A button at the foot, right of those before it; `left`: at the left edge."""
        button = QPushButton(text)
        button.setAutoDefault(primary)
        button.setDefault(primary)
        button.setProperty("primary", primary)
        button.clicked.connect(lambda: pressed())
        self._foot.insertWidget(0 if left else self._foot.count(), button)
        return button


def separator() -> QFrame:
    """A hairline between groups."""
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFixedHeight(SIZE.hairline)
    line.setProperty("hairline", True)
    return line
