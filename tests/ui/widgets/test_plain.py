"""What a job says is text, wherever it is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.json_view import JsonView
from pillarbox_ui.widgets.plain import MOST, one_line, tip
from pillarbox_ui.widgets.plain_label import ElidedLabel, PlainLabel

HTML = "<b>bold</b> & <img src='file:///etc/passwd'>"


def test_control_characters_are_made_visible() -> None:
    assert one_line("a\tb\nc\rd") == "a b↵cd"
    assert one_line("nul\x00bell\x07") == "nul␀bell␇"
    assert "\u202e" not in one_line("evil\u202egpj.exe")
    assert "\u2028" not in one_line("a\u2028b")


def test_ordinary_text_stays_as_it_is() -> None:
    assert one_line("naïve café 日本語 👩\u200d💻") == "naïve café 日本語 👩\u200d💻"
    assert one_line(HTML) == HTML


def test_a_long_text_is_cut_before_it_is_looked_at() -> None:
    assert len(one_line("x" * 1_000_000)) == MOST + 1


def test_a_tip_shows_markup_as_text() -> None:
    shown = tip(HTML)
    assert "<b>" not in shown
    assert "<img" not in shown
    assert "&lt;b&gt;bold" in shown
    assert tip("") == ""


def test_a_label_stays_plain(qtbot: QtBot) -> None:
    label = PlainLabel(HTML)
    qtbot.addWidget(label)
    label.setTextFormat(Qt.TextFormat.RichText)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.text() == HTML
    label.setToolTip(HTML)
    assert "<img" not in label.toolTip()


def test_an_elided_label_keeps_the_whole(qtbot: QtBot) -> None:
    label = ElidedLabel("word " * 80)
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    assert label.text().endswith("…")
    assert label.whole() == "word " * 80
    assert label.accessibleName() == label.whole()


def test_banner_and_view_show_markup_as_text(qtbot: QtBot, light: Theme) -> None:
    banner, view = Banner(light), JsonView(light, "Payload")
    qtbot.addWidget(banner)
    qtbot.addWidget(view)
    banner.tell("error", HTML, HTML)
    view.set_text(HTML)
    assert banner.text() == HTML
    assert view.text() == HTML
