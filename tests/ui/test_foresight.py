"""What the person may look at next is made while nothing else goes on, one thing at a time."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pillarbox_ui import foresight
from pillarbox_ui.foresight import ORDER, Foresight
from pillarbox_ui.interest import View
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.later import Later
from pillarbox_ui.windows import Opened, open_window

PATIENCE_MS = 30_000


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Things are calm at once."""
    monkeypatch.setattr(foresight, "CALM_MS", 0)
    monkeypatch.setattr(foresight, "PAUSE_MS", 1)


def unmade(opened: Opened) -> list[Later[QWidget]]:
    return [later for later in opened.window.findChildren(Later) if not later.is_made]


def test_every_view_is_foreseen_once() -> None:
    assert set(ORDER) == set(View)
    assert len(ORDER) == len(View)


def test_all_pages_and_their_parts_are_there_before_they_are_asked_for(
    qtbot: QtBot, opened: Opened, hurried: None
) -> None:
    before = opened.window.pages.count()
    seeing = Foresight(opened.window)
    with qtbot.waitSignal(seeing.done, timeout=PATIENCE_MS):
        seeing.begin()
    assert before < opened.window.pages.count() == len(View)
    assert not unmade(opened)


def test_the_page_that_is_up_stays_up(qtbot: QtBot, opened: Opened, hurried: None) -> None:
    seeing, up = Foresight(opened.window), opened.window.pages.current
    with qtbot.waitSignal(seeing.done, timeout=PATIENCE_MS):
        seeing.begin()
    assert opened.window.pages.current is up
    assert opened.window.location.view is View.OVERVIEW


def test_it_ends_with_its_window(
    qtbot: QtBot, light: Theme, settings: QSettings, hurried: None
) -> None:
    window = open_window(light, settings, path="/queues/test.pillarbox").window
    seeing = Foresight(window)
    seeing.begin()
    with qtbot.waitSignal(seeing.destroyed, timeout=PATIENCE_MS):
        window.close()
        window.deleteLater()
