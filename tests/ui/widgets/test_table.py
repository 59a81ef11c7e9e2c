"""The table: rows, keys, copying, columns, the overlay."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.gallery_tables import SHOW, Rows, jobs_table
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.table import Table
from pillarbox_ui.widgets.zone import Zone

NOW = datetime(2026, 1, 2, 12, 4, 31, tzinfo=UTC)


@pytest.fixture
def table(qtbot: QtBot, light: Theme) -> Table:
    made = jobs_table(light, Zone(utc=True), lambda: NOW, rows=12)
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


def test_the_rows_are_as_high_as_promised(table: Table) -> None:
    assert table.rowHeight(0) == SIZE.row
    table.set_compact(True)
    assert table.rowHeight(0) == SIZE.row_compact


def test_a_column_is_measured_before_it_is_ever_shown(qtbot: QtBot, light: Theme) -> None:
    hidden = jobs_table(light, Zone(utc=True), lambda: NOW, rows=12)
    qtbot.addWidget(hidden)
    assert hidden.content_width(2) > 2 * SIZE.inside
    assert hidden.columnWidth(2) >= hidden.content_width(2)


def test_no_title_is_clipped_after_fitting(table: Table) -> None:
    for column in range(table.columns.count()):
        assert table.columnWidth(column) >= table.columns.title_width(column)


def test_selection_is_by_key(qtbot: QtBot, table: Table) -> None:
    with qtbot.waitSignal(table.selection_changed):
        table.selectRow(2)
    assert table.selected_ids() == ("10482",)
    assert table.current_id() == "10482"


def test_ctrl_c_copies_the_row_as_json(qtbot: QtBot, table: Table) -> None:
    table.selectRow(6)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = json.loads(QGuiApplication.clipboard().text())
    assert copied["ID"] == "10486"
    assert copied["Payload"].startswith("<b>bold</b>")


def test_many_rows_are_copied_as_an_array(table: Table) -> None:
    table.selectAll()
    assert len(json.loads(table.copy_json())) == 12


def test_a_record_of_the_model_is_copied_before_the_columns(qtbot: QtBot, light: Theme) -> None:
    made = Table(light, "Jobs")
    qtbot.addWidget(made)
    made.setModel(
        Rows(("ID",), [[{SHOW: "1", Role.ID: "1", Role.COPY: {"id": "1", "n": 2}}]], made)
    )
    made.selectRow(0)
    assert json.loads(made.copy_json()) == {"id": "1", "n": 2}


def test_copying_nothing_leaves_the_clipboard_alone(qtbot: QtBot, table: Table) -> None:
    QGuiApplication.clipboard().setText("mine")
    table.clearSelection()
    table.copy_json()
    assert QGuiApplication.clipboard().text() == "mine"


def test_return_activates_the_current_row(qtbot: QtBot, table: Table) -> None:
    table.selectRow(1)
    with qtbot.waitSignal(table.activated):
        QTest.keyClick(table, Qt.Key.Key_Return)


def test_columns_are_chosen_and_the_last_one_stays(table: Table) -> None:
    menu = table.columns.chooser()
    assert [action.text() for action in menu.actions()][:2] == ["ID", "State"]
    for column in range(1, table.columns.count()):
        table.columns.show_column(column, False)
    left = [action for action in table.columns.chooser().actions() if action.isChecked()]
    assert [action.isEnabled() for action in left] == [False]


def test_columns_come_back_as_they_were(qtbot: QtBot, light: Theme, table: Table) -> None:
    table.setColumnWidth(2, 177)
    table.columns.show_column(3, False)
    other = jobs_table(light, Zone(utc=True), lambda: NOW, rows=1)
    qtbot.addWidget(other)
    assert other.restore_columns(table.columns_state())
    assert other.columnWidth(2) == 177
    assert other.isColumnHidden(3)


def test_the_overlay_is_there_only_without_rows(qtbot: QtBot, light: Theme, table: Table) -> None:
    empty = EmptyState(light, "queue", "No jobs yet")
    table.set_empty(empty)
    assert not empty.isVisible()
    table.setModel(Rows(("ID",), [], table))
    assert empty.isVisible()
    assert empty.geometry() == table.viewport().rect()


def test_the_ring_follows_the_focus(qtbot: QtBot, light: Theme, table: Table) -> None:
    table.selectRow(0)
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    edge = table.viewport().grab().toImage().pixelColor(300, 0).name().upper()
    assert edge == light.tokens.accent


def test_the_gallerys_model_is_a_model(qtmodeltester: ModelTester, light: Theme) -> None:
    qtmodeltester.check(Rows(("A", "B"), [[{SHOW: "1"}, {SHOW: "2"}]]))  # type: ignore[no-untyped-call]


def test_the_whole_row_under_the_pointer_is_marked(light: Theme, table: Table) -> None:
    spot = QPoint(200, 2 * SIZE.row + 3)
    place, nothing = QPointF(spot), Qt.MouseButton.NoButton
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, place, nothing, nothing, Qt.KeyboardModifier.NoModifier
    )
    table.mouseMoveEvent(move)
    picture = table.viewport().grab().toImage()
    marked = {picture.pixelColor(x, spot.y()).name().upper() for x in (2, 400, 700)}
    assert marked == {light.tokens.hover}
    table.leaveEvent(QEvent(QEvent.Type.Leave))
    assert table.hovered_row() == -1
