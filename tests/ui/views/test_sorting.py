"""A listing sorted by a click on a title: which order is wanted, and that it is kept."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pillarbox_engine.model import JobSummary
from pillarbox_engine.ordering import Order, SortKey
from pillarbox_ui.models.jobs_model import JobsModel
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.rows_table import RowsTable
from tests.ui.kit import summary

Jobs = RowsTable[JobSummary]


def make(qtbot: QtBot, context: Context) -> Jobs:
    made: Jobs = RowsTable(context, JobsModel(), "Jobs", remember="sorted", listing=True)
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    made.show_rows([summary(str(n)) for n in range(5)])
    return made


@pytest.fixture
def table(qtbot: QtBot, context: Context) -> Jobs:
    return make(qtbot, context)


def click(table: Jobs, key: str) -> None:
    at = next(at for at, column in enumerate(table.source.columns) if column.key == key)
    left = table.columns.sectionViewportPosition(at)
    spot = QPoint(left + table.columns.sectionSize(at) // 2, table.columns.height() // 2)
    QTest.mouseClick(table.columns.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_a_click_sorts_up_another_down_a_third_not_at_all(qtbot: QtBot, table: Jobs) -> None:
    assert table.order is None
    for wanted in (Order(SortKey.TYPE), Order(SortKey.TYPE, descending=True), None):
        with qtbot.waitSignal(table.order_changed):
            click(table, "type")
        assert table.order == wanted


def test_what_the_store_cannot_sort_by_changes_nothing(table: Jobs) -> None:
    click(table, "age")
    assert table.order == Order(SortKey.ID, descending=True)  # the youngest has the highest
    click(table, "type")
    told: list[object] = []
    table.order_changed.connect(lambda: told.append(1))
    click(table, "payload")
    assert table.order == Order(SortKey.TYPE)
    assert told == []
    assert table.columns.sortIndicatorSection() == 2


def test_the_order_is_found_again(qtbot: QtBot, context: Context, table: Jobs) -> None:
    click(table, "type")
    click(table, "type")
    again = make(qtbot, context)
    assert again.order == Order(SortKey.TYPE, descending=True)
    assert again.columns.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder


def test_columns_can_all_be_shown_and_be_as_they_were_made(table: Jobs) -> None:
    hidden = [at for at in range(table.columns.count()) if table.isColumnHidden(at)]
    assert hidden
    table.columns.show_all()
    assert not [at for at in range(table.columns.count()) if table.isColumnHidden(at)]
    table.columns.moveSection(0, 3)
    table.reset_columns()
    assert [at for at in range(table.columns.count()) if table.isColumnHidden(at)] == hidden
    assert table.columns.visualIndex(0) == 0
    texts = [action.text() for action in table.columns.chooser().actions()]
    assert texts[-2:] == ["Show all", "Reset columns"]


def test_rows_held_back_are_counted(qtbot: QtBot, table: Jobs) -> None:
    spot = QPoint(20, 10)
    QTest.mousePress(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    with qtbot.waitSignal(table.above_changed) as told:
        table.show_rows([summary(str(n)) for n in range(12)])
    assert told.args == [7]
    with qtbot.waitSignal(table.above_changed) as told:
        QTest.mouseRelease(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert told.args == [0]
    assert len(table.source.rows) == 12
