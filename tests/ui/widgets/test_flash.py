"""A cell that changed is tinted once, for as long as motion lasts; not at all without motion."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from pillarbox_engine.model import JobSummary
from pillarbox_engine.states import State
from pillarbox_ui.models.jobs_model import JobsModel
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.rows_table import RowsTable
from tests.ui.kit import summary

STATE, TYPE = 1, 2


@pytest.fixture
def table(qtbot: QtBot, context: Context) -> RowsTable[JobSummary]:
    made: RowsTable[JobSummary] = RowsTable(context, JobsModel(), "Jobs", remember="flash")
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    made.show_rows([summary("1"), summary("2")])
    return made


def test_only_what_changed_flashes_and_once(qtbot: QtBot, table: RowsTable[JobSummary]) -> None:
    assert not table.flash
    table.show_rows([summary("1"), summary("2", state=State.DONE)])
    assert table.flash.has("2", STATE)
    assert not table.flash.has("2", TYPE)
    assert not table.flash.has("1", STATE)
    qtbot.waitUntil(lambda: not table.flash)
    assert not table.flash.has("2", STATE)


def test_a_flashing_cell_looks_otherwise(qtbot: QtBot, table: RowsTable[JobSummary]) -> None:
    table.show_rows([summary("1", type="other"), summary("2")])
    during = table.grab().toImage()
    qtbot.waitUntil(lambda: not table.flash)
    assert table.grab().toImage() != during


def test_nothing_flashes_without_motion(table: RowsTable[JobSummary], light: Theme) -> None:
    light.motion = False
    table.show_rows([summary("1"), summary("2", state=State.DONE)])
    assert not table.flash


def test_many_changes_at_once_tell_nothing(table: RowsTable[JobSummary]) -> None:
    table.show_rows([summary(str(n)) for n in range(100)])
    table.show_rows([summary(str(n), state=State.DONE) for n in range(100)])
    assert not table.flash
