"""The icon font: letters in the middle, in their colour, at any size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication

from pillarbox_ui.theme.glyphs import Glyphs
from pillarbox_ui.theme.tokens import LIGHT


@pytest.fixture
def glyphs(qapp: QApplication) -> Glyphs:
    return Glyphs()


@pytest.mark.parametrize("side", [12, 16, 40])
@pytest.mark.parametrize(
    ("mode", "colour"), [(QIcon.Mode.Normal, LIGHT.accent), (QIcon.Mode.Disabled, LIGHT.line)]
)
def test_an_icon_is_drawn_in_its_colour(
    glyphs: Glyphs, side: int, mode: QIcon.Mode, colour: str
) -> None:
    drawn = glyphs.icon("stop", LIGHT.accent, LIGHT.line).pixmap(QSize(side, side), mode).toImage()
    seen = [drawn.pixelColor(x, y) for x in range(side) for y in range(side)]
    inks = [one for one in seen if one.alpha() > 128]
    assert inks
    assert all(close(one, QColor(colour)) for one in inks)
    assert any(one.alpha() == 0 for one in seen)


def test_a_name_the_font_does_not_have_is_an_error(glyphs: Glyphs) -> None:
    with pytest.raises(KeyError):
        glyphs.icon("no-such-icon", LIGHT.text, LIGHT.line)


def close(one: QColor, other: QColor) -> bool:
    """The same but for rounding."""
    pairs = (
        (one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue())
    )  # fmt: skip
    return all(abs(a - b) <= 4 for a, b in pairs)
