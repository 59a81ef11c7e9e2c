"""The window as a person uses it: places, filter, actions, keys, drops, trouble."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from pillarbox_engine.errors import DiskFull
from pillarbox_engine.flows import NewFlow
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import State
from pillarbox_ui.dialogs.import_dialog import ImportDialog
from pillarbox_ui.interest import View
from pillarbox_ui.main_window import MainWindow
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.windows import Opened, open_window
from tests.ui.kit import claim, enqueue, fail, finish, kill


def wait_for(qtbot: QtBot, opened: Opened, check: Callable[[Snapshot], bool]) -> None:
    """Until the window shows a snapshot that is as it should be."""

    def holds() -> bool:
        latest = opened.bridge.latest
        return latest is not None and check(latest)

    qtbot.waitUntil(holds, timeout=5_000)


def listing(window: MainWindow) -> ListingPage:
    page = window.pages.current
    assert isinstance(page, ListingPage)
    return page


def go(qtbot: QtBot, opened: Opened, key: str) -> ListingPage:
    """Go to a place and wait until it is shown."""
    opened.window.go(key)
    wanted = opened.window.location
    wait_for(
        qtbot, opened,
        lambda s: (s.interest.view, s.interest.queue) == (wanted.view, wanted.queue),
    )  # fmt: skip
    return listing(opened.window)


def test_a_new_store_shows_how_to_begin(opened: Opened) -> None:
    page = opened.window.pages.current
    assert page.view is View.OVERVIEW
    assert "Drop a .jsonl here" in page.first_run.title()  # type: ignore[attr-defined]


def test_jobs_of_another_producer_appear(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 3)
    wait_for(qtbot, opened, lambda s: s.totals.ready == 3)
    page = go(qtbot, opened, "queue:email")
    qtbot.waitUntil(lambda: len(page.panel.table.source.rows) == 3)
    assert page.panel.count.text() == "3 jobs"


def test_going_where_one_is_reads_it_again(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 3)
    page = go(qtbot, opened, "queue:email")
    qtbot.waitUntil(lambda: page.panel.count.text() == "3 jobs")
    page.panel.count.setText("Searching…")
    opened.window.go("queue:email")
    qtbot.waitUntil(lambda: page.panel.count.text() == "3 jobs", timeout=2_000)


def test_a_search_that_is_long_in_coming_can_be_ended(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 3)
    page = go(qtbot, opened, "queue:email")
    opened.window.query.apply("payload.n:7")
    qtbot.waitUntil(lambda: page.panel.count.text() == "0 match")
    assert not page.panel.stop.isVisible()
    page.panel.table.columns.setSortIndicator(0, Qt.SortOrder.DescendingOrder)
    page.panel._say_searching()
    assert page.panel.stop.isVisible()
    page.panel.stop.click()
    qtbot.waitUntil(lambda: page.panel.count.text() == "3 jobs")
    assert opened.window.query.typed == ""
    assert page.panel.table.order is None
    assert not page.panel.stop.isVisible()


def test_a_filter_stays_through_an_action_and_says_what_it_hides(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 4)
    kill(backend, "email", 2)
    page = go(qtbot, opened, "queue:email")
    opened.window.query.apply("state:dead")
    qtbot.waitUntil(lambda: page.panel.count.text() == "2 match")
    page.panel.table.selectAll()
    opened.window.ask("requeue")
    qtbot.waitUntil(lambda: page.panel.count.text() == "0 match")
    assert opened.window.query.typed == "state:dead"
    qtbot.waitUntil(lambda: page.panel.empty.title() == "Your filter hides all 4 jobs")
    opened.window.ask("clear")
    qtbot.waitUntil(lambda: page.panel.count.text() == "4 jobs")


def test_a_mistake_in_the_filter_is_told_in_place(qtbot: QtBot, opened: Opened) -> None:
    opened.window.query.apply("state:nonsense")
    assert opened.window.query.error()
    assert opened.window.query.typed == ""


def test_a_filter_on_the_overview_lists_jobs_of_all_queues(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 1)
    enqueue(backend, "sms", 2)
    page = go(qtbot, opened, "overview")
    opened.window.query.apply("state:ready")
    qtbot.waitUntil(lambda: page.panel.count.text() == "3 match")


def test_purge_can_be_undone_with_the_keyboard(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 3)
    page = go(qtbot, opened, "queue:email")
    qtbot.waitUntil(lambda: len(page.panel.table.source.rows) == 3)
    page.panel.table.selectRow(0)
    qtbot.waitUntil(lambda: opened.window.actions_["trash"].isEnabled())
    page.panel.table.setFocus()
    QTest.keyClick(page.panel.table, Qt.Key.Key_Delete)
    wait_for(qtbot, opened, lambda s: s.totals.trashed == 1)
    qtbot.waitUntil(lambda: opened.window.undo_bar.isVisible())
    QTest.keyClick(page.panel.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_for(qtbot, opened, lambda s: s.totals.trashed == 0 and s.totals.ready == 3)


def test_keys_belong_to_a_text_that_has_the_focus(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 2)
    page = go(qtbot, opened, "queue:email")
    qtbot.waitUntil(lambda: len(page.panel.table.source.rows) == 2)
    page.panel.table.selectRow(0)
    text = QPlainTextEdit("abc", opened.window)
    text.show()
    text.setFocus()
    qtbot.waitUntil(text.hasFocus)
    QTest.keyClick(text, Qt.Key.Key_Delete)
    QTest.keyClick(text, Qt.Key.Key_Slash)
    assert text.toPlainText() == "/bc"
    QTest.keyClick(text, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert text.toPlainText() != "/bc"
    assert backend.counts().trashed == 0


def test_slash_goes_to_the_filter(qtbot: QtBot, opened: Opened, backend: MemoryBackend) -> None:
    enqueue(backend, "email", 1)
    page = go(qtbot, opened, "queue:email")
    page.panel.table.setFocus()
    QTest.keyClick(page.panel.table, Qt.Key.Key_Slash)
    assert opened.window.query.hasFocus()


def test_the_inspector_follows_the_selection_and_outlives_it(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    (job,) = enqueue(backend, "email", 1)
    page = go(qtbot, opened, "queue:email")
    qtbot.waitUntil(lambda: len(page.panel.table.source.rows) == 1)
    page.panel.table.selectRow(0)
    inspector = opened.window.inspector
    qtbot.waitUntil(lambda: inspector.job is not None and inspector.job.id == job)
    opened.window.query.apply("state:dead")
    qtbot.waitUntil(lambda: not page.panel.table.source.rows)
    assert inspector.job is not None


def test_the_flow_tab_leads_to_the_children_and_back(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    child = NewFlow(queue="sms", job=NewJob(payload_json="1"))
    parent = NewFlow(queue="email", job=NewJob(payload_json="2"), children=(child,))
    stored = backend.enqueue_flow(parent)
    page = go(qtbot, opened, "queue:email")
    qtbot.waitUntil(lambda: len(page.panel.table.source.rows) == 1)
    page.panel.table.selectRow(0)
    inspector = opened.window.inspector
    for wanted in (stored.children[0], stored.id):
        qtbot.waitUntil(partial(_is_listed, opened.window, wanted))
        inspector.flow.table.clicked.emit(inspector.flow.model.index(0, 0))
        qtbot.waitUntil(partial(_is_inspected, opened.window, wanted))


def _is_listed(window: MainWindow, job_id: str) -> bool:
    model = window.inspector.flow.model
    return model.rowCount() == 1 and model.member(0).id == job_id


def _is_inspected(window: MainWindow, job_id: str) -> bool:
    return window.inspector.job is not None and window.inspector.job.id == job_id


def test_dead_letters_are_grouped_and_a_group_narrows_the_list(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    from pillarbox_engine.model import Failure
    from pillarbox_ui.views.dead_letters_page import DeadLettersPage

    enqueue(backend, "email", 5)
    kill(backend, "email", 3)
    kill(backend, "email", 2, Failure(type="KeyError", message="userId", fingerprint="f2"))
    page = go(qtbot, opened, "dead-letters")
    assert isinstance(page, DeadLettersPage)
    qtbot.waitUntil(lambda: len(page.groups.source.rows) == 2)
    page.groups.choose("f2")
    qtbot.waitUntil(lambda: page.panel.count.text() == "2 jobs")
    now = opened.window.situation()
    assert now is not None
    page.show_all()
    qtbot.waitUntil(lambda: page.panel.count.text() == "5 jobs")


def test_retrying_jobs_are_drawn_and_listed(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    from pillarbox_ui.views.retrying_page import RetryingPage

    enqueue(backend, "email", 2)
    fail(backend, "email", 2)
    page = go(qtbot, opened, "retrying")
    assert isinstance(page, RetryingPage)
    qtbot.waitUntil(lambda: len(page.timeline.lane_geometry()) == 2)
    assert len(page.panel.table.source.rows) == 2


@pytest.mark.parametrize("view", [view for view in View if view is not View.QUEUE])
def test_every_place_can_be_gone_to(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend, view: View
) -> None:
    enqueue(backend, "email", 1)
    opened.window.go(view.value)
    wait_for(qtbot, opened, lambda s: s.interest.view is view)
    assert opened.window.pages.current.view is view


def test_trouble_is_a_banner_and_the_data_stays(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    opened.bridge.problem.emit(DiskFull("The disk is full", "no room is left", "Free some"))
    assert opened.window.messages.trouble.isVisible()
    assert opened.window.messages.trouble.text() == "The disk is full"
    opened.bridge.recovered.emit()
    assert not opened.window.messages.trouble.isVisible()


def test_files_dropped_anywhere_are_previewed(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend, tmp_path: Path
) -> None:
    jobs = tmp_path / "jobs.jsonl"
    jobs.write_text('{"n": 1}\n', "utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(jobs))])
    drop = QDropEvent(
        QPointF(QPoint(300, 300)), Qt.DropAction.CopyAction, data,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    opened.window.dropEvent(drop)
    dialog = opened.window.findChild(ImportDialog)
    assert dialog is not None
    with qtbot.waitSignal(dialog.surveyed):
        pass
    dialog.reject()


def test_the_window_is_found_again_as_it_was(
    qtbot: QtBot, backend: MemoryBackend, light: Theme, settings: QSettings
) -> None:
    enqueue(backend, "email", 1)
    first = open_window(light, settings, path="/q")
    first.window.show()
    first.begin(backend)
    first.window.query.apply("state:ready")
    first.window.go("in-flight")
    first.window.own.choose_theme(Mode.DARK)
    first.window.close()
    second = open_window(light, settings, path="/q")
    assert second.window.location.view is View.IN_FLIGHT
    assert second.window.query.typed == "state:ready"
    assert settings.value("shared/theme") == "dark"
    second.window.close()
    for opened in (first, second):
        opened.wait()
        opened.window.deleteLater()


def test_a_read_only_file_says_so(qtbot: QtBot, opened: Opened, backend: MemoryBackend) -> None:
    from dataclasses import replace

    latest = opened.bridge.latest
    assert latest is not None
    opened.window.show_snapshot(replace(latest, file=replace(latest.file, read_only=True)))
    assert opened.window.status.badge.isVisible()
    assert not opened.window.actions_["new"].isEnabled()


def test_pause_and_resume_by_one_button(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 1)
    go(qtbot, opened, "queue:email")
    opened.window.ask("pause")
    wait_for(qtbot, opened, lambda s: s.queues[0].paused)
    qtbot.waitUntil(lambda: opened.window.actions_["pause"].text() == "Resume")
    opened.window.ask("pause")
    wait_for(qtbot, opened, lambda s: not s.queues[0].paused)


def test_release_takes_a_job_from_its_worker(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    from tests.ui.kit import claim

    enqueue(backend, "email", 1)
    (claimed,) = claim(backend, "email", 1)
    page = go(qtbot, opened, "in-flight")
    qtbot.waitUntil(lambda: len(page.panel.table.source.rows) == 1)
    page.panel.table.selectRow(0)
    opened.window.ask("release")
    wait_for(qtbot, opened, lambda s: s.totals.leased == 0)
    assert backend.job(claimed.lease.job_id).state is State.READY


def test_copying_puts_json_on_the_clipboard(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend, qapp: QApplication
) -> None:
    (job,) = enqueue(backend, "email", 1)
    page = go(qtbot, opened, "queue:email")
    qtbot.waitUntil(lambda: len(page.panel.table.source.rows) == 1)
    page.panel.table.selectRow(0)
    page.panel.table.setFocus()
    QTest.keyClick(page.panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert f'"id": "{job}"' in qapp.clipboard().text()
    qtbot.waitUntil(lambda: opened.window.actions_["copy-id"].isEnabled())
    opened.window.ask("copy-id")
    assert qapp.clipboard().text() == job


def test_an_alarm_is_told_once_and_marked_until_it_is_cleared(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    backend.configure("email", QueueSettings(alarm_depth=3))
    enqueue(backend, "email", 3)
    backend.maintain()
    window = opened.window
    qtbot.waitUntil(lambda: window.messages.alarm.isVisibleTo(window))
    assert "email: 3 jobs are ready" in window.messages.alarm.text()
    assert window.status.alarms.text() == "⚠ 1 alarm"
    window.messages.alarm.hide()
    enqueue(backend, "email", 1)
    wait_for(qtbot, opened, lambda s: s.totals.ready == 4)
    assert not window.messages.alarm.isVisibleTo(window), "told once"
    finish(backend, claim(backend, "email", 4))
    backend.maintain()
    qtbot.waitUntil(lambda: not window.status.alarms.isVisibleTo(window))


def test_trouble_told_again_leaves_the_retry_button_where_it_is(
    qtbot: QtBot, opened: Opened
) -> None:
    messages, tries = opened.window.messages, []
    messages.retry.connect(lambda: tries.append(1))
    error = DiskFull("The disk is full", "no room is left", "Free some space")
    messages.tell_trouble(error)
    (retry,) = messages.trouble.findChildren(QPushButton, "")
    messages.tell_trouble(DiskFull(error.title, error.reason, error.remedy))
    QTest.mouseClick(retry, Qt.MouseButton.LeftButton)
    assert tries == [1]
    messages.end_trouble()
    messages.tell_trouble(error)
    assert messages.trouble.isVisible()
