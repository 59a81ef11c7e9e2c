"""The icon font: Phosphor, out of the QtAwesome distribution, a letter an icon.

Owns finding it and drawing a letter in a colour. QtAwesome's own code is left alone: it loads
every Qt class there is through a shim, a quarter of a second before the first paint.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QIconEngine,
    QPainter,
    QPixmap,
)

_FONT = "phosphor-1.3.0.ttf"
_LETTERS = "phosphor-charmap-1.3.0.json"
_PART = 0.875
"""How much of an icon's height the letter takes; at 16 px it lands on whole pixels."""


class Glyphs:
    """Icons by their names in the font, in any colour."""

    def __init__(self) -> None:
        folder = _folder()
        loaded = QFontDatabase.addApplicationFont(str(folder / _FONT))
        self._family = QFontDatabase.applicationFontFamilies(loaded)[0]
        self._letters: dict[str, str] = json.loads((folder / _LETTERS).read_text("utf-8"))

    def icon(self, name: str, colour: str, faded: str) -> QIcon:
        """The icon called `name` in `colour`, and in `faded` on what is disabled."""
        letter = chr(int(self._letters[name], 16))
        return QIcon(_Letter(self._family, letter, QColor(colour), QColor(faded)))


class _Letter(QIconEngine):
    """One letter in the middle of the room there is, at whatever size is asked for."""

    def __init__(self, family: str, letter: str, colour: QColor, faded: QColor) -> None:
        super().__init__()
        self._family, self._letter = family, letter
        self._colour, self._faded = colour, faded

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        painter.setPen(self._faded if mode is QIcon.Mode.Disabled else self._colour)
        font = QFont(self._family)
        font.setPixelSize(round(_PART * rect.height()))
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._letter)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return drawn


def _folder() -> Path:
    """Where QtAwesome keeps its fonts, found without loading it."""
    spec = find_spec("qtawesome")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("QtAwesome, which brings the icons, is not installed")
    return Path(spec.submodule_search_locations[0]) / "fonts"
