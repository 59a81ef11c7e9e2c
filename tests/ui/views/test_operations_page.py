"""The page of operations: what each tells of itself, and which buttons it lights."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from pillarbox_engine.filters import Filter
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import Operation
from pillarbox_engine.operation import OperationOptions, OperationState
from pillarbox_engine.states import Verb
from pillarbox_ui import commands
from pillarbox_ui.interest import Interest, View
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Cancelled, Progress
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.target import Target, TargetKind
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.operations_page import OperationsPage
from tests.ui.dialogs.kit import bury
from tests.ui.kit import NOW

STOPPED = Operation(
    id="7", verb="replay", at=NOW, what="500 jobs in email", changed=5, skipped=2,
    state=OperationState.STOPPED, total=500, done=7, failed=5, skips={"ready": 2},
    said="5 of 5 canaries failed", ended_at=NOW,
)  # fmt: skip
AT_WORK = replace(
    STOPPED, id="8", state=OperationState.CANARY, said="5 of 5 canaries have not ended yet",
    undoable=True, ended_at=None,
)  # fmt: skip


@pytest.fixture
def page(qtbot: QtBot, context: Context) -> OperationsPage:
    made = OperationsPage(context)
    qtbot.addWidget(made)
    made.resize(1_100, 400)
    made.show()
    interest = Interest(view=View.OPERATIONS)
    made.show_snapshot(Snapshot(as_of=NOW, interest=interest, operations=(AT_WORK, STOPPED)))
    return made


def cells(page: OperationsPage, row: int) -> dict[str, str]:
    model = page.table.source
    return {column.key: model.index(row, n).data() for n, column in enumerate(model.columns)}


def test_each_tells_how_far_it_is_and_why_it_stopped(page: OperationsPage) -> None:
    told = cells(page, 1)
    assert (told["verb"], told["state"], told["progress"]) == ("Replay", "Stopped", "7 / 500")
    assert (told["changed"], told["skipped"], told["failed"]) == ("5", "2", "5")
    assert told["said"] == "5 of 5 canaries failed"
    assert cells(page, 0)["state"] == "Canary"


def test_cancel_is_for_what_is_at_work_and_undo_for_what_can_be(page: OperationsPage) -> None:
    assert not page.cancel.isEnabled()
    assert page._said.text() == "2 operations, 1 at work"
    page.table.choose("8")
    assert page.cancel.isEnabled()
    assert page.undo.isEnabled()
    assert page._said.text() == "Canary · 7 / 500 · 5 of 5 canaries have not ended yet"
    page.table.choose("7")
    assert not page.cancel.isEnabled()
    assert not page.undo.isEnabled()


def test_the_buttons_ask_for_it(qtbot: QtBot, page: OperationsPage) -> None:
    page.table.choose("8")
    with qtbot.waitSignal(page.asked) as told:
        page.cancel.click()
    assert told.args == ["cancel-operation"]
    with qtbot.waitSignal(page.asked) as told:
        page.undo.click()
    assert told.args == ["undo-journal"]


def replay(operations: Operations, count: int, **options: float) -> RunningOperation:
    target = Target(kind=TargetKind.FILTER, where=Filter(queues=("email",)), count=count)
    return commands.run_planned(
        operations, Verb.REPLAY, target, "all", OperationOptions(rate=options.get("rate"))
    )


def test_an_operation_of_the_journal_is_cancelled_and_taken_back(
    qtbot: QtBot, operations: Operations, backend: MemoryBackend
) -> None:
    bury(backend, 5)
    started = replay(operations, 5, rate=0.1)
    qtbot.waitUntil(lambda: not started.running)
    (entry,) = backend.operations()
    assert entry.state is OperationState.RUNNING
    cancelled = commands.cancel_journal(operations, entry)
    qtbot.waitUntil(lambda: not cancelled.running)
    assert cancelled.said == "Cancel operation 1: 4 of 5 jobs were left as they are"
    undone = commands.undo_journal(operations, backend.operation(entry.id))
    assert undone is not None
    qtbot.waitUntil(lambda: not undone.running)
    assert (backend.counts().cancelled, backend.counts().dead) == (1, 4)
    assert commands.undo_journal(operations, backend.operation(entry.id)) is None


def test_a_window_that_closes_leaves_the_operation_to_go_on(backend: MemoryBackend) -> None:
    bury(backend, 5)
    progress = Progress()
    progress.leave()
    work = commands.bulk_work(Verb.REPLAY, Filter(queues=("email",)), "all")
    with pytest.raises(Cancelled, match="goes on without it"):
        work(backend, progress)
    (entry,) = backend.operations()
    assert entry.state is OperationState.RUNNING
    backend.maintain()
    assert backend.operation(entry.id).state is OperationState.DONE
    assert backend.counts().ready == 5
