"""Everything that matches, chosen as a query: what it says, which verbs it takes, how it ends."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pillarbox_engine.filters import Filter
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.states import State, Verb
from pillarbox_ui.dialogs.confirm_bulk import ConfirmBulkDialog
from pillarbox_ui.dialogs.purge import PurgeDialog
from pillarbox_ui.target import TargetKind
from pillarbox_ui.targets import Situation, enabled, verb_target
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.windows import Opened
from tests.ui.kit import enqueue
from tests.ui.test_main_window import go, wait_for
from tests.ui.test_targets import ON_QUEUE


def dead_page(qtbot: QtBot, opened: Opened, backend: MemoryBackend) -> ListingPage:
    """The page of a queue of 30 jobs, filtered to the 20 of one type."""
    enqueue(backend, "email", 20, type="welcome")
    enqueue(backend, "email", 10, type="bill")
    page = go(qtbot, opened, "queue:email")
    opened.window.query.apply("type:welcome")
    qtbot.waitUntil(lambda: page.panel.count.text() == "20 match")
    return page


def test_it_is_a_query_and_says_so(qtbot: QtBot, opened: Opened, backend: MemoryBackend) -> None:
    page = dead_page(qtbot, opened, backend)
    opened.window.ask("select-all")
    assert page.panel.count.text() == "20 jobs matching type:welcome selected"
    assert page.chosen_jobs() == ()
    assert not page.panel.table.selectionModel().hasSelection()
    assert page.panel.none.isVisible()
    now = opened.window.situation()
    assert now is not None
    target = verb_target(now, Verb.CANCEL)
    assert target is not None
    assert target.where.types == ("welcome",)
    assert target.count == 20


def test_a_verb_on_it_is_asked_about_and_takes_all(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    page = dead_page(qtbot, opened, backend)
    opened.window.ask("select-all")
    opened.window.ask("cancel")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConfirmBulkDialog)
    qtbot.waitUntil(lambda: dialog.confirm_button.text() == "Cancel 20 jobs")
    dialog.confirm()
    wait_for(qtbot, opened, lambda s: s.totals.cancelled == 20)
    assert opened.window.query.typed == "type:welcome"
    qtbot.waitUntil(lambda: page.panel.count.text().startswith("20 "))


def test_moving_it_to_the_trash_is_a_purge(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    dead_page(qtbot, opened, backend)
    opened.window.ask("select-all")
    opened.window.ask("trash")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, PurgeDialog)
    qtbot.waitUntil(lambda: dialog.purge_button.text() == "Move 20 jobs to Trash")
    dialog.reject()


def test_it_ends_with_a_row_with_escape_and_with_another_filter(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    page = dead_page(qtbot, opened, backend)
    table = page.panel.table
    opened.window.ask("select-all")
    table.selectRow(0)
    assert not page.all_matching
    assert [job.id for job in page.chosen_jobs()] == [table.source.rows[0].id]
    opened.window.ask("select-all")
    QTest.keyClick(table, Qt.Key.Key_Escape)
    assert not page.all_matching
    opened.window.ask("select-all")
    opened.window.query.apply("type:bill")
    assert not page.all_matching
    qtbot.waitUntil(lambda: page.panel.count.text() == "10 match")


def test_only_verbs_that_can_apply_are_offered() -> None:
    dead = Filter(queues=("email",), states=frozenset({State.DEAD}))
    shot = ON_QUEUE.__class__(
        as_of=ON_QUEUE.as_of, queues=ON_QUEUE.queues, matching=4,
        interest=ON_QUEUE.interest.__class__(view=ON_QUEUE.interest.view, where=dead),
    )  # fmt: skip
    now = Situation(snapshot=shot, everything=True)
    on = enabled(now)
    assert (on["requeue"], on["trash"], on["erase"], on["select-all"]) == (True, True, True, True)
    assert (on["release"], on["restore"], on["duplicate"], on["copy"]) == (False,) * 4
    target = verb_target(now, Verb.REQUEUE)
    assert target is not None
    assert (target.kind, target.where, target.count) == (TargetKind.FILTER, dead, 4)
    assert not enabled(Situation(snapshot=shot, everything=True, read_only=True))["requeue"]
