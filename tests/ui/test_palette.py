"""The command palette: what it offers, how typing narrows it, and that Return does it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.dialogs.palette import PaletteDialog
from pillarbox_ui.palette_entries import Entry, action_entries, matching, place_entries
from pillarbox_ui.windows import Opened
from tests.ui.kit import enqueue


def entries(*texts: str) -> list[Entry]:
    return [Entry(text, "View", lambda: None) for text in texts]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["New job", "Open queue file…", "Replay…"]),
        ("re", ["Replay…"]),
        ("file", ["Open queue file…"]),
        ("nj", ["New job"]),
        ("job new", ["New job"]),
        ("VIEW rep", ["Replay…"]),
        ("zz", []),
        ("o", ["Open queue file…", "New job"]),
    ],
)
def test_typing_narrows_and_orders(typed: str, found: list[str]) -> None:
    given = entries("New job", "Open queue file…", "Replay…")
    assert [entry.text for entry in matching(given, typed)] == found


def test_only_what_can_be_done_now_is_offered(opened: Opened) -> None:
    offered = {entry.text for entry in action_entries(opened.window.actions_)}
    assert {"New job", "Keyboard shortcuts"} <= offered
    assert "Replay…" not in offered
    assert "Commands…" not in offered


def test_places_have_the_keys_that_go_there(opened: Opened) -> None:
    places = place_entries(opened.window.navigation.places, lambda key: None)
    assert (places[0].text, places[0].keys) == ("Overview", "Ctrl+1")
    assert all(entry.text not in ("Jobs", "Store") for entry in places), "headings are no places"


@pytest.fixture
def palette(qtbot: QtBot, opened: Opened, backend: MemoryBackend) -> PaletteDialog:
    enqueue(backend, "email", 1)
    qtbot.waitUntil(lambda: any(p.key == "queue:email" for p in opened.window.navigation.places))
    opened.window.ask("palette")
    found = opened.window.findChild(PaletteDialog)
    assert isinstance(found, PaletteDialog)
    return found


def test_a_few_letters_and_return_go_to_a_queue(
    qtbot: QtBot, opened: Opened, palette: PaletteDialog
) -> None:
    with qtbot.waitSignal(palette.finished):
        QTest.keyClicks(palette.line, "email")
        QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert opened.window.location.key == "queue:email"


def test_arrows_choose_while_one_types(
    qtbot: QtBot, opened: Opened, palette: PaletteDialog
) -> None:
    QTest.keyClicks(palette.line, "go to")
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 1
    wanted = palette.model.entry(1).text
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert opened.window.location.title == wanted


def test_nothing_matches_is_said_and_return_does_nothing(
    qtbot: QtBot, palette: PaletteDialog
) -> None:
    QTest.keyClicks(palette.line, "zzzz")
    assert palette.model.rowCount() == 0
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    QTest.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible()
