"""What every dialog has: its edges and gaps, a place for what went wrong, and a row of buttons.

Owns `Dialog`, the base, and the small parts the dialogs share: a labelled field with its error
below it, and a label that shows text as text.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pillarbox_engine.errors import PillarboxError
from pillarbox_ui.dialogs.body import Body
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.buttons import Choice, button, set_look
from pillarbox_ui.widgets.plain_label import PlainLabel


def plain(text: str = "", *, wrap: bool = True, **properties: bool) -> PlainLabel:
    """A label for data, wrapped if wanted; `properties` (muted, heading, …) pick its look."""
    label = PlainLabel(text, None, **properties)
    label.setWordWrap(wrap)
    return label


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
        if isinstance(editor, QComboBox) and (line := editor.lineEdit()) is not None:
            line.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZE.grid)
        for widget in (self._label, editor, self._note):
            column.addWidget(widget)

    def set_error(self, text: str) -> None:
        """Say what is wrong; "" takes it back."""
        self._note.setText(text or self._hint)
        self._note.setVisible(bool(text or self._hint))
        self._note.set_tone("error" if text else "")
        if bool(self.editor.property("invalid")) != bool(text):
            set_look(self.editor, "invalid", bool(text))

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
    """A dialog: `body` to fill, `show_error` for what went wrong, buttons at the foot."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SIZE.edge, SIZE.edge, SIZE.edge, SIZE.edge)
        self._column.setSpacing(SIZE.between)
        self.banner = Banner(theme, self)
        self.banner.told.connect(self._grow)
        self._column.addWidget(self.banner)
        self._body = Body()
        self.body = self._body.column
        self._column.addWidget(self._body, 1)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(SIZE.inside)
        self._foot.addStretch(1)
        self._column.addLayout(self._foot)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as large as the words need: Qt gives a dialog two thirds of the screen at the most,
        and squeezes what wraps below its own height."""
        if not event.spontaneous():
            self.fit(self.width())
        super().showEvent(event)

    def fit(self, width: int) -> None:
        """Be `width` px wide, or as wide as the words need, and as high as they then are.

        Never larger than the screen: what has no room there is scrolled to.
        """
        room = self.screen().availableGeometry()
        width = min(max(width, self._column.totalMinimumSize().width()), room.width())
        height = max(self.height(), self._column.totalHeightForWidth(width))
        self.resize(width, min(height, room.height()))

    @Slot()
    def _grow(self) -> None:
        """What is told takes nothing away from what was there before."""
        if self.isVisible():
            self.fit(self.width())

    def show_error(self, error: PillarboxError) -> None:
        """Say what could not be done, why, and what to do; the dialog stays as it is."""
        reason = f"{error.reason}. {error.remedy}" if error.remedy else error.reason
        reason = reason.lstrip(". ")
        self.banner.tell("error", error.title, reason[:1].upper() + reason[1:])

    def clear_error(self) -> None:
        """Take back what `show_error` said."""
        self.banner.hide()

    def add_button(
        self, text: str, pressed: Callable[[], object], look: str = "", *, left: bool = False
    ) -> QPushButton:
        """A button at the foot, right of those before it; `left`: at the left edge.

        `look` is "", "primary" (Return presses it), "quiet" or "danger".
        """
        made = button(self.theme, Choice(text, pressed, look), self)
        made.setAutoDefault(True)  # Return on a button is a click on that one, not on the primary
        made.setDefault(look == "primary")
        if look == "primary":
            made.setToolTip(self.tr("Ctrl+Return, from anywhere in the dialog"))
            for keys in ("Ctrl+Return", "Ctrl+Enter"):
                QShortcut(QKeySequence(keys), self).activated.connect(made.click)
        self._foot.insertWidget(0 if left else self._foot.count(), made)
        return made


def name_button(made: QPushButton, text: str) -> None:
    """Change what a button says, to the eye and to a screen reader."""
    made.setText(text)
    made.setAccessibleName(text)
