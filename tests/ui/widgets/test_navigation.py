"""The left navigation: places, badges, rows that do not overlap."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.gallery_pages import PLACES
from pillarbox_ui.widgets.navigation import Navigation, Places
from pillarbox_ui.widgets.navigation_place import Place, spoken


@pytest.fixture
def navigation(qtbot: QtBot, light: Theme) -> Navigation:
    made = Navigation(light)
    qtbot.addWidget(made)
    made.set_places(PLACES)
    made.resize(220, 700)
    made.show()
    return made


def test_rows_never_overlap_and_hold_their_text(navigation: Navigation) -> None:
    model = navigation.model()
    boxes = [navigation.visualRect(model.index(row, 0)) for row in range(model.rowCount())]
    text = QFontMetrics(navigation.font()).height()
    for above, below in pairwise(boxes):
        assert below.top() > above.bottom()
    assert all(box.height() >= text + 8 for box in boxes)


def test_going_somewhere_is_told_once(qtbot: QtBot, navigation: Navigation) -> None:
    with qtbot.waitSignal(navigation.chosen) as told:
        navigation.choose("dead")
    assert told.args == ["dead"]
    with qtbot.assertNotEmitted(navigation.chosen):
        navigation.choose("dead")
        navigation.choose("nowhere")


def test_new_counts_keep_the_place_and_tell_nobody(qtbot: QtBot, navigation: Navigation) -> None:
    navigation.choose("email")
    counted = tuple(replace(p, badge=5) if p.key == "email" else p for p in PLACES)
    with qtbot.assertNotEmitted(navigation.chosen):
        navigation.set_places(counted)
        navigation.set_places((*counted, Place(key="new", name="new queue", icon="queue")))
    assert navigation.current_key() == "email"


def test_the_keyboard_passes_over_headings(qtbot: QtBot, navigation: Navigation) -> None:
    navigation.choose("overview")
    QTest.keyClick(navigation, Qt.Key.Key_Down)
    assert navigation.current_key() == "email"


def test_a_screen_reader_hears_count_and_pause() -> None:
    place = Place(key="q", name="invoices", badge=1_204, paused=True)
    assert spoken(place) == "invoices, 1,204, paused"


def test_the_model_is_a_model(qtmodeltester: ModelTester) -> None:
    model = Places()
    model.set_places(PLACES)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]


def test_a_name_that_is_markup_is_drawn_as_text(qtbot: QtBot, navigation: Navigation) -> None:
    navigation.set_places((Place(key="x", name="<h1>x</h1>\n" * 40, icon="queue", badge=10**9),))
    assert not navigation.grab().isNull()
    assert navigation.visualRect(navigation.model().index(0, 0)).height() < 50
