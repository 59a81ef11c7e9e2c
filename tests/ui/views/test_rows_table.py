"""A table that does not disturb: rows held back, the place kept, columns remembered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pillarbox_engine.model import JobSummary
from pillarbox_ui.models.jobs_model import JobsModel
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.rows_table import RowsTable
from tests.ui.kit import summary

Jobs = RowsTable[JobSummary]


def jobs(first: int, last: int) -> list[JobSummary]:
    """Newest first, as listings are."""
    return [summary(str(n)) for n in range(last, first - 1, -1)]


@pytest.fixture
def table(qtbot: QtBot, context: Context) -> Jobs:
    made: Jobs = RowsTable(context, JobsModel(), "Jobs", remember="test")
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


def test_rows_wait_while_the_mouse_is_down(table: Jobs) -> None:
    table.show_rows(jobs(1, 3))
    spot = QPoint(20, 10)
    QTest.mousePress(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    table.show_rows(jobs(1, 5))
    assert len(table.source.rows) == 3
    QTest.mouseRelease(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert len(table.source.rows) == 5


def test_what_one_looks_at_stays_while_newer_rows_come(qtbot: QtBot, table: Jobs) -> None:
    table.show_rows(jobs(1, 100))
    qtbot.waitUntil(lambda: table.verticalScrollBar().maximum() > 320)
    table.verticalScrollBar().setValue(320)
    top = table.indexAt(QPoint(5, 1)).data()
    with qtbot.waitSignal(table.above_changed) as told:
        table.show_rows(jobs(1, 107))
    assert told.args == [7]
    assert table.indexAt(QPoint(5, 1)).data() == top
    with qtbot.waitSignal(table.above_changed) as told:
        table.scrollToTop()
    assert told.args == [0]


def test_the_selection_is_of_jobs_not_of_places(table: Jobs) -> None:
    table.show_rows(jobs(1, 3))
    table.choose("2")
    table.show_rows(jobs(1, 30))
    assert [job.id for job in table.chosen_rows()] == ["2"]
    assert table.current_row() == summary("2")
    table.show_rows([job for job in jobs(1, 30) if job.id != "2"])
    assert table.chosen_rows() == ()


def test_who_listens_sees_the_row_the_keyboard_or_the_code_went_to(table: Jobs) -> None:
    table.show_rows(jobs(1, 3))
    seen: list[str] = []
    table.selection_changed.connect(
        lambda: seen.append(row.id if (row := table.current_row()) else "")
    )
    table.choose("3")
    assert seen[-1] == "3"
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert seen[-1] == "2"


def test_columns_are_found_again(qtbot: QtBot, context: Context, table: Jobs) -> None:
    table.setColumnWidth(2, 333)
    table.columns.show_column(5, False)
    again: Jobs = RowsTable(context, JobsModel(), "Jobs", remember="test")
    qtbot.addWidget(again)
    assert again.columnWidth(2) == 333
    assert again.isColumnHidden(5)


def test_near_the_end_more_is_asked_for(qtbot: QtBot, table: Jobs) -> None:
    table.show_rows(jobs(1, 500))
    with qtbot.waitSignal(table.near_end):
        table.scrollToBottom()
