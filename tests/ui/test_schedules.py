"""The Schedules page and its dialog: what is planned is shown, and acted upon, and undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import NewJob
from pillarbox_engine.planning import NewSchedule, Schedule
from pillarbox_engine.states import Missed, Overlap
from pillarbox_ui.dialogs.new_schedule import NewScheduleDialog
from pillarbox_ui.dialogs.rhythm_edit import own_zone
from pillarbox_ui.interest import View
from pillarbox_ui.menus import fill_context_menu
from pillarbox_ui.models.schedules_model import SchedulesModel, rules_text
from pillarbox_ui.operations import Operations
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.views.schedules_page import SchedulesPage
from pillarbox_ui.windows import Opened
from tests.ui.dialogs.kit import kept
from tests.ui.kit import NOW

PLAN = NewSchedule(name="nightly", queue="reports", job=NewJob(payload_json="1"), cron="30 2 * * *")


def record(**changes: Any) -> Schedule:
    plain = {
        "name": "nightly", "queue": "reports", "job": PLAN.job, "cron": "30 2 * * *",
        "zone": "Europe/Berlin", "id": "1", "paused": False, "created_at": NOW, "first_at": NOW,
        "next_at": NOW + timedelta(hours=1), "fired": 1_204, "skipped": 2,
        "note": "job 7 of an earlier run was still leased",
    }  # fmt: skip
    return Schedule(**{**plain, **changes})


def shown(qtbot: QtBot, opened: Opened, number: int = 1) -> SchedulesPage:
    """The page, with so many rows."""
    opened.window.go("schedules")
    page = opened.window.pages.current
    assert isinstance(page, SchedulesPage)
    qtbot.waitUntil(lambda: len(page.table.source.rows) == number)
    return page


@pytest.fixture
def page(qtbot: QtBot, opened: Opened, backend: MemoryBackend) -> SchedulesPage:
    backend.put_schedule(PLAN)
    made = shown(qtbot, opened)
    made.table.selectRow(0)
    return made


def test_a_row_says_when_where_and_how_often(qapp: QApplication) -> None:
    model = SchedulesModel()
    model.set_rows([record(), record(id="2", cron=None, every=90.0, paused=True, next_at=None)])
    columns = [column.key for column in model.columns]
    rows = [{key: model.index(at, n).data() for n, key in enumerate(columns)} for at in (0, 1)]
    assert (rows[0]["when"], rows[0]["zone"], rows[0]["state"]) == (
        "30 2 * * *", "Europe/Berlin", "Running",
    )  # fmt: skip
    assert (rows[0]["fired"], rows[0]["skipped"]) == ("1,204", "2")
    assert (rows[1]["when"], rows[1]["zone"], rows[1]["next"]) == ("every 1m 30s", "–", "–")
    assert rows[1]["state"] == "Paused"
    assert "job 7" in rows[0]["note"]


@pytest.mark.parametrize("overlap", list(Overlap))
@pytest.mark.parametrize("missed", list(Missed))
def test_every_rule_has_its_sentence(overlap: Overlap, missed: Missed) -> None:
    told = rules_text(record(overlap=overlap, missed=missed))
    assert len(told.splitlines()) == 2


def test_nothing_planned_says_so(qtbot: QtBot, opened: Opened) -> None:
    page = shown(qtbot, opened, 0)
    assert not page.run.isEnabled()
    assert not opened.window.actions_["schedule-run"].isEnabled()
    assert page.new.isEnabled()


def test_run_now_enqueues_its_job(
    qtbot: QtBot, page: SchedulesPage, backend: MemoryBackend
) -> None:
    qtbot.waitUntil(page.run.isEnabled)
    page.run.click()
    qtbot.waitUntil(lambda: backend.counts().ready == 1)
    qtbot.waitUntil(lambda: page.table.source.rows[0].fired == 1)


def test_pause_and_resume_are_one_button_and_undo_each_other(
    qtbot: QtBot, opened: Opened, page: SchedulesPage, backend: MemoryBackend
) -> None:
    page.pause.click()
    qtbot.waitUntil(lambda: page.pause.text() == "Resume")
    assert backend.schedules()[0].paused
    assert opened.window.actions_["schedule-pause"].text() == "Resume"
    opened.window.ask("undo")
    qtbot.waitUntil(lambda: page.pause.text() == "Pause")
    assert not backend.schedules()[0].paused


def test_removing_can_be_undone(
    qtbot: QtBot, opened: Opened, page: SchedulesPage, backend: MemoryBackend
) -> None:
    page.remove.click()
    qtbot.waitUntil(lambda: not page.table.source.rows)
    assert backend.schedules() == ()
    opened.window.ask("undo")
    qtbot.waitUntil(lambda: len(page.table.source.rows) == 1)
    assert backend.schedules()[0].cron == PLAN.cron


def test_the_menu_has_what_can_be_done(opened: Opened, page: SchedulesPage) -> None:
    menu = QMenu()
    fill_context_menu(menu, opened.window.actions_, View.SCHEDULES)
    said = [action.text() for action in menu.actions() if action.text()]
    assert said == ["Run now", "Pause", "Remove", "New schedule…"]


def test_the_button_opens_the_dialog(qtbot: QtBot, opened: Opened, page: SchedulesPage) -> None:
    page.new.click()
    qtbot.waitUntil(lambda: bool(opened.window.findChildren(NewScheduleDialog)))
    opened.window.findChildren(NewScheduleDialog)[0].reject()


# -- the dialog -----------------------------------------------------------------------------


@pytest.fixture
def dialog(
    qtbot: QtBot, light: Theme, backend: MemoryBackend, operations: Operations
) -> NewScheduleDialog:
    backend.ensure_queue("reports")
    return kept(qtbot, NewScheduleDialog(light, operations, backend.queues(), queue="reports"))


def test_it_is_planned_as_it_was_typed(
    qtbot: QtBot, dialog: NewScheduleDialog, backend: MemoryBackend
) -> None:
    form = dialog.form
    QTest.keyClicks(form.name, "nightly")
    form.rhythm.line.setText("30 2 * * *")
    form.rhythm.zones.setCurrentText("Europe/Berlin")
    form.overlap.setCurrentIndex(form.overlap.findData(Overlap.ALLOW))
    form.missed.setCurrentIndex(form.missed.findData(Missed.NONE))
    form.payload.set_text('{ "of": "yesterday" }')
    with qtbot.waitSignal(dialog.planned):
        dialog.plan_button.click()
    (made,) = backend.schedules()
    assert (made.name, made.queue, made.cron, made.zone) == (
        "nightly", "reports", "30 2 * * *", "Europe/Berlin",
    )  # fmt: skip
    assert (made.overlap, made.missed) == (Overlap.ALLOW, Missed.NONE)
    assert made.job.payload_json == '{"of":"yesterday"}'


def test_an_interval_is_one_number_and_a_unit(
    qtbot: QtBot, dialog: NewScheduleDialog, backend: MemoryBackend
) -> None:
    dialog.form.name.setText("beat")
    dialog.form.rhythm.kind.setCurrentIndex(1)
    dialog.form.rhythm.amount.setValue(2.5)
    with qtbot.waitSignal(dialog.planned):
        dialog.submit()
    (made,) = backend.schedules()
    assert (made.every, made.cron, made.zone) == (150.0, None, "UTC")


def test_the_next_runs_are_told_in_the_zone_they_go_by(dialog: NewScheduleDialog) -> None:
    dialog.form.rhythm.line.setText("30 14 * * *")
    dialog.form.rhythm.zones.setCurrentText("Asia/Kolkata")
    times = dialog.form.times.text().splitlines()
    assert len(times) == 5
    assert all("14:30:00 UTC+5:30" in one for one in times)


@pytest.mark.parametrize(
    ("line", "zone", "said"),
    [
        ("61 * * * *", "UTC", "field 1 (character 1), minute"),
        ("* * *", "UTC", "3 fields and not 5"),
        ("0 0 30 2 *", "UTC", "never fires"),
        ("* * * * *", "Mars", "no zone 'Mars'"),
    ],
)
def test_what_is_wrong_is_said_below_it(
    dialog: NewScheduleDialog, line: str, zone: str, said: str
) -> None:
    dialog.form.name.setText("x")
    dialog.form.rhythm.line.setText(line)
    dialog.form.rhythm.zones.setCurrentText(zone)
    assert said in dialog.form.rhythm_field.error
    assert not dialog.plan_button.isEnabled()
    assert dialog.form.times.text() == "–"
    dialog.form.rhythm.line.setText("* * * * *")
    dialog.form.rhythm.zones.setCurrentText("UTC")
    assert dialog.form.rhythm_field.error == ""
    assert dialog.plan_button.isEnabled()


def test_names_are_checked_as_one_types(dialog: NewScheduleDialog) -> None:
    assert not dialog.plan_button.isEnabled()
    dialog.form.name.setText("a/b")
    assert "slash" in dialog.form.name_field.error
    dialog.form.name.setText("fine")
    dialog.form.payload.set_text("{")
    assert not dialog.plan_button.isEnabled()


def test_a_name_that_is_taken_is_told_and_nothing_is_lost(
    qtbot: QtBot, dialog: NewScheduleDialog, backend: MemoryBackend
) -> None:
    backend.put_schedule(PLAN)
    dialog.form.name.setText("nightly")
    dialog.submit()
    qtbot.waitUntil(lambda: not dialog.banner.isHidden())
    assert 'There is a schedule "nightly" already' in dialog.banner.text()
    assert dialog.form.name.text() == "nightly"
    assert backend.schedules()[0].cron == PLAN.cron


def test_the_machines_own_zone_is_one_of_the_databases(dialog: NewScheduleDialog) -> None:
    assert dialog.form.rhythm.zone == own_zone()
    assert dialog.form.rhythm_field.error == ""
