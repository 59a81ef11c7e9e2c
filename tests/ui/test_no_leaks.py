"""Going from page to page makes nothing anew: plots, widgets and connections stay what they are."""

from __future__ import annotations

import gc
from collections import Counter

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsView
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.plots.graph import Graph
from pillarbox_ui.plots.retry_timeline import RetryTimeline
from pillarbox_ui.views.graph_board import GraphBoard
from pillarbox_ui.views.queue_page import QueuePage
from pillarbox_ui.widgets.later import Later
from pillarbox_ui.windows import Opened
from tests.ui.kit import enqueue, fail, kill

PLACES = ("overview", "queue:email", "retrying", "dead-letters", "queue:sms", "workers")
SWITCHES = 50


def _census(opened: Opened) -> Counter[str]:
    """How many there are of each kind: Qt's objects, items in plots, and what Python holds."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    window = opened.window
    ours = [one for one in window.findChildren(QObject) if not one.objectName().startswith("qt_")]
    found = Counter(type(one).__name__ for one in ours)
    found["items in plots"] = sum(len(view.items()) for view in window.findChildren(QGraphicsView))
    held = [one for one in gc.get_objects() if isinstance(one, Graph | RetryTimeline)]
    found["plots in Python"] = len(held)
    found["items in Python"] = sum(isinstance(one, QGraphicsItem) for one in gc.get_objects())
    return found


def _go_round(qtbot: QtBot, opened: Opened, place: str, measure: int) -> None:
    with qtbot.waitSignal(opened.bridge.snapshot_ready, timeout=9_000):
        opened.window.go(place)
        opened.bridge.refresh()
    page = opened.window.pages.current
    if isinstance(page, QueuePage):
        page.show_measure(measure % 4)
    QApplication.processEvents()


def _is_whole(opened: Opened) -> bool:
    """Whether all that the page in sight is made of is there."""
    parts = opened.window.pages.current.findChildren(Later)
    return all(part.is_made for part in parts if part.isVisible())


def test_fifty_page_switches_make_nothing_anew(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    for queue in ("email", "sms"):
        enqueue(backend, queue, 6)
        fail(backend, queue, 2)
        kill(backend, queue, 2)
    for turn in range(2 * len(PLACES)):  # each page is made when first seen, and so is each plot
        _go_round(qtbot, opened, PLACES[turn % len(PLACES)], turn)
        for board in opened.window.pages.current.findChildren(GraphBoard):
            assert all(board.graph(name) is board.graph(name) for name in board.places)
        qtbot.waitUntil(lambda: _is_whole(opened), timeout=9_000)
    qtbot.wait(100)
    before = _census(opened)
    assert before["plots in Python"] == 9
    for turn in range(SWITCHES):
        _go_round(qtbot, opened, PLACES[turn % len(PLACES)], turn)
    qtbot.wait(100)
    after = _census(opened)
    assert {kind: (before[kind], after[kind]) for kind in after if after[kind] > before[kind]} == {}
