"""The delays a backoff comes to: a bar for each, the part that jitter may take off shaded."""

from __future__ import annotations

from itertools import accumulate

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pillarbox_engine.backoff import Backoff
from pillarbox_ui.theme.contrast import pill_colour
from pillarbox_ui.theme.fonts import number_font, small_font
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words

MOST = 12
"""Delays that are drawn; of more, the first ones."""


class BackoffChart(QWidget):
    """Shows the policy it was last told, as it will be for a job that fails each time."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._jitter = 0.0
        self.delays: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words.tr("Delays"))
        theme.changed.connect(self.update)

    def tell(self, policy: Backoff, max_attempts: int, retry_for: float | None) -> None:
        """Draw the delays after each attempt but the last."""
        self.delays, self._jitter = policy.schedule(max_attempts, retry_for), policy.jitter
        self.setAccessibleDescription(self.sentence())
        self.setToolTip(self.sentence())
        self.update()

    def sentence(self) -> str:
        """The delays in words, and how long all attempts take at the most."""
        if not self.delays:
            return words.tr("There is one attempt only")
        listed = ", ".join(words.span(delay) for delay in self.delays[:MOST])
        more = ", …" if len(self.delays) > MOST else ""
        whole = words.span(sum(self.delays))
        return words.tr("{0}: waits of {1} in all").format(listed + more, whole)

    def sizeHint(self) -> QSize:
        return QSize(20 * SIZE.row, 2 * SIZE.row + 2 * self._line())

    def _line(self) -> int:
        return QFontMetrics(small_font(self.font())).height()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A bar each: its height by its delay, below it the attempt it comes before."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(number_font(small_font(self.font())))
        if not self.delays:
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.sentence())
            return
        shown = self.delays[:MOST]
        wide = self.width() / max(len(shown), 5)
        waited = list(accumulate(shown))
        for place, delay in enumerate(shown):
            room = QRectF(place * wide, 0, wide, self.height())
            share = (delay / max(shown)) ** 0.5 if max(shown) else 0.0  # short ones are seen too
            self._bar(painter, room, delay, share)
            self._foot(painter, room, place, waited[place])

    def _bar(self, painter: QPainter, room: QRectF, delay: float, share: float) -> None:
        line = self._line()
        tall = max(2.0, (room.height() - 2 * line - SIZE.inside) * share)
        bar = QRectF(room.left() + SIZE.grid, room.height() - line - tall, room.width() / 2, tall)
        colour = self._theme.colour("retrying")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(pill_colour(self._theme.tokens, "retrying")))
        painter.drawRect(bar)
        painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.drawRect(bar)
        painter.setBrush(colour)
        painter.drawRect(bar.adjusted(0, bar.height() * self._jitter, 0, 0))
        painter.setPen(self._theme.colour("text"))
        over = QRectF(bar.left(), bar.top() - line, room.width() - SIZE.grid, line)
        painter.drawText(over, int(Qt.AlignmentFlag.AlignLeft), words.span(delay))

    def _foot(self, painter: QPainter, room: QRectF, place: int, waited: float) -> None:
        painter.setPen(self._theme.colour("muted"))
        text = words.tr("#{0} at {1}").format(place + 2, words.age(waited))
        foot = room.adjusted(SIZE.grid, room.height() - self._line(), 0, 0)
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft), text)
