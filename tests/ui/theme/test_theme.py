"""System, Light and Dark: what follows when the theme changes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pillarbox_resources import app_icon_path, icon_path, sample_path, samples
from pillarbox_ui.theme.fonts import grown, mono_font, number_font, small_font
from pillarbox_ui.theme.icons import GLYPHS
from pillarbox_ui.theme.sheet import style_sheet
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.theme.tokens import DARK, LIGHT, SIZE


def test_what_stands_beside_words_grows_with_them(qapp: QApplication) -> None:
    before = QFont(qapp.font())
    sizes = []
    for pixels in (9, SIZE.text, 2 * SIZE.text):
        letters = QFont(before)
        letters.setPixelSize(pixels)
        qapp.setFont(letters)
        sizes.append(grown(16))
    qapp.setFont(before)
    assert sizes == [16, 16, 32]


def test_dark_and_back(qtbot: QtBot, qapp: QApplication, light: Theme) -> None:
    with qtbot.waitSignal(light.changed):
        light.set_mode(Mode.DARK)
    assert light.tokens.dark
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.window
    with qtbot.waitSignal(light.changed):
        light.set_mode(Mode.LIGHT)
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == LIGHT.window


def test_the_same_mode_again_redraws_nothing(qtbot: QtBot, light: Theme) -> None:
    with qtbot.assertNotEmitted(light.changed):
        light.set_mode(Mode.LIGHT)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
def test_the_sheet_leaves_no_name_open(tokens: object) -> None:
    sheet = style_sheet(tokens)  # type: ignore[arg-type]
    assert "$" not in sheet
    assert tokens.accent in sheet  # type: ignore[attr-defined]


def test_every_meaning_has_a_glyph(light: Theme) -> None:
    for meaning in GLYPHS:
        assert not light.icon(meaning).pixmap(SIZE.icon, SIZE.icon).isNull()


def test_a_bound_icon_is_drawn_anew(light: Theme) -> None:
    action = QAction()
    light.icons.bind(action, "queue", "text")
    before = action.icon().pixmap(16, 16).toImage()
    light.set_mode(Mode.DARK)
    assert action.icon().pixmap(16, 16).toImage() != before


def test_an_icon_bound_to_something_gone_is_forgotten(light: Theme) -> None:
    action = QAction()
    light.icons.bind(action, "queue")
    action.deleteLater()
    del action
    light.set_mode(Mode.DARK)


def test_no_motion_means_none(light: Theme) -> None:
    assert 0 < light.motion_ms <= 150
    light.motion = False
    assert light.motion_ms == 0


def test_fonts_keep_their_order_of_size(qapp: QApplication, light: Theme) -> None:
    base = qapp.font()
    sizes = [QFontInfo(make(base)).pixelSize() for make in (small_font, number_font)]
    assert sizes == sorted(sizes)
    assert QFontInfo(mono_font(base)).pixelSize() == QFontInfo(base).pixelSize()


def test_the_data_files_are_there() -> None:
    assert "<svg" in app_icon_path().read_text("utf-8")
    assert icon_path("caret-down.svg").is_file()
    assert sample_path() in samples()
    assert "example.com" in sample_path().read_text("utf-8")
