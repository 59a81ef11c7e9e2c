"""The ring around a graph that has the keyboard: over all it is made of, in nobody's way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.painting import paint_ring

_WATCHED = (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.Resize)


class FocusRing(QWidget):
    """As large as `owner`, seen while that has the focus."""

    def __init__(self, theme: Theme, owner: QWidget) -> None:
        super().__init__(owner)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        owner.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Come and go with the focus."""
        if event.type() in _WATCHED and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
            self.setVisible(watched.hasFocus())
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nothing but the ring."""
        paint_ring(QPainter(self), self.rect(), self._theme.colour("accent"), SIZE.radius)
