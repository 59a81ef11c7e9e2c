"""The sentence that says why a job is not running, on a tint of its state's colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pillarbox_ui.dialogs.frame import plain
from pillarbox_ui.theme.contrast import pill_colour
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE


class Sentence(QWidget):
    """A heading and a sentence. Both are plain text."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state = "waiting"
        self._heading = plain("", heading=True)
        self._said = plain("")
        self._said.set_selectable()
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZE.between, SIZE.inside, SIZE.between, SIZE.inside)
        column.setSpacing(SIZE.grid)
        column.addWidget(self._heading)
        column.addWidget(self._said)
        theme.changed.connect(self.update)

    def tell(self, state: str, heading: str, said: str) -> None:
        """Say something else, in the colour of `state`."""
        if said != self._said.text():
            self._said.setText(said)
        self._heading.setText(heading)
        self.setAccessibleName(f"{heading}: {said}")
        self._state = state
        self.update()

    def text(self) -> str:
        """The sentence."""
        return self._said.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tint, and a bar of the colour itself at the left."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(pill_colour(self._theme.tokens, self._state)))
        painter.drawRoundedRect(QRectF(self.rect()), SIZE.radius, SIZE.radius)
