"""What is shown where there is nothing to show: an icon, a title, a sentence, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pillarbox_ui.theme.fonts import grown
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.buttons import Choice, button, clear
from pillarbox_ui.widgets.plain_label import PlainLabel

_MOST = 460
"""No line of the text is wider than this, in px, at the usual size of letters."""


class EmptyState(QWidget):
    """Centred in whatever room it gets; `tell` changes what it says."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        text: str = "",
        choices: Sequence[Choice] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._meaning = icon
        self._icon = QLabel(self)
        self._title = PlainLabel(parent=self, title=True)
        self._text = PlainLabel(parent=self, muted=True)
        self._buttons = QHBoxLayout()
        self._column = QVBoxLayout(self)
        self._lay_out()
        self.tell(icon, title, text, choices)
        theme.changed.connect(self._redraw)

    def _lay_out(self) -> None:
        self._buttons.setSpacing(SIZE.inside)
        column = self._column
        column.setSpacing(SIZE.inside)
        column.addStretch(2)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._title, self._text):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(SIZE.inside)
        column.addLayout(self._buttons)
        column.addStretch(3)

    def tell(self, icon: str, title: str, text: str = "", choices: Sequence[Choice] = ()) -> None:
        """Say something else."""
        self._meaning = icon
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(f"{title}. {text}" if text else title)
        self._set_choices(choices)
        self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Its edges take what the text does not use: Qt asks a label that is centred by its layout
        for no height."""
        super().resizeEvent(event)
        most = max(grown(_MOST), self._buttons.minimumSize().width())
        side = max(SIZE.edge, (self.width() - most) // 2)
        self._column.setContentsMargins(side, SIZE.edge, side, SIZE.edge)

    def minimumSizeHint(self) -> QSize:
        """What the buttons need: wide edges keep nobody from making it narrow."""
        width = self._buttons.minimumSize().width() + 2 * SIZE.edge
        return QSize(width, super().minimumSizeHint().height())

    def title(self) -> str:
        """What it says first."""
        return self._title.text()

    def _set_choices(self, choices: Sequence[Choice]) -> None:
        clear(self._buttons)
        self._buttons.addStretch(1)
        for choice in choices:
            self._buttons.addWidget(button(self._theme, choice, self))
        self._buttons.addStretch(1)

    @Slot()
    def _redraw(self) -> None:
        icon = self._theme.icon(self._meaning, "muted")
        side = grown(SIZE.icon_large)
        self._icon.setPixmap(icon.pixmap(side, side))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Content colour: it may lie over a table."""
        QPainter(self).fillRect(self.rect(), self._theme.colour("content"))
