"""Queue settings: every one of them, judged as one types, stored only where it was changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from pillarbox_engine.backoff import Exponential, Table
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_ui.dialogs.backoff_edit import BackoffEdit
from pillarbox_ui.dialogs.new_job import NewJobDialog
from pillarbox_ui.dialogs.queue_settings import QueueSettingsDialog
from pillarbox_ui.dialogs.setting_words import GROUPS
from pillarbox_ui.operations import Operations
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.windows import Opened


@pytest.fixture
def dialog(
    qtbot: QtBot, light: Theme, operations: Operations, backend: MemoryBackend
) -> Iterator[QueueSettingsDialog]:
    backend.configure("email", QueueSettings(max_depth=50))
    (queue,) = backend.queues()
    made = QueueSettingsDialog(light, operations, queue)
    made.show()
    yield made
    if isValid(made):  # it goes by itself once its settings are stored
        made.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _type(dialog: QueueSettingsDialog, key: str, text: str) -> None:
    editor = dialog.fields[key].editor
    if isinstance(editor, QPlainTextEdit):
        editor.setPlainText(text)
    else:
        assert isinstance(editor, QLineEdit)
        editor.setText(text)


def _choose(dialog: QueueSettingsDialog, key: str, value: str) -> None:
    editor = dialog.fields[key].editor
    assert isinstance(editor, QComboBox)
    editor.setCurrentIndex(editor.findData(value))


def _settings(backend: MemoryBackend) -> QueueSettings:
    (queue,) = backend.queues()
    return queue.settings


def test_of_a_read_only_file_they_can_be_looked_at(dialog: QueueSettingsDialog) -> None:
    dialog.only_show()
    assert dialog.banner.text() == "This file is open read-only"
    assert dialog.save_button.isHidden()
    line, box = dialog.fields["max_depth"].editor, dialog.fields["on_full"].editor
    assert isinstance(line, QLineEdit)
    assert line.isReadOnly()
    assert line.text() == "50"
    assert not box.isEnabled()


def test_every_setting_has_its_place_and_its_words() -> None:
    keys = [setting.key for _, group in GROUPS for setting in group]
    assert sorted(keys) == sorted(entry.name for entry in fields(QueueSettings))
    assert all(setting.title for _, group in GROUPS for setting in group)


def test_nothing_is_touched_at_first_and_what_differs_says_so(dialog: QueueSettingsDialog) -> None:
    assert dialog.touched == []
    assert dialog.wrong == []
    assert not dialog.save_button.isEnabled()
    differing = [key for key, field in dialog.fields.items() if field.differs]
    assert differing == ["max_depth"]
    assert "the default is none" in dialog.fields["max_depth"]._note.text()


def test_all_kinds_of_settings_are_stored(
    qtbot: QtBot, dialog: QueueSettingsDialog, backend: MemoryBackend
) -> None:
    _type(dialog, "max_depth", "1,000")
    _type(dialog, "rate_limit", "50/60s")
    _type(dialog, "retry_for", "2h")
    _type(dialog, "retry_rules", '[{"error": "KeyError", "then": "dead"}]')
    _type(dialog, "schema", '{"type": "object"}')
    _choose(dialog, "on_full", "drop_oldest")
    _choose(dialog, "group_retry", "yield")
    backoff = dialog.fields["backoff"].editor
    assert isinstance(backoff, BackoffEdit)
    backoff.kind.setCurrentIndex(backoff.kind.findData("table"))
    backoff.figures["delays"].setText("1s/2m")
    assert dialog.save_button.text() == "Save 8 settings"
    with qtbot.waitSignal(dialog.accepted):
        dialog.submit()
    stored = _settings(backend)
    assert (stored.max_depth, stored.rate_limit) == (1_000, RateLimit(50, 60.0))
    assert (stored.retry_for, stored.on_full, stored.group_retry) == (7_200, "drop_oldest", "yield")
    assert stored.backoff == Table(delays=(1.0, 120.0))
    assert stored.schema == '{"type": "object"}'
    assert len(stored.retry_rules) == 1


def test_what_somebody_else_changed_meanwhile_stays_and_undo_takes_back_only_ours(
    qtbot: QtBot, dialog: QueueSettingsDialog, backend: MemoryBackend, operations: Operations
) -> None:
    backend.configure("email", QueueSettings(max_depth=50, max_attempts=9))
    _type(dialog, "lease", "10s")
    with qtbot.waitSignal(dialog.accepted):
        dialog.submit()
    assert _settings(backend) == QueueSettings(max_depth=50, max_attempts=9, lease=10.0)
    done = operations.last_undoable()
    assert done is not None
    with qtbot.waitSignal(operations.succeeded):
        operations.undo(done)
    assert _settings(backend) == QueueSettings(max_depth=50, max_attempts=9)


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("max_depth", "-5", "out of range"),
        ("max_depth", "many", "not understood"),
        ("max_attempts", "", "cannot be none"),
        ("rate_limit", "50", "not understood"),
        ("lease", "1000d", "out of range"),
        ("retry_rules", "[{]", "not understood"),
        ("schema", '{"pattern": "x"}', "schema"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_stored(
    dialog: QueueSettingsDialog, backend: MemoryBackend, key: str, text: str, said: str
) -> None:
    _type(dialog, key, text)
    assert said in dialog.fields[key].error.lower()
    assert not dialog.fields[key].error.startswith(key), "its title stands above"
    assert [field.setting.key for field in dialog.wrong] == [key]
    assert not dialog.save_button.isEnabled()
    dialog.submit()
    shown = dialog.tabs.tabText(dialog.tabs.currentIndex())
    assert shown.endswith("mistake")
    assert _settings(backend) == QueueSettings(max_depth=50)


def test_the_delays_are_drawn_as_one_types(dialog: QueueSettingsDialog) -> None:
    backoff = dialog.fields["backoff"].editor
    assert isinstance(backoff, BackoffEdit)
    assert backoff.chart.delays == Exponential().schedule(5)
    backoff.figures["factor"].setText("3")
    assert list(backoff.chart.delays) == [3.0, 9.0, 27.0, 81.0]
    _type(dialog, "max_attempts", "3")
    assert list(backoff.chart.delays) == [3.0, 9.0]
    backoff.figures["factor"].setText("x")
    assert list(backoff.chart.delays) == [3.0, 9.0]
    assert dialog.fields["backoff"].error
    assert backoff.chart.accessibleDescription().startswith("3 s, 9 s: waits of 12 s")


@pytest.mark.parametrize("attempts", ["1", "2", "1000"])
def test_any_number_of_delays_can_be_drawn(
    dialog: QueueSettingsDialog, light: Theme, attempts: str
) -> None:
    _type(dialog, "max_attempts", attempts)
    dialog.tabs.setCurrentIndex(1)
    assert not dialog.grab().isNull()
    light.set_mode(Mode.DARK)
    assert not dialog.grab().isNull()


def test_back_to_the_defaults_touches_what_differs_only(
    qtbot: QtBot, dialog: QueueSettingsDialog, backend: MemoryBackend
) -> None:
    dialog.back_to_defaults()
    assert [field.setting.key for field in dialog.touched] == ["max_depth"]
    with qtbot.waitSignal(dialog.accepted):
        dialog.submit()
    assert _settings(backend) == QueueSettings()


def test_every_editor_has_a_name(dialog: QueueSettingsDialog) -> None:
    for field in dialog.fields.values():
        assert field.editor.accessibleName()


def test_a_new_job_is_held_against_the_schema(
    qtbot: QtBot, light: Theme, operations: Operations, backend: MemoryBackend
) -> None:
    schema = '{"required": ["to"], "properties": {"to": {"type": "string"}}}'
    backend.configure("email", QueueSettings(schema=schema))
    dialog = NewJobDialog(light, operations, backend.queues(), queue="email")
    qtbot.addWidget(dialog)
    dialog.form.payload.set_text('{"to": 5}')
    dialog.form.check_now()
    assert "$.to: expected a string, got 5" in dialog.form.problem
    assert not dialog.form.ready
    dialog.form.payload.set_text('{"to": "ana"}')
    dialog.form.check_now()
    assert dialog.form.ready
    dialog.form.queue.setCurrentText("other")
    dialog.form.payload.set_text("5")
    dialog.form.check_now()
    assert dialog.form.ready
    dialog.reject()


def test_it_opens_from_the_queues_page(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend
) -> None:
    backend.configure("email", QueueSettings())
    with qtbot.waitSignal(opened.bridge.snapshot_ready):
        opened.window.go("queue:email")
        opened.bridge.refresh()
    qtbot.waitUntil(lambda: opened.window.actions_["queue-settings"].isEnabled())
    opened.window.ask("queue-settings")
    (dialog,) = opened.window.findChildren(QueueSettingsDialog)
    assert dialog.windowTitle() == "Settings of email"
    dialog.reject()
