"""Replay and Purge: what is counted, what is asked, and what is done to whom."""

from __future__ import annotations

import json

import pytest
from pytestqt.qtbot import QtBot

from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import ClaimRequest, Reject
from pillarbox_engine.memory.backend import MemoryBackend
from pillarbox_engine.model import Failure, NewJob
from pillarbox_engine.operation import OperationState
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import State
from pillarbox_ui.dialogs.purge import MANY, PurgeDialog
from pillarbox_ui.dialogs.replay import LARGEST_TRIED, ReplayDialog
from pillarbox_ui.masking import MASK
from pillarbox_ui.operations import Operations
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.target import Target, TargetKind, chosen
from pillarbox_ui.theme.theme import Theme
from tests.ui.dialogs.kit import bury, enqueue, kept

ALL = Target(
    kind=TargetKind.FILTER, where=Filter(queues=("email",)), count=0, queue="email",
    described="in email matching error:timeout",
)  # fmt: skip


@pytest.fixture
def asked(qtbot: QtBot, theme: Theme, operations: Operations) -> Asked:
    return Asked(qtbot, theme, operations)


class Asked:
    """Opens a dialog and waits until it has counted."""

    def __init__(self, qtbot: QtBot, theme: Theme, operations: Operations) -> None:
        self._qtbot, self._parts = qtbot, (theme, operations)

    def replay(self, target: Target) -> ReplayDialog:
        dialog = kept(self._qtbot, ReplayDialog(*self._parts, target, ["email", "later"]))
        self._qtbot.waitUntil(lambda: dialog.known)
        return dialog

    def purge(self, target: Target, *, permanent: bool = False) -> PurgeDialog:
        dialog = kept(self._qtbot, PurgeDialog(*self._parts, target, permanent=permanent))
        self._qtbot.waitUntil(lambda: dialog.known)
        return dialog

    def done(self, dialog: ReplayDialog | PurgeDialog) -> RunningOperation:
        with self._qtbot.waitSignal(dialog.confirmed) as told:
            dialog.confirm()
        (operation,) = told.args
        self._qtbot.waitUntil(lambda: not operation.running)
        assert isinstance(operation, RunningOperation)
        return operation


def test_a_payload_too_large_to_be_tried_is_not_read_and_that_is_said(
    qtbot: QtBot, asked: Asked, backend: MemoryBackend
) -> None:
    backend.configure("email", QueueSettings(max_payload=64 * 2**20))
    large = backend.enqueue("email", [NewJob(payload_json='"' + "x" * LARGEST_TRIED + '"')])[0].id
    enqueue(backend, 1)
    failure = Failure(type="Timeout", message="after 2 s", fingerprint="f")
    for claimed in backend.claim(ClaimRequest(queues=("email",), limit=2)):
        backend.settle([Reject(lease=claimed.lease, failure=failure)])
    dialog = asked.replay(ALL)
    dialog.editing.edit.setChecked(True)
    qtbot.waitUntil(lambda: dialog.editing.samples.count() == 2)
    assert large in dialog.editing.samples.itemText(1)
    dialog.editing.samples.setCurrentIndex(1)
    assert dialog.editing.verdict() == (
        "Its payload of 1.0 MB is too large to be tried here. It would be edited too"
    )
    assert dialog.editing.before.text() == dialog.editing.after.text() == ""


def test_replay_counts_only_the_dead_letters(asked: Asked, backend: MemoryBackend) -> None:
    bury(backend, 3)
    enqueue(backend, 2)
    dialog = asked.replay(ALL)
    assert dialog.replay_button.text() == "Replay 3 jobs"
    assert dialog.sentence.text() == "3 jobs in email matching error:timeout"
    asked.done(dialog)
    assert backend.counts().ready == 5
    assert backend.counts().replayed_total == 3


def test_replay_elsewhere_and_at_a_pace(asked: Asked, backend: MemoryBackend) -> None:
    backend.ensure_queue("later")
    bury(backend, 4)
    dialog = asked.replay(ALL)
    dialog.form.queue.setCurrentIndex(dialog.form.queue.findData("later"))
    dialog.form.limit.setChecked(True)
    dialog.form.rate.setValue(4.0)
    asked.done(dialog)
    moved = backend.jobs(Filter(queues=("later",))).rows
    assert len(moved) == 4
    assert max(job.run_at for job in moved) > min(job.run_at for job in moved)


def test_a_dead_letter_that_comes_after_confirming_is_left_alone(
    asked: Asked, backend: MemoryBackend
) -> None:
    bury(backend, 2)
    dialog = asked.replay(ALL)
    asked.done(dialog)
    bury(backend, 1)
    assert backend.counts().dead == 1


def test_nothing_to_replay_is_said_and_cannot_be_pressed(
    asked: Asked, backend: MemoryBackend
) -> None:
    enqueue(backend, 2)
    dialog = asked.replay(ALL)
    assert not dialog.replay_button.isEnabled()
    assert "nothing to replay" in dialog.sentence.text()


def test_a_filter_on_other_states_replays_nothing(asked: Asked, backend: MemoryBackend) -> None:
    bury(backend, 2)
    where = Filter(states=frozenset({State.DONE}))
    dialog = asked.replay(Target(kind=TargetKind.FILTER, where=where, count=9))
    assert dialog.target.count == 0


def test_chosen_rows_are_counted_too(asked: Asked, backend: MemoryBackend) -> None:
    ids = bury(backend, 2) + enqueue(backend, 1)
    dialog = asked.replay(chosen(ids, frozenset({"email"})))
    assert dialog.sentence.text() == "2 selected jobs in email"


def test_purge_moves_to_the_trash_and_can_be_undone(
    qtbot: QtBot, asked: Asked, operations: Operations, backend: MemoryBackend
) -> None:
    enqueue(backend, 3)
    dialog = asked.purge(ALL)
    assert dialog.purge_button.text() == "Move 3 jobs to Trash"
    assert not dialog.asks_name
    operation = asked.done(dialog)
    assert backend.counts().trashed == 3
    undone = operations.undo(operation)
    assert undone is not None
    qtbot.waitUntil(lambda: not undone.running)
    assert backend.counts().ready == 3


def test_more_than_a_thousand_jobs_ask_for_the_queues_name(
    asked: Asked, backend: MemoryBackend
) -> None:
    enqueue(backend, MANY + 1)
    dialog = asked.purge(ALL)
    assert dialog.asks_name
    assert not dialog.purge_button.isEnabled()
    dialog.name.setText("mail")
    assert not dialog.purge_button.isEnabled()
    dialog.name.setText("email")
    assert dialog.purge_button.isEnabled()
    asked.done(dialog)
    assert backend.counts().trashed == MANY + 1


def test_deleting_for_good_asks_even_for_one(asked: Asked, backend: MemoryBackend) -> None:
    enqueue(backend, 1)
    dialog = asked.purge(ALL, permanent=True)
    assert dialog.purge_button.text() == "Delete 1 job permanently"
    assert not dialog.purge_button.isEnabled()
    dialog.name.setText("email")
    asked.done(dialog)
    assert backend.count(Filter()) == 0


def test_what_is_in_the_trash_can_only_be_deleted(asked: Asked, backend: MemoryBackend) -> None:
    backend.purge(enqueue(backend, 2))
    where = Filter(states=frozenset({State.TRASHED}))
    dialog = asked.purge(Target(kind=TargetKind.FILTER, where=where, count=2))
    assert dialog.permanent
    dialog.name.setText("all queues")
    asked.done(dialog)
    assert backend.counts().trashed == 0


def test_a_canary_and_a_threshold_reach_the_operation(asked: Asked, backend: MemoryBackend) -> None:
    bury(backend, 4)
    dialog = asked.replay(ALL)
    dialog.form.first.setChecked(True)
    dialog.form.canary.setValue(2)
    dialog.form.stop.setChecked(True)
    dialog.form.share.setValue(25.0)
    dialog.form.keep.setChecked(True)
    operation = asked.done(dialog)
    (entry,) = backend.operations()
    options = entry.options
    assert (options.canary, options.stop_above, options.keep_attempts) == (2, 0.25, True)
    assert (entry.state, entry.done) == (OperationState.CANARY, 2)
    assert "the rest follows, see Operations" in operation.said
    assert "2 of 2 canaries have not ended yet" in operation.said


def test_payloads_are_shown_before_and_after_and_then_edited(
    qtbot: QtBot, asked: Asked, backend: MemoryBackend
) -> None:
    ids = bury(backend, 2)
    dialog = asked.replay(ALL)
    dialog.editing.edit.setChecked(True)
    dialog.editing.patch.set_text('{"plan": "pro"}')
    qtbot.waitUntil(lambda: '"plan"' in dialog.editing.after.editor.toPlainText())
    assert '"plan"' not in dialog.editing.before.editor.toPlainText()
    assert dialog.editing.samples.count() == 2
    dialog.editing.samples.setCurrentIndex(1)
    assert '"n": 0' in dialog.editing.after.editor.toPlainText()
    asked.done(dialog)
    job = backend.job(ids[0])
    assert job.payload == {"n": 0, "plan": "pro"}
    assert job.history[-2].payload_json == '{"n":0}'


def test_secrets_are_masked_before_and_after(
    qtbot: QtBot, asked: Asked, backend: MemoryBackend
) -> None:
    bury(backend, 1)
    dialog = asked.replay(ALL)
    dialog.editing.edit.setChecked(True)
    dialog.editing.patch.set_text('{"password": "hunter2"}')
    qtbot.waitUntil(lambda: MASK in dialog.editing.after.text())
    assert "hunter2" not in dialog.editing.after.text()


def test_a_patch_that_is_no_json_cannot_be_pressed(asked: Asked, backend: MemoryBackend) -> None:
    bury(backend, 1)
    dialog = asked.replay(ALL)
    dialog.editing.edit.setChecked(True)
    dialog.editing.patch.set_text('{"plan": ')
    assert not dialog.replay_button.isEnabled()
    assert dialog.editing.patch.problem is not None
    dialog.editing.edit.setChecked(False)
    assert dialog.replay_button.isEnabled()


def test_a_patch_that_makes_payloads_invalid_is_said_and_leaves_them_alone(
    qtbot: QtBot, asked: Asked, backend: MemoryBackend
) -> None:
    ids = bury(backend, 2)
    backend.configure("email", QueueSettings(max_payload=1_024))
    dialog = asked.replay(ALL)
    dialog.editing.edit.setChecked(True)
    dialog.editing.patch.set_text(json.dumps({"note": "x" * 2_000}))
    qtbot.waitUntil(lambda: "It would be left alone" in dialog.editing.verdict())
    assert "1,024" in dialog.editing.verdict(), dialog.editing.verdict()
    operation = asked.done(dialog)
    assert operation.error is None
    for job_id in ids:
        job = backend.job(job_id)
        assert (job.state, job.payload_json.startswith('{"n":')) == (State.DEAD, True)


def test_a_replay_that_has_not_started_can_be_undone(
    qtbot: QtBot, asked: Asked, operations: Operations, backend: MemoryBackend
) -> None:
    bury(backend, 3)
    operation = asked.done(asked.replay(ALL))
    assert operation.undo is not None
    assert operation.undo.title == "Undo the replay of 3 jobs"
    undone = operations.undo(operation)
    assert undone is not None
    qtbot.waitUntil(lambda: not undone.running)
    assert backend.counts().cancelled == 3
