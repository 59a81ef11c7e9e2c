"""Columns in the room there is: shared fairly, never cut too far, spare ones left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pillarbox_ui.models.dead_groups_model import DeadGroupsModel
from pillarbox_ui.models.jobs_model import DeadJobsModel, InFlightModel, JobsModel
from pillarbox_ui.models.queues_model import QueuesModel
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.fitting import Want, share_out
from pillarbox_ui.views.rows_table import RowsTable

BESIDE_THE_INSPECTOR = 740


def test_everybody_gets_what_it_would_like_and_one_the_rest() -> None:
    wants = [Want(50, 100), Want(50, 80, grows=True), Want(40, 60)]
    assert share_out(wants, 300) == [100, 140, 60]
    assert share_out([Want(50, 100), Want(40, 60)], 300) == [100, 200]


def test_of_short_room_those_get_their_wish_that_miss_little() -> None:
    assert share_out([Want(50, 150), Want(50, 70)], 170) == [100, 70]
    assert share_out([Want(50, 150), Want(50, 150)], 150) == [75, 75]


def test_spare_columns_go_first() -> None:
    wants = [Want(50, 60), Want(50, 60, spare=1), Want(50, 60, spare=2)]
    assert share_out(wants, 100) == [50, 50, 0]
    assert share_out(wants, 60) == [60, 0, 0]


def test_what_cannot_be_left_out_is_squeezed() -> None:
    assert share_out([Want(100, 160), Want(60, 160), Want(50, 60, spare=1)], 128) == [80, 48, 0]
    assert share_out([Want(50, 60), Want(50, 60)], 70) == [48, 48]
    titled = [Want(200, 200, title=60), Want(100, 100, title=90), Want(60, 60, title=60)]
    assert share_out(titled, 285) == [130, 95, 60]


@pytest.mark.parametrize(
    "model", [InFlightModel, DeadGroupsModel, DeadJobsModel, JobsModel, QueuesModel]
)
@pytest.mark.parametrize("width", [BESIDE_THE_INSPECTOR, 1_127])
def test_the_columns_fit_beside_the_inspector(
    qtbot: QtBot, context: Context, model: Callable[[], RowsModel[Any]], width: int
) -> None:
    table: RowsTable[Any] = RowsTable(context, model(), "Table", remember="fit", sortable=True)
    qtbot.addWidget(table)
    table.resize(width, 400)
    table.show()
    QTest.qWaitForWindowExposed(table)
    assert table.columns.length() == table.viewport().width()
    for at in range(table.columns.count()):
        if not table.isColumnHidden(at):
            assert table.columnWidth(at) >= table.columns.title_width(at)
