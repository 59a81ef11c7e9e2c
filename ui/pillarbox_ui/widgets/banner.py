"""An inline banner: what happened, why, and the buttons that help. It covers nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from pillarbox_ui.theme.contrast import blend, pill_colour
from pillarbox_ui.theme.fonts import grown
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.buttons import Choice, button, clear
from pillarbox_ui.widgets.plain_label import PlainLabel


class Banner(QWidget):
    """Hidden until `tell` is called. `told` when it says something, `closed` when the person closes
    it."""

    told = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.tone = "info"
        self._icon = QLabel(self)
        self._text = PlainLabel(parent=self, heading=True)
        self._reason = PlainLabel(parent=self)
        self._buttons = QHBoxLayout()
        self._close = QToolButton(self)
        self._lay_out()
        self.hide()
        theme.changed.connect(self._redraw)

    def _lay_out(self) -> None:
        for label in (self._text, self._reason):
            label.setWordWrap(True)
            label.set_selectable()
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._close.setAccessibleName(words.tr("Close this message"))
        self._close.setToolTip(words.tr("Close"))
        self._close.clicked.connect(self._closed)
        self._theme.icons.bind(self._close, "close", "text")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._text)
        texts.addWidget(self._reason)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZE.edge, 10, SIZE.inside, 10)
        row.setSpacing(SIZE.between)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(texts, 1)
        row.addLayout(self._buttons)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)

    def tell(self, tone: str, text: str, reason: str = "", choices: Sequence[Choice] = ()) -> None:
        """Show a message. `tone` is "info", "good", "warn" or "error"; `reason` may be empty."""
        self.tone = tone
        self._text.setText(text)
        reason = _stopped(reason)
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self.setAccessibleName(f"{text} {reason}".strip())
        self._set_choices(choices)
        self._redraw()
        self.show()
        self.told.emit()

    def text(self) -> str:
        """What the banner says."""
        return self._text.text()

    def _set_choices(self, choices: Sequence[Choice]) -> None:
        clear(self._buttons)
        for choice in choices:
            made = button(self._theme, choice, self)
            made.setProperty("compact", True)
            self._buttons.addWidget(made)

    @Slot()
    def _closed(self) -> None:
        self.hide()
        self.closed.emit()

    @Slot()
    def _redraw(self) -> None:
        meaning = {"good": "done", "warn": "warn", "error": "error"}.get(self.tone, "info")
        icon = self._theme.icon(meaning, self.tone)
        side = grown(SIZE.icon_navigation)
        self._icon.setPixmap(icon.pixmap(side, side))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tint of the tone, a bar of it at the left, a hairline beneath."""
        painter = QPainter(self)
        tokens, area = self._theme.tokens, self.rect()
        painter.fillRect(area, QColor(pill_colour(tokens, self.tone)))
        painter.fillRect(0, 0, 3, area.height(), self._theme.colour(self.tone))
        edge = blend(tokens.state(self.tone), tokens.content, 0.35)
        painter.setPen(QPen(QColor(edge), SIZE.hairline))
        bottom = QRectF(area).bottom() - 0.5
        painter.drawLine(0, int(bottom), area.width(), int(bottom))


def _stopped(text: str) -> str:
    """`text` with a stop at its end, where it has none."""
    return text if not text or text[-1] in ".!?…:" else f"{text}."
