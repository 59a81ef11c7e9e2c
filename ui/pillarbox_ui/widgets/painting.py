"""Small shapes that several parts draw: pills, bars, sparks, focus rings.

Owns their geometry. Everything takes colours ready-made, so nothing here knows a theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.face import Face

WIDEST_BAR = 160
"""No bar in a cell is longer than this, in px: beyond it one reads no more from it."""


def draw_line(
    painter: QPainter,
    rect: QRect,
    text: str,
    face: Face,
    colour: QColor,
    alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Draw one line of plain text, elided to `rect`, on the baseline all fonts of a row share."""
    room = rect.width()
    shown, width = face.fitted(text, room)
    left = rect.left() + (room - width if alignment is Qt.AlignmentFlag.AlignRight else 0)
    painter.setFont(face.font)
    painter.setPen(colour)
    painter.drawText(left, face.baseline(rect), shown)


def pill_size(text: str, face: Face) -> tuple[int, int]:
    """Width and height of a pill with a dot and `text`, in px."""
    dot_and_gap = _dot(face.metrics) + SIZE.grid + 1
    return face.width(text) + dot_and_gap + 2 * SIZE.inside, face.metrics.height() + 4


def _dot(metrics: QFontMetrics) -> int:
    """How wide the dot beside a word is."""
    return max(SIZE.dot, metrics.ascent() // 2)


def paint_pill(
    painter: QPainter, rect: QRect, text: str, face: Face, ink: QColor, ground: QColor
) -> None:
    """A dot and a word on an opaque, fully round ground, at the left of `rect`."""
    width, height = pill_size(text, face)
    box = QRect(rect.left(), rect.center().y() - height // 2 + 1, min(width, rect.width()), height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(box), height / 2, height / 2)
    painter.setBrush(ink)
    dot = _dot(face.metrics)
    middle = QPointF(box.left() + SIZE.inside + dot / 2, box.top() + height / 2)
    painter.drawEllipse(middle, dot / 2, dot / 2)
    words = box.adjusted(SIZE.inside + dot + SIZE.grid + 1, 0, -SIZE.inside + 2, 0)
    painter.setFont(face.font)
    painter.setPen(ink)
    shown, _ = face.fitted(text, words.width())
    painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), shown)


def paint_bar(painter: QPainter, rect: QRect, fraction: float, ink: QColor, track: QColor) -> None:
    """A round bar of `SIZE.bar` px across `rect`, filled to `fraction` (0 to 1) from the left."""
    bar = QRectF(rect.left(), rect.center().y() - SIZE.bar / 2 + 1, rect.width(), SIZE.bar)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(track)
    painter.drawRoundedRect(bar, SIZE.bar / 2, SIZE.bar / 2)
    share = min(1.0, max(0.0, fraction))
    if share > 0:
        bar.setWidth(max(float(SIZE.bar), bar.width() * share))
        painter.setBrush(ink)
        painter.drawRoundedRect(bar, SIZE.bar / 2, SIZE.bar / 2)


def spark_points(series: Sequence[float], rect: QRectF) -> list[QPointF]:
    """`series` as points in `rect`, its least at the bottom edge and its most at the top."""
    if not series:
        return []
    low, high = min(series), max(series)
    span = (high - low) or 1.0
    step = rect.width() / max(1, len(series) - 1)
    flat = 0.5 if high == low and high else 0.0  # nothing all the time lies at the bottom
    return [
        QPointF(
            rect.left() + place * step,
            rect.bottom() - rect.height() * ((value - low) / span + flat),
        )
        for place, value in enumerate(series)
    ]


def paint_spark(
    painter: QPainter, rect: QRectF, series: Sequence[float], ink: QColor, fill: QColor
) -> None:
    """A line through `series` over a filled area; a single value is a dot."""
    points = spark_points(series, rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if len(points) == 1:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(points[0], 1.5, 1.5)
    if len(points) < 2:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    bottom = rect.bottom() + 1
    ends = [QPointF(points[-1].x(), bottom), QPointF(points[0].x(), bottom)]
    painter.drawPolygon(QPolygonF([*points, *ends]))
    painter.setPen(QPen(ink, 1.25))
    for start, end in pairwise(points):
        painter.drawLine(start, end)


def paint_ring(painter: QPainter, rect: QRect, colour: QColor, radius: float) -> None:
    """The focus ring: `SIZE.ring` px wide, just inside `rect`."""
    half = SIZE.ring / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, SIZE.ring))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), radius, radius)
