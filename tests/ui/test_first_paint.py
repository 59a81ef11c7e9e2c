"""The first paint waits for little: what it loads, what it comes before, and what follows it."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.first_paint import FirstPaint
from pillarbox_ui.interest import View
from pillarbox_ui.views.overview_page import OverviewPage
from pillarbox_ui.widgets.later import Later
from pillarbox_ui.windows import Opened
from tests.ui.kit import enqueue

SCRIPT = "import sys, pillarbox_ui.application; print(*sys.modules)"
DEAR = ("pyqtgraph", "numpy", "qtawesome", "qtpy", "pillarbox_ui.inspector", "pillarbox_ui.dialogs")


def test_the_window_is_loaded_without_plots_dialogs_and_inspector() -> None:
    command = [sys.executable, "-c", SCRIPT]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "pillarbox_ui.main_window" in loaded
    assert loaded.isdisjoint(DEAR)
    views = {name for name in loaded if name.startswith("pillarbox_ui.views.")}
    assert not {name for name in views if name.endswith("_page")}


def test_the_first_paint_is_told_once(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    watched = FirstPaint(widget, patience_ms=60_000)
    told: list[bool] = []
    watched.done.connect(lambda: told.append(widget.isVisible()))
    with qtbot.waitSignal(watched.done):
        widget.show()
    widget.repaint()
    with qtbot.assertNotEmitted(watched.done, wait=20):
        widget.repaint()
    assert told == [True]


def test_a_window_nobody_can_see_does_not_wait_for_ever(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    with qtbot.waitSignal(FirstPaint(widget, patience_ms=1).done):
        pass


def test_plots_come_after_the_page_was_painted(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    page = opened.window.pages.current
    assert isinstance(page, OverviewPage)
    assert not made(page)
    enqueue(backend, "email", 3)
    qtbot.waitUntil(lambda: made(page) == len(page.findChildren(Later)) > 1)
    qtbot.waitUntil(
        lambda: list(page.depth_graph.series("ready").values)[-1:] == [3], timeout=9_000
    )


def test_the_places_of_plots_do_not_move_when_they_are_made(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    page = opened.window.pages.current
    enqueue(backend, "email", 3)
    places = page.findChildren(Later)
    qtbot.waitUntil(lambda: all(place.isVisible() for place in places))
    before = [place.geometry() for place in places]
    qtbot.waitUntil(lambda: made(page) == len(page.findChildren(Later)) > 1)
    assert [place.geometry() for place in places] == before


def test_a_page_is_made_when_it_is_first_shown(opened: Opened) -> None:
    pages = opened.window.pages
    assert pages.count() == 1
    opened.window.actions_["compact"].trigger()
    opened.window.go("trash")
    assert pages.count() == 2
    shown = pages.page(View.TRASH)
    opened.window.go("overview")
    opened.window.go("trash")
    assert pages.current is shown
    assert pages.count() == 2


def made(page: QWidget) -> int:
    """How many plots of `page` there are."""
    return sum(later.is_made for later in page.findChildren(Later))
