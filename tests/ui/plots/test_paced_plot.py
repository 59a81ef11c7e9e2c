"""Graphs that are seen for the first time appear one an update, and then all are there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from pillarbox_ui.plots.paced_plot import PacedPlot
from pillarbox_ui.widgets import paced_window
from pillarbox_ui.widgets.paced_window import PacedWindow

PLOTS = 3
WAIT_MS = 10_000


class Watched(PacedPlot):
    """Counts how often it is drawn."""

    drawn = 0

    def drawForeground(self, *parts: object) -> None:
        """Qt calls it at the end of each drawing."""
        self.drawn += 1


@pytest.fixture
def plots(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Watched]]:
    monkeypatch.setattr(paced_window, "UPDATE_S", 0.0)
    window, middle = PacedWindow(), QWidget()
    row, made = QHBoxLayout(middle), [Watched() for _ in range(PLOTS)]
    for plot in made:
        row.addWidget(plot)
    window.setCentralWidget(middle)
    qtbot.addWidget(window)
    window.resize(900, 300)
    with qtbot.waitExposed(window):
        window.show()
    yield made
    window.hide()


def test_without_time_a_plot_shows_its_ground_and_is_asked_again(
    qtbot: QtBot, plots: list[Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [plot.drawn for plot in plots]
    for plot in plots:
        plot.viewport().repaint()
    assert [plot.drawn for plot in plots] == before
    monkeypatch.setattr(paced_window, "UPDATE_S", 60.0)
    qtbot.waitUntil(lambda: all(plot.drawn > 0 for plot in plots), timeout=WAIT_MS)


def test_a_picture_of_it_is_whole(plots: list[Watched]) -> None:
    before = plots[0].drawn
    plots[0].window().grab()
    assert plots[0].drawn == before + 1
