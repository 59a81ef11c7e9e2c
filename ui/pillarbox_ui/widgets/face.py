"""A font with what is asked of it for every cell: how much of a text fits, and how wide that is.

Owns the remembering. Asking Qt anew for each cell of each repaint was a third of a table's cost.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication

MOST_FITTED = 4_096
"""Texts remembered. Then all are forgotten: what is on the screen is soon known again."""


class Face:
    """`font`, measured once. It is thrown away when letters change."""

    __slots__ = ("_fitted", "_rise", "font", "metrics")

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetrics(font)
        window = QFontMetrics(QGuiApplication.font())
        self._rise = window.ascent() - window.descent() + 1
        self._fitted: dict[tuple[str, int], tuple[str, int]] = {}

    def fitted(self, text: str, room: int) -> tuple[str, int]:
        """As much of `text` as fits in `room` px, elided at its end, and how wide that is in px."""
        found = self._fitted.get((text, room))
        if found is None:
            if len(self._fitted) >= MOST_FITTED:
                self._fitted.clear()
            found = self._fitted[text, room] = self._fit(text, room)
        return found

    def _fit(self, text: str, room: int) -> tuple[str, int]:
        width = self.metrics.horizontalAdvance(text)
        if width <= room:
            return text, width
        shown = self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        return shown, self.metrics.horizontalAdvance(shown)

    def width(self, text: str) -> int:
        """How wide `text` is, in px."""
        return self.fitted(text, 1 << 20)[1]

    def baseline(self, rect: QRect) -> int:
        """Where text stands in `rect`: by the window's own font, so the fixed one does not sink."""
        return rect.top() + (rect.height() + self._rise) // 2
