"""Operations as a person meets them in the window: edit and replay, follow, cancel, undo."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.operation import OperationState
from pillarbox_ui.dialogs.replay import ReplayDialog
from pillarbox_ui.views.operations_page import OperationsPage
from pillarbox_ui.windows import Opened
from tests.ui.dialogs.kit import bury
from tests.ui.test_main_window import go, wait_for


def asked(qtbot: QtBot, opened: Opened, name: str) -> ReplayDialog:
    """The replay dialog that an action opens, when it has counted."""
    go(qtbot, opened, "dead-letters")
    wait_for(qtbot, opened, lambda snapshot: snapshot.matching == 5)
    opened.window.ask(name)
    (dialog,) = opened.window.findChildren(ReplayDialog)
    qtbot.waitUntil(lambda: dialog.known)
    return dialog


def test_edit_and_replay_opens_on_the_patch(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    bury(backend, 5)
    dialog = asked(qtbot, opened, "edit-replay")
    assert dialog.editing.isVisible()
    assert dialog.replay_button.text() == "Replay 5 jobs"
    dialog.reject()


def test_a_replay_at_work_is_followed_cancelled_and_undone(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    bury(backend, 5)
    dialog = asked(qtbot, opened, "replay")
    assert not dialog.editing.isVisible()
    dialog.form.limit.setChecked(True)
    dialog.form.rate.setValue(0.1)
    dialog.confirm()
    opened.window.go("operations")
    page = opened.window.pages.current
    assert isinstance(page, OperationsPage)
    qtbot.waitUntil(lambda: bool(page.table.source.rows))
    page.table.choose(page.table.source.rows[0].id)
    qtbot.waitUntil(page.cancel.isEnabled)
    page.cancel.click()
    wait_for(qtbot, opened, lambda shown: shown.operations[0].state is OperationState.CANCELLED)
    qtbot.waitUntil(lambda: page.undo.isEnabled() and not page.cancel.isEnabled())
    page.undo.click()
    qtbot.waitUntil(lambda: backend.counts().cancelled == 1)
    wait_for(qtbot, opened, lambda shown: len(shown.operations) == 2)
    assert backend.counts().dead == 4
