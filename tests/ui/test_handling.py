"""The handlers file of a window: nothing runs before the person approved exactly its text."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from pillarbox_engine.errors import InvalidHandlers
from pillarbox_engine.handlers import Inspected, Trial
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import Failure
from pillarbox_ui.dialogs.run_once import RunOnceDialog
from pillarbox_ui.handling.handling import Handling
from pillarbox_ui.handling.status import said
from pillarbox_ui.operations import Operations
from pillarbox_ui.remembered import Remembered
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.views.handlers_page import HandlersPage
from pillarbox_ui.windows import Opened, open_window
from tests.ui.kit import enqueue

TEXT = '[handlers.send]\ncommand = ["true"]\n[handlers."*"]\ncommand = ["cat"]\n'
EVENTS = '[events.dead]\ncommand = ["true"]\n'


class Noted:
    """A workshop that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.fault: InvalidHandlers | None = None
        self.pause = threading.Event()
        self.trial = Trial(outcome="done", said="It returned", seconds=0.5, result_json='{"a":1}')

    def start(self, file: Inspected) -> None:
        self.asked.append(("start", file.digest))
        if self.fault is not None:
            raise self.fault

    def follow(self, queues: Sequence[str]) -> None:
        self.asked.append(("follow", tuple(queues)))

    def stop(self) -> None:
        self.asked.append("stop")

    def run_once(
        self, file: Inspected, type: str, payload_json: str, stopped: Callable[[], bool]
    ) -> Trial:
        self.asked.append((type, payload_json))
        if type == "endless":
            while not stopped():
                self.pause.wait(0.01)
        return self.trial


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def remembered(settings: QSettings) -> Remembered:
    return Remembered(settings, "/queues/test.pillarbox")


@pytest.fixture
def handling(
    qtbot: QtBot, operations: Operations, remembered: Remembered, noted: Noted
) -> Handling:
    made = Handling(operations, remembered)
    made.attach(noted)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "handlers.toml"
    path.write_text(TEXT)
    return path


def chosen(qtbot: QtBot, handling: Handling, file: Path) -> None:
    handling.choose(str(file))
    qtbot.waitUntil(lambda: handling.status.file is not None)


def test_a_file_is_read_and_nothing_starts_before_it_is_approved(
    qtbot: QtBot, handling: Handling, noted: Noted, file: Path
) -> None:
    chosen(qtbot, handling, file)
    assert (handling.status.may_approve, handling.status.may_start) == (True, False)
    handling.start_workers()
    assert handling.run_once("send", "{}", lambda trial: None) is None
    handling.approve()
    assert handling.status.may_start
    handling.start_workers()
    qtbot.waitUntil(lambda: handling.status.running != "" and not handling.status.busy)
    assert noted.asked == [("start", handling.status.running)]
    assert handling.status.word == "running"
    handling.start_workers()
    handling.stop_workers()
    qtbot.waitUntil(lambda: handling.status.running == "" and not handling.status.busy)
    assert noted.asked[1:] == ["stop"]


def test_a_changed_file_asks_again_and_what_runs_is_said_to_be_old(
    qtbot: QtBot, handling: Handling, file: Path
) -> None:
    chosen(qtbot, handling, file)
    handling.approve()
    handling.start_workers()
    qtbot.waitUntil(lambda: handling.status.running != "" and not handling.status.busy)
    file.write_text(TEXT.replace("true", "false"))
    qtbot.waitUntil(lambda: not handling.status.approved)
    assert handling.status.is_stale
    assert "older text" in said(handling.status)
    file.write_text("[handlers.send]\nprogram = 1\n")
    qtbot.waitUntil(lambda: handling.status.fault is not None)
    assert handling.status.line == 2
    assert not handling.status.may_approve
    file.write_text(TEXT)
    qtbot.waitUntil(lambda: handling.status.approved)


def test_choice_and_approval_are_remembered_and_start_nothing(
    qtbot: QtBot, handling: Handling, operations: Operations, remembered: Remembered, file: Path
) -> None:
    chosen(qtbot, handling, file)
    handling.approve()
    noted = Noted()
    again = Handling(operations, remembered)
    assert again.status.path == str(file)
    assert again.status.file is None, "it is read once the store is open"
    again.attach(noted)
    qtbot.waitUntil(lambda: again.status.approved)
    assert noted.asked == []
    other = Handling(operations, Remembered(QSettings("", QSettings.Format.IniFormat), "/other"))
    assert other.status.path == ""


def test_workers_that_cannot_start_say_why(
    qtbot: QtBot, handling: Handling, noted: Noted, file: Path
) -> None:
    chosen(qtbot, handling, file)
    handling.approve()
    noted.fault = InvalidHandlers("The handlers cannot be used", "line 3: no program", "Install it")
    noted.fault.line = 4
    handling.start_workers()
    qtbot.waitUntil(lambda: handling.status.fault is not None and not handling.status.busy)
    assert handling.status.running == ""


def test_a_window_only_to_look_runs_nothing(
    qtbot: QtBot, operations: Operations, remembered: Remembered, file: Path
) -> None:
    handling = Handling(operations, remembered)
    handling.attach(None)
    chosen(qtbot, handling, file)
    handling.approve()
    assert not handling.status.may_start
    handling.start_workers()
    assert handling.run_once("send", "{}", lambda trial: None) is None


@pytest.fixture
def window(
    qtbot: QtBot, backend: MemoryBackend, light: Theme, settings: QSettings, noted: Noted
) -> Any:
    made = open_window(light, settings, path="/queues/test.pillarbox")
    qtbot.addWidget(made.window)
    made.window.show()
    with qtbot.waitSignal(made.bridge.snapshot_ready):
        made.begin(backend, noted)
    yield made
    made.window.close()
    made.wait()


def page_of(opened: Opened) -> HandlersPage:
    opened.window.go("handlers")
    page = opened.window.pages.current
    assert isinstance(page, HandlersPage)
    return page


def test_the_page_shows_what_runs_and_leads_from_approval_to_workers(
    qtbot: QtBot, window: Opened, backend: MemoryBackend, noted: Noted, file: Path
) -> None:
    file.write_text(TEXT + EVENTS)
    page, handling = page_of(window), window.context.handling
    assert not page.edit.isEnabled()
    chosen(qtbot, handling, file)
    rows = page.table.source.rows
    assert [(row.name, row.state, row.event) for row in rows] == [
        ("send", "unapproved", False),
        ("any other type", "unapproved", False),
        ("on dead letters", "unapproved", True),
    ]
    assert page.banner.isVisible()
    assert not page.work.isEnabled()
    handling.approve()
    assert not page.banner.isVisible()
    page.work.click()
    qtbot.waitUntil(lambda: page.work.text() == "Stop workers" and page.work.isEnabled())
    assert {row.state for row in page.table.source.rows} == {"running"}
    enqueue(backend, "new-queue", 1)
    qtbot.waitUntil(lambda: ("follow", ("new-queue",)) in noted.asked)
    page.work.click()
    qtbot.waitUntil(lambda: page.work.text() == "Start workers")
    page.table.choose("events.dead")
    assert not page.try_it.isEnabled(), "an event is no handler of jobs"


def test_a_fault_is_told_with_its_line_and_marked(
    qtbot: QtBot, window: Opened, noted: Noted, file: Path
) -> None:
    page, handling = page_of(window), window.context.handling
    chosen(qtbot, handling, file)
    handling.approve()
    noted.fault = InvalidHandlers("The handlers cannot be used", "line 4: none", "Install it")
    noted.fault.line = 4
    page.work.click()
    qtbot.waitUntil(lambda: page.banner.isVisible())
    assert page.banner.text() == "The handlers cannot be used"
    assert [row.state for row in page.table.source.rows] == ["approved", "fault"]
    file.write_text("not toml")
    qtbot.waitUntil(lambda: page.table.source.rows == ())


def test_edit_opens_the_file_in_the_systems_editor(
    qtbot: QtBot, window: Opened, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []

    def note(url: QUrl) -> bool:
        opened.append(url)
        return len(opened) == 1

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    page = page_of(window)
    chosen(qtbot, window.context.handling, file)
    page.edit.click()
    assert opened == [QUrl.fromLocalFile(str(file))]
    page.edit.click()
    assert "No editor" in page.banner.text()


def test_run_once_shows_what_came_of_it(
    qtbot: QtBot, window: Opened, noted: Noted, file: Path
) -> None:
    page, handling = page_of(window), window.context.handling
    chosen(qtbot, handling, file)
    handling.approve()
    page.table.choose("handlers.*")
    page.try_it.click()
    (dialog,) = page.findChildren(RunOnceDialog)
    assert not dialog.run_button.isEnabled(), "a type is wanted for the handler of any other"
    dialog.type.setText("thumbnail")
    dialog.payload.set_text('{"n": 1')
    assert not dialog.run_button.isEnabled()
    dialog.payload.set_text('{"n": 1}')
    dialog.run_button.click()
    qtbot.waitUntil(lambda: dialog.details.toPlainText() != "")
    assert ("thumbnail", '{"n": 1}') in noted.asked
    assert dialog.outcome.text() == "Done after 500 ms. It returned"
    assert dialog.details.toPlainText() == '{\n  "a": 1\n}'
    noted.trial = Trial(
        outcome="failed", said="It failed", seconds=1.0, log=("one", "two"), progress=50.0,
        failure=Failure(type="ValueError", message="no", traceback="Traceback …"),
    )  # fmt: skip
    dialog.run_button.click()
    qtbot.waitUntil(lambda: "ValueError: no" in dialog.details.toPlainText())
    assert "Progress: 50 %" in dialog.details.toPlainText()
    assert dialog.details.toPlainText().endswith("one\ntwo")
    noted.trial = Trial(outcome="done", said="It returned", seconds=0.5)
    dialog.run_button.click()
    qtbot.waitUntil(lambda: dialog.outcome.text() == "Done after 500 ms. It returned nothing")
    dialog.close()


def test_a_window_that_closes_stops_the_handler_that_is_tried(
    qtbot: QtBot, window: Opened, noted: Noted, file: Path
) -> None:
    handling = window.context.handling
    chosen(qtbot, handling, file)
    handling.approve()
    handling.run_once("endless", "{}", lambda trial: None)
    qtbot.waitUntil(lambda: ("endless", "{}") in noted.asked)
    window.window.close()
    assert not handling.status.running
