"""The bar that offers to undo: what was done, Undo, and the time that is left for it.

It slides in within `Theme.motion_ms`, counts down, and goes by itself.
"""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.buttons import Choice, button
from pillarbox_ui.widgets.plain_label import ElidedLabel, PlainLabel

_TICK_MS = 250


class UndoBar(QWidget):
    """Hidden until `offer` is called. Both signals carry the `key` that was offered."""

    undone = Signal(str)
    expired = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._key = ""
        self._left_ms = self._whole_ms = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._motion = QPropertyAnimation(self, b"maximumHeight", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._inner = QWidget(self)
        self._text = ElidedLabel(parent=self._inner)
        self._count = PlainLabel(parent=self._inner, muted=True)
        self.undo = button(theme, Choice(words.tr("Undo"), self._undo, icon="undo"), self._inner)
        self._lay_out()
        self.hide()
        theme.changed.connect(self._redraw)

    def _lay_out(self) -> None:
        self.undo.setProperty("compact", True)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._count.setMinimumWidth(self._count.fontMetrics().horizontalAdvance("59m 59s"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self._inner)
        row.setContentsMargins(SIZE.edge, SIZE.inside, SIZE.inside, SIZE.inside + 2)
        row.setSpacing(SIZE.between)
        row.addWidget(self._text, 1)
        for widget in (self._count, self.undo, self._close_button()):
            row.addWidget(widget)

    def _close_button(self) -> QToolButton:
        close = QToolButton(self._inner)
        close.setAccessibleName(words.tr("Dismiss"))
        close.setToolTip(words.tr("Dismiss"))
        close.clicked.connect(self.dismiss)
        self._theme.icons.bind(close, "close", "text")
        return close

    def offer(self, text: str, key: str = "", seconds: float = 10.0) -> None:
        """Offer for `seconds` to undo what `text` says was done."""
        self._key = key
        self._left_ms = self._whole_ms = round(seconds * 1_000)
        self._text.setText(text)
        self.setAccessibleName(text)
        self._show_left()
        self._timer.start()
        self._slide_in()

    def text(self) -> str:
        """What the bar says was done."""
        return self._text.whole()

    def seconds_left(self) -> float:
        """How long the offer still stands."""
        return self._left_ms / 1_000

    @Slot()
    def dismiss(self) -> None:
        """Hide the bar; the offer is over."""
        self._timer.stop()
        self.hide()
        self.expired.emit(self._key)

    def _undo(self) -> None:
        self._timer.stop()
        self.hide()
        self.undone.emit(self._key)

    def _slide_in(self) -> None:
        height = self.sizeHint().height()
        self._motion.stop()
        self.setMaximumHeight(height)
        self.show()
        if self._theme.motion_ms:
            self._motion.setDuration(self._theme.motion_ms)
            self._motion.setStartValue(1)
            self._motion.setEndValue(height)
            self._motion.start()

    @Slot()
    def _tick(self) -> None:
        self._left_ms -= _TICK_MS
        if self._left_ms <= 0:
            self.dismiss()
        else:
            self._show_left()

    def _show_left(self) -> None:
        self._count.setText(words.countdown(self._left_ms / 1_000))
        self.update()

    @Slot()
    def _redraw(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        """What its content needs."""
        return self._inner.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Any height: it slides in; its content keeps its own and is cut meanwhile."""
        return QSize(self._inner.minimumSizeHint().width(), 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The content keeps its height while the bar slides."""
        super().resizeEvent(event)
        self._inner.setGeometry(0, 0, self.width(), self._inner.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A quiet ground, a hairline above, and the time left along the lower edge."""
        painter = QPainter(self)
        tokens = self._theme.tokens
        painter.fillRect(self.rect(), QColor(tokens.hover))
        painter.fillRect(0, 0, self.width(), SIZE.hairline, QColor(tokens.line))
        share = self._left_ms / self._whole_ms if self._whole_ms else 0.0
        low = QRectF(0, self.height() - 2, self.width() * share, 2)
        painter.fillRect(low, QColor(tokens.accent))
