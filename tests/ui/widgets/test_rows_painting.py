"""Rows painted in slices: the window answers in between, and in the end all are there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import paced_window
from pillarbox_ui.widgets.cell import Cell, Index
from pillarbox_ui.widgets.gallery_tables import Datum, Rows
from pillarbox_ui.widgets.paced_window import WHOLE, PacedWindow, time_left
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.table import Table

ROWS = 12
WAIT_MS = 10_000


class Watched(Cell):
    """Notes which rows it was asked to draw."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.drawn: list[int] = []

    def paint_content(
        self, painter: QPainter, rect: object, option: QStyleOptionViewItem, index: Index
    ) -> None:
        self.drawn.append(index.row())


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> Iterator[PacedWindow]:
    made = PacedWindow()
    table = Table(light, "Rows")
    cells: list[list[Datum]] = [[{Role.ID: str(number)}] for number in range(ROWS)]
    table.setModel(Rows(("Title",), cells, table))
    made.setCentralWidget(table)
    made.resize(400, 600)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.hide()


def watched(window: PacedWindow, light: Theme) -> tuple[Table, Watched]:
    table = window.centralWidget()
    assert isinstance(table, Table)
    cell = Watched(light)
    table.set_cell(0, cell)
    window.grab()  # nothing is left to be painted
    QApplication.processEvents()
    cell.drawn.clear()
    return table, cell


def test_an_update_leaves_to_the_next_what_it_has_no_time_for(
    qtbot: QtBot, window: PacedWindow, light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, cell = watched(window, light)
    monkeypatch.setattr(paced_window, "UPDATE_S", 0.0)
    table.viewport().repaint()
    assert cell.drawn == [0]
    qtbot.waitUntil(lambda: set(cell.drawn) == set(range(ROWS)), timeout=WAIT_MS)


def test_an_update_with_time_enough_is_one(
    window: PacedWindow, light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, cell = watched(window, light)
    monkeypatch.setattr(paced_window, "UPDATE_S", 60.0)
    table.viewport().repaint()
    assert cell.drawn == list(range(ROWS))


def test_a_picture_is_whole_however_little_time_there_is(
    window: PacedWindow, light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, cell = watched(window, light)
    monkeypatch.setattr(paced_window, "UPDATE_S", 0.0)
    window.grab()
    assert sorted(set(cell.drawn)) == list(range(ROWS))
    assert time_left(window) == WHOLE


def test_only_the_rows_that_changed_are_painted(window: PacedWindow, light: Theme) -> None:
    table, cell = watched(window, light)
    table.viewport().repaint(table.visualRect(table.model().index(3, 0)))
    assert cell.drawn == [3]


def test_below_the_rows_is_the_ground(window: PacedWindow, light: Theme) -> None:
    table, _ = watched(window, light)
    below: QImage = table.viewport().grab().toImage()
    spot = below.pixelColor(5, below.height() - 5)
    assert spot == light.colour("content")
