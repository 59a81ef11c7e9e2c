"""The sliding window over a listing: 500 rows, 2,000 at most, then by pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from pillarbox_engine.filters import Page
from pillarbox_ui.interest import FIRST_ROWS, MOST_ROWS, Interest, View
from pillarbox_ui.models.jobs_model import JobsModel
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.jobs_panel import JobsPanel
from tests.ui.kit import NOW, summary


@pytest.fixture
def panel(qtbot: QtBot, context: Context) -> JobsPanel:
    made = JobsPanel(context, JobsModel(), "Jobs", "test")
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    return made


def shot(panel: JobsPanel, count: int, following: str | None, matching: int) -> Snapshot:
    rows = tuple(summary(f"{panel.cursor_wanted}-{n}") for n in range(count))
    interest = Interest(view=View.QUEUE, cursor=panel.cursor_wanted, limit=panel.limit)
    page = Page(rows, following)
    return Snapshot(as_of=NOW, interest=interest, page=page, matching=matching)


def test_more_is_loaded_as_one_scrolls(qtbot: QtBot, panel: JobsPanel) -> None:
    panel.show_snapshot(shot(panel, FIRST_ROWS, "c1", 9_000))
    assert panel.count.text() == "9,000 jobs"
    assert not panel.foot.isVisible()
    with qtbot.waitSignal(panel.interest_changed):
        panel.table.scrollToBottom()
    assert panel.limit == 2 * FIRST_ROWS


def test_beyond_the_most_one_goes_by_pages(qtbot: QtBot, panel: JobsPanel) -> None:
    panel.limit = MOST_ROWS
    panel.show_snapshot(shot(panel, MOST_ROWS, "c1", 9_000))
    assert panel.foot.isVisible()
    with qtbot.waitSignal(panel.interest_changed):
        panel._older.click()
    assert panel.cursor_wanted == "c1"
    panel.show_snapshot(shot(panel, 100, None, 2_100))
    assert panel._range.text() == "Rows 2,001 to 2,100 of 2,100"
    assert not panel._older.isEnabled()
    with qtbot.waitSignal(panel.interest_changed):
        panel._newer.click()
    assert panel.cursor_wanted is None


def test_a_page_of_another_place_is_not_shown(panel: JobsPanel) -> None:
    late = shot(panel, 3, None, 3)
    panel.show_snapshot(replace(late, interest=replace(late.interest, cursor="elsewhere")))
    assert panel.table.source.rows == ()
