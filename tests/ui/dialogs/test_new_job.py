"""The New job dialog: checked as one types, enqueued once, and nothing lost on failure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData
from pytestqt.qtbot import QtBot

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.memory.backend import MemoryBackend
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_ui.dialogs.new_job import NewJobDialog
from pillarbox_ui.dialogs.payload_check import AT_ONCE
from pillarbox_ui.operations import Operations
from pillarbox_ui.theme.theme import Theme
from tests.ui.dialogs.kit import kept

SPECIAL = NewJob(
    payload_json='{"a":[1,2]}', type="send", priority=7, max_attempts=2, timeout=3.5,
    backoff=Fixed(seconds=2.0),
)  # fmt: skip


@pytest.fixture
def dialog(
    qtbot: QtBot, theme: Theme, backend: MemoryBackend, operations: Operations
) -> NewJobDialog:
    return kept(qtbot, NewJobDialog(theme, operations, backend.queues(), queue="email"))


def write(dialog: NewJobDialog, text: str) -> None:
    dialog.form.payload.set_text(text)


def test_one_job_is_enqueued_and_the_dialog_closes(
    qtbot: QtBot, dialog: NewJobDialog, backend: MemoryBackend
) -> None:
    write(dialog, '{ "to": "ana" }')
    assert dialog.enqueue_button.text() == "Enqueue 1 job"
    with qtbot.waitSignal(dialog.enqueued) as told:
        dialog.submit()
    job = backend.job(told.args[0])
    assert (job.queue, job.payload_json) == ("email", '{"to":"ana"}')
    assert job.priority == QueueSettings().priority


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,}', "Line 1, column"),
        ('{\n  "a": NaN}', "Line 2, column 8"),
        ('{"a": 1, "a": 2}', "twice"),
        ("", ""),
        ("[" * 300 + "]" * 300, "200 deep"),
    ],
)
def test_a_mistake_in_the_payload_is_named_with_its_place(
    dialog: NewJobDialog, text: str, said: str
) -> None:
    write(dialog, text)
    assert said in dialog.form.problem
    assert dialog.form.problem
    assert not dialog.enqueue_button.isEnabled()


def test_an_impossible_queue_name_is_said_below_the_box(dialog: NewJobDialog) -> None:
    dialog.form.queue.setCurrentText("a/b")
    assert "slash" in dialog.form.queue_field.error
    assert not dialog.enqueue_button.isEnabled()
    dialog.form.queue.setCurrentText("new-one")
    assert dialog.form.queue_field.error == ""
    assert dialog.enqueue_button.isEnabled()


def test_a_payload_over_the_queues_limit_says_what_to_do(
    qtbot: QtBot, theme: Theme, backend: MemoryBackend, operations: Operations
) -> None:
    backend.configure("email", QueueSettings(max_payload=20))
    dialog = kept(qtbot, NewJobDialog(theme, operations, backend.queues(), queue="email"))
    write(dialog, '{"text": "longer than twenty bytes"}')
    assert "enqueue a reference" in dialog.form.problem


def test_a_large_payload_is_checked_on_a_thread_and_then_enqueued(
    qtbot: QtBot, dialog: NewJobDialog, backend: MemoryBackend
) -> None:
    write(dialog, '{"text": "' + "x" * AT_ONCE + '"}')
    assert not dialog.form.ready
    with qtbot.waitSignal(dialog.enqueued) as told:
        dialog.submit()
    assert backend.job(told.args[0]).payload_bytes > AT_ONCE


def test_a_full_queue_is_said_in_place_and_nothing_typed_is_lost(
    qtbot: QtBot, dialog: NewJobDialog, backend: MemoryBackend
) -> None:
    backend.configure("email", QueueSettings(max_depth=1))
    backend.enqueue("email", [replace(dialog.form.new_job(), payload_json="1")])
    write(dialog, '{"kept": true}')
    dialog.submit()
    qtbot.waitUntil(lambda: not dialog.banner.isHidden())
    assert "full" in dialog.banner.text()
    assert dialog.form.payload.text() == '{"kept": true}'
    assert dialog.enqueue_button.isEnabled()


def test_the_same_draft_tried_again_is_not_stored_twice(
    qtbot: QtBot, dialog: NewJobDialog, backend: MemoryBackend
) -> None:
    with qtbot.waitSignal(dialog.enqueued) as first:
        dialog.submit()
    with qtbot.waitSignal(dialog.enqueued) as second:
        dialog.submit()
    assert first.args == second.args
    assert backend.counts().ready == 1


def test_a_unique_key_that_is_held_is_said_and_nothing_is_added(
    qtbot: QtBot, dialog: NewJobDialog, backend: MemoryBackend
) -> None:
    dialog.form.unique.setText(" ada ")
    with qtbot.waitSignal(dialog.enqueued) as told:
        dialog.submit()
    assert backend.job(told.args[0]).unique_key == "ada"
    write(dialog, '{"second": true}')
    for _ in range(2):
        dialog.submit()
        qtbot.waitUntil(lambda: not dialog.banner.isHidden())
    assert f"Job {told.args[0]} holds this unique key" in dialog.banner.text()
    assert dialog.enqueue_button.isEnabled()
    assert backend.counts().ready == 1
    dialog.form.unique.setText("")
    with qtbot.waitSignal(dialog.enqueued):
        dialog.submit()
    assert backend.counts().ready == 2


def test_a_unique_key_that_is_too_long_is_said_below_it(dialog: NewJobDialog) -> None:
    dialog.form.unique.setText("x" * 501)
    assert "1 to 500 characters" in dialog.form.unique_field.error
    assert not dialog.enqueue_button.isEnabled()


def test_duplicate_takes_everything_over(
    qtbot: QtBot, theme: Theme, backend: MemoryBackend, operations: Operations
) -> None:
    (stored,) = backend.enqueue("email", [SPECIAL])
    like = backend.job(stored.id)
    dialog = kept(qtbot, NewJobDialog(theme, operations, backend.queues(), like=like))
    assert dialog.windowTitle() == "Duplicate job"
    with qtbot.waitSignal(dialog.enqueued) as told:
        dialog.submit()
    copy = backend.job(told.args[0])
    assert copy.id != like.id
    same = ("queue", "type", "payload_json", "priority", "max_attempts", "timeout", "backoff")
    assert [getattr(copy, name) for name in same] == [getattr(like, name) for name in same]


def test_a_delay_is_kept(qtbot: QtBot, dialog: NewJobDialog, backend: MemoryBackend) -> None:
    dialog.form.when.set_delay(7_200)
    with qtbot.waitSignal(dialog.enqueued) as told:
        dialog.submit()
    job = backend.job(told.args[0])
    assert (job.run_at - job.enqueued_at).total_seconds() == 7_200


def test_a_job_can_be_given_a_group(
    qtbot: QtBot, dialog: NewJobDialog, backend: MemoryBackend
) -> None:
    dialog.form.group.setText("x" * 201)
    assert "200" in dialog.form.group_field.error
    assert not dialog.form.ready
    dialog.form.group.setText("customer/42")
    write(dialog, "1")
    with qtbot.waitSignal(dialog.enqueued) as told:
        dialog.submit()
    job = backend.job(told.args[0])
    assert job.group == "customer/42"
    dialog.form.prefill(job)
    assert dialog.form.new_job().group == "customer/42"


def test_a_payload_too_long_to_be_edited_is_taken_as_it_is(
    qtbot: QtBot, theme: Theme, backend: MemoryBackend, operations: Operations
) -> None:
    backend.configure("email", QueueSettings(max_payload=64 * 2**20))
    large = '{"text":"' + "x" * 8_000_000 + '"}'
    like = backend.job(backend.enqueue("email", [NewJob(payload_json=large)])[0].id)
    dialog = kept(qtbot, NewJobDialog(theme, operations, backend.queues(), like=like))
    payload = dialog.form.payload
    assert payload.editor.isReadOnly()
    assert payload.editor.document().characterCount() < 20_000
    with qtbot.waitSignal(dialog.enqueued, timeout=20_000) as told:
        dialog.submit()
    assert backend.job(told.args[0]).payload_json == large


def test_another_text_can_be_edited_again(dialog: NewJobDialog) -> None:
    write(dialog, '"' + "x" * 2_000_000 + '"')
    assert "too long to be edited here" in dialog.form.payload.message()
    write(dialog, '{"a": 1}')
    assert not dialog.form.payload.editor.isReadOnly()
    assert dialog.form.payload.text() == '{"a": 1}'
    assert dialog.form.payload.message() == ""


def test_what_is_too_long_is_not_pasted_and_said(dialog: NewJobDialog) -> None:
    carried = QMimeData()
    carried.setText("x" * 200_000)
    before = dialog.form.payload.text()
    dialog.form.payload.editor.insertFromMimeData(carried)
    assert dialog.form.payload.text() == before
    assert "import it" in dialog.form.payload.message()
    carried.setText("\n".join(["x" * 1_000] * 200))
    dialog.form.payload.editor.insertFromMimeData(carried)
    assert len(dialog.form.payload.text()) > 200_000
