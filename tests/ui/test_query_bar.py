"""The query bar as a person uses it: suggestions, a mistake underlined, chips, saved views."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.dialogs.name_view import NameViewDialog
from pillarbox_ui.filter_strip import without
from pillarbox_ui.remembered import Remembered
from pillarbox_ui.saved_views import SavedView, SavedViews
from pillarbox_ui.windows import Opened
from tests.ui.kit import enqueue
from tests.ui.test_main_window import go


def typed(opened: Opened, text: str) -> None:
    bar = opened.window.query
    bar.setFocus()
    bar.clear()
    QTest.keyClicks(bar, text)


@pytest.fixture
def email(qtbot: QtBot, opened: Opened, backend: MemoryBackend) -> Opened:
    """A window on the queue "email"."""
    enqueue(backend, "email", 3, type="welcome")
    enqueue(backend, "sms", 1)
    go(qtbot, opened, "queue:email")
    return opened


def test_a_suggestion_is_taken_with_tab(qtbot: QtBot, email: Opened) -> None:
    bar = email.window.query
    typed(email, "state:dead typ")
    qtbot.waitUntil(lambda: bool(bar.offers))
    QTest.keyClick(bar, Qt.Key.Key_Tab)
    assert bar.text() == "state:dead type:"
    QTest.keyClicks(bar, "w")
    QTest.keyClick(bar, Qt.Key.Key_Tab)
    assert bar.text() == "state:dead type:welcome"
    assert not bool(bar.offers)
    QTest.keyClick(bar, Qt.Key.Key_Return)
    assert bar.typed == "state:dead type:welcome"


def test_the_keys_go_through_the_suggestions(qtbot: QtBot, email: Opened) -> None:
    bar = email.window.query
    typed(email, "queue:")
    qtbot.waitUntil(lambda: len(bar.offers) == 2)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(bar, key)
    assert (bar.text(), bar.typed) == ("queue:sms", "")

    typed(email, "que")
    qtbot.waitUntil(lambda: bool(bar.offers))
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    assert (bar.text(), bar.offers) == ("que", ())
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    assert bar.text() == ""

    typed(email, "wel")
    qtbot.waitUntil(lambda: bool(bar.offers))
    QTest.keyClick(bar, Qt.Key.Key_Return)
    assert (bar.typed, bar.offers) == ("wel", ())


MISTAKES = (
    ("queue:email state:deed age>1h", "deed"),
    ("  colour:red", "colour:red"),
    ("age>", ""),
    ('error:"open', '"open'),
)


def test_a_mistake_is_underlined_where_it_is(email: Opened) -> None:
    bar = email.window.query
    for text, wrong in MISTAKES:
        bar.setText(text)
        bar.submitted.emit(text.strip())
        assert bar.error().startswith("Column ")
        assert bar.wrong() == wrong
        bar.repaint()
        bar.setText("state:dead")
        assert bar.wrong() == ""


def test_each_term_is_a_chip_that_can_be_taken_away(qtbot: QtBot, email: Opened) -> None:
    window = email.window
    window.query.apply('-type:bill welcome error:"a b"')
    chips = window.filter_strip.chips
    assert [chip.text for chip in chips] == ["-type:bill", "welcome", 'error:"a b"']
    assert window.filter_strip.isVisible()
    chips[1].cross.click()
    assert window.query.typed == '-type:bill error:"a b"'
    assert [chip.text for chip in window.filter_strip.chips] == ["-type:bill", 'error:"a b"']
    assert all(chip.cross.accessibleName() for chip in window.filter_strip.chips)
    window.filter_strip.chips[1].label.click()
    assert window.query.selectedText() == 'error:"a b"'
    window.ask("clear")
    assert not window.filter_strip.isVisible()


def test_chips_flow_onto_more_lines_where_there_is_no_room(qtbot: QtBot, email: Opened) -> None:
    window = email.window
    window.query.apply(" ".join(f"word-number-{n}" for n in range(30)))
    chips = window.filter_strip.chips
    qtbot.waitUntil(lambda: len({chip.y() for chip in chips}) > 1)
    room = window.filter_strip.width()
    assert all(chip.geometry().right() <= room for chip in chips)


def test_a_view_is_saved_gone_to_renamed_and_removed(qtbot: QtBot, email: Opened) -> None:
    window = email.window
    window.query.apply("type:welcome")
    qtbot.waitUntil(lambda: window.actions_["save-view"].isEnabled())
    window.ask("save-view")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, NameViewDialog)
    dialog.name.setText("Welcomes")
    dialog.confirm()
    assert window.navigation.places[-1].key == "saved:Welcomes"

    window.go("overview")
    window.query.apply("")
    window.navigation.choose("saved:Welcomes")
    assert window.location.key == "queue:email"
    assert window.query.typed == "type:welcome"
    assert window.navigation.current_key() == "queue:email"

    window.saved.rename("Welcomes")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, NameViewDialog)
    dialog.name.setText("Hello")
    dialog.confirm()
    assert window.saved.names() == ("Hello",)
    window.saved.remove("Hello")
    assert not [place for place in window.navigation.places if place.key.startswith("saved:")]


def test_a_saved_view_has_a_menu(qtbot: QtBot, email: Opened) -> None:
    window = email.window
    SavedViews(window.context.remembered).put(SavedView("Mine", "overview", "state:dead"))
    menu = window.saved.menu("saved:Mine")
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Rename…", "Remove"]
    menu.actions()[1].trigger()
    assert window.saved.names() == ()
    assert window.saved.menu("saved:Mine") is None
    assert window.saved.menu("overview") is None


def test_saved_views_are_of_one_file_and_survive_nonsense(settings: QSettings) -> None:
    one, other = Remembered(settings, "/a"), Remembered(settings, "/b")
    views = SavedViews(one)
    views.put(SavedView("x", "overview", "a"))
    views.put(SavedView("y", "overview", "b"))
    views.put(SavedView("x", "trash", "c"))
    assert [view.name for view in views.all()] == ["y", "x"]
    assert views.find("x") == SavedView("x", "trash", "c")
    views.rename("y", "x")
    assert views.all() == (SavedView("x", "overview", "b"),)
    assert SavedViews(other).all() == ()
    for nonsense in ("{", '[{"name": 1}]', "null", "\ud800"):
        one.keep("saved-views", nonsense)
        assert views.all() == ()


def test_a_term_is_taken_out_with_its_space() -> None:
    assert without("a b  c", 2, 3) == "a c"
    assert without("a", 0, 1) == ""
