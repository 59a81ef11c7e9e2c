"""The three fonts: the system's, its figures made tabular, and the system's fixed one.

Owns the least size we read at and how titles grow with the text. Sizes stay in points, so the
system's font scaling holds.
"""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QGuiApplication

from pillarbox_ui.theme.tokens import SIZE


def text_font() -> QFont:
    """The system's UI font, never smaller than `SIZE.text` pixels."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    pixels = QFontInfo(font).pixelSize()
    return _scaled(font, font, max(1.0, SIZE.text / pixels))


def number_font(base: QFont) -> QFont:
    """`base` with figures of one width, so columns of numbers line up."""
    font = QFont(base)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font(base: QFont) -> QFont:
    """The system's fixed font at the size of `base`."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    return _scaled(font, base, 1.0)


def strong_font(base: QFont) -> QFont:
    """`base` at weight 600: headers and titles only."""
    font = QFont(base)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def small_font(base: QFont) -> QFont:
    """`base` a size down: badges, pills, axis labels."""
    return _scaled(QFont(base), base, SIZE.text_small / SIZE.text)


def grown(pixels: int) -> int:
    """`pixels` beside letters of the usual size, as many more as the window's letters are larger:
    icons, boxes and rows grow with the words beside them."""
    larger = QFontInfo(QGuiApplication.font()).pixelSize() / SIZE.text
    return round(pixels * max(1.0, larger))


def _scaled(font: QFont, base: QFont, ratio: float) -> QFont:
    """`font` at `ratio` times the size of `base`, in whichever unit `base` keeps it."""
    if base.pointSizeF() > 0:
        font.setPointSizeF(base.pointSizeF() * ratio)
    else:
        font.setPixelSize(round(base.pixelSize() * ratio))
    return font
