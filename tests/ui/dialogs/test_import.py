"""The import dialog: a verdict a line, the good ones in, nothing twice."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory.backend import MemoryBackend
from pillarbox_engine.settings import QueueSettings
from pillarbox_ui.dialogs import import_rejects
from pillarbox_ui.dialogs.import_dialog import ImportDialog, Phase
from pillarbox_ui.operations import Operations
from pillarbox_ui.theme.theme import Theme
from tests.ui.dialogs.kit import kept

Opened = Callable[..., ImportDialog]


@pytest.fixture
def opened(qtbot: QtBot, theme: Theme, backend: MemoryBackend, operations: Operations) -> Opened:
    """An import dialog on files (paths or addresses) that has read them."""

    def open_on(*files: Path | str) -> ImportDialog:
        urls = [QUrl.fromLocalFile(str(f)) if isinstance(f, Path) else QUrl(f) for f in files]
        dialog = ImportDialog(theme, operations, backend.queues(), queue="email")
        kept(qtbot, dialog)
        with qtbot.waitSignal(dialog.surveyed):
            dialog.take(urls)
        return dialog

    return open_on


@pytest.fixture
def job_file(tmp_path: Path) -> Path:
    """400 lines, three of them bad: 17, 301 and 399."""
    lines = [json.dumps({"payload": {"to": n}, "type": "send"}) for n in range(1, 401)]
    lines[16] = '{"payload": {"to": 17}, "type": 7}'
    lines[300] = '{"payload": NaN}'
    lines[398] = '{"payload": 1'
    path = tmp_path / "jobs.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def run(qtbot: QtBot, dialog: ImportDialog, start: Callable[[], None]) -> None:
    with qtbot.waitSignal(dialog.imported):
        start()


def name_line(dialog: ImportDialog) -> QLineEdit:
    line = dialog.target.queue.lineEdit()
    assert line is not None
    return line


def cells(dialog: ImportDialog, column: int) -> list[str]:
    model = dialog.lines.rejected
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_the_preview_has_the_first_lines_and_the_list_all_that_are_rejected(
    opened: Opened, job_file: Path
) -> None:
    dialog = opened(job_file)
    assert dialog.phase is Phase.READY
    assert dialog.lines.preview.rowCount() == 200
    status = dialog.lines.preview.index(16, 2).data()
    assert status.startswith("line 17, $.type: ")
    assert dialog.lines.preview.index(0, 2).data() == "Valid"
    assert cells(dialog, 1) == ["17", "301", "399"]
    assert dialog.lines.tabText(1) == "3 rejected"
    assert dialog.import_button.text() == "Import 397 valid"
    assert dialog.save_button.text() == "Save 3 rejected…"


def test_the_valid_lines_are_imported_and_the_result_said(
    qtbot: QtBot, opened: Opened, job_file: Path, backend: MemoryBackend
) -> None:
    dialog = opened(job_file)
    run(qtbot, dialog, dialog.start_import)
    assert dialog.banner.text() == "397 added, 0 already there, 3 rejected"
    assert backend.counts("email").ready == 397
    assert dialog.cancel_button.text() == "Close"


def test_return_does_what_comes_next(
    qtbot: QtBot, opened: Opened, job_file: Path, backend: MemoryBackend
) -> None:
    dialog = opened(job_file)
    assert dialog.focusWidget() is dialog.import_button
    run(qtbot, dialog, dialog.import_button.click)
    assert dialog.focusWidget() is dialog.cancel_button
    QTest.keyClick(dialog.cancel_button, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_return_on_cancel_imports_nothing(
    opened: Opened, job_file: Path, backend: MemoryBackend
) -> None:
    dialog = opened(job_file)
    dialog.cancel_button.setFocus()
    QTest.keyClick(dialog.cancel_button, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert backend.counts("email").ready == 0


def test_the_same_file_again_adds_nothing_unless_one_insists(
    qtbot: QtBot, opened: Opened, job_file: Path, backend: MemoryBackend
) -> None:
    first = opened(job_file)
    run(qtbot, first, first.start_import)
    second = opened(job_file)
    run(qtbot, second, second.start_import)
    assert backend.counts("email").ready == 397
    assert second.banner.text() == "Nothing was added: all of it is there already"
    assert not second.again_button.isHidden()
    run(qtbot, second, second.import_again)
    assert backend.counts("email").ready == 2 * 397


def test_an_import_that_was_stopped_goes_on_where_it_was(
    qtbot: QtBot, opened: Opened, job_file: Path, backend: MemoryBackend
) -> None:
    backend.configure("email", QueueSettings(max_depth=100))
    dialog = opened(job_file)
    run(qtbot, dialog, dialog.start_import)
    assert dialog.banner.text().startswith("Stopped: 100 added")
    assert dialog.import_button.text() == "Import the rest"
    backend.configure("email", QueueSettings())
    run(qtbot, dialog, dialog.start_import)
    assert backend.counts("email").ready == 397
    assert dialog.banner.text() == "297 added, 100 already there, 3 rejected"


def test_a_cancelled_import_can_be_run_again(
    qtbot: QtBot, opened: Opened, job_file: Path, backend: MemoryBackend
) -> None:
    dialog = opened(job_file)
    with qtbot.waitSignal(dialog.imported):
        dialog.start_import()
        dialog.cancel()
    assert dialog.phase is Phase.DONE
    run(qtbot, dialog, dialog.start_import)
    assert backend.counts("email").ready == 397


def test_rejected_lines_are_saved_as_they_were(
    qtbot: QtBot, opened: Opened, job_file: Path, tmp_path: Path
) -> None:
    dialog = opened(job_file)
    target = tmp_path / "rejected.jsonl"
    dialog.save_rejected(target)
    qtbot.waitUntil(lambda: dialog.banner.text() == "Saved 3 rejected lines")
    assert target.read_text("utf-8").splitlines()[1] == '{"payload": NaN}'


def test_a_packed_csv_file_shows_its_rows_and_saves_the_rejected_as_csv(
    qtbot: QtBot, opened: Opened, tmp_path: Path, backend: MemoryBackend
) -> None:
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(b"payload.to,priority\nada,1\nbob,high\n"))
    dialog = opened(path)
    assert import_rejects.proposed(dialog.survey.paths).name == "people.rejected.csv"
    target = tmp_path / "people.rejected.csv"
    dialog.save_rejected(target)
    qtbot.waitUntil(lambda: dialog.banner.text() == "Saved 1 rejected line")
    assert target.read_text("utf-8") == "payload.to,priority\nbob,high\n"
    run(qtbot, dialog, dialog.start_import)
    (job,) = backend.jobs().rows
    assert backend.job(job.id).payload == {"to": "ada"}


def test_several_files_are_read_and_imported_together(
    qtbot: QtBot, opened: Opened, tmp_path: Path, backend: MemoryBackend
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(f'[{{"{name}": 1}}, {{"{name}": 2}}]')
    dialog = opened(tmp_path / "a.json", tmp_path / "b.json")
    assert not dialog.lines.preview_table.isColumnHidden(0)
    run(qtbot, dialog, dialog.start_import)
    assert backend.counts("email").ready == 4


def test_what_is_no_job_file_is_said_in_place(
    opened: Opened, job_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\0\0")
    (tmp_path / "wide.jsonl").write_bytes('{"a": 1}'.encode("utf-16"))
    names = ("empty.jsonl", "picture.png", "wide.jsonl", "not-there.jsonl")
    dialog = opened(*(tmp_path / name for name in names), tmp_path, "https://example.com/x.jsonl")
    assert dialog.banner.text() == "6 files cannot be imported"
    assert dialog.banner.tone == "error"
    assert not dialog.can_import
    said = dialog.banner.accessibleName()
    for words in ("empty", "zero byte", "UTF-16", "no such file", "folder", "address"):
        assert words in said
    mixed = opened(job_file, tmp_path)
    assert mixed.can_import
    assert mixed.banner.tone == "warn"


def test_half_an_array_is_refused_as_a_whole(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text('[{"a": 1}, {"a": 2')
    dialog = opened(tmp_path / "half.json")
    assert not dialog.can_import
    assert "half.json cannot be imported" in dialog.banner.text()


def test_an_impossible_queue_keeps_one_from_importing(opened: Opened, job_file: Path) -> None:
    dialog = opened(job_file)
    dialog.target.queue.setCurrentText("a/b")
    assert "slash" in dialog.target.queue_field.error
    assert not dialog.can_import


def test_hostile_text_is_shown_as_text(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "hostile.jsonl"
    path.write_text('{"a": "<b>x</b>\\u0000\u202e"}\n<script>alert(1)</script>\n', "utf-8")
    dialog = opened(path)
    payload = dialog.lines.preview.index(0, 5).data()
    assert "<b>x</b>" in payload
    assert "\u202e" not in payload
    assert cells(dialog, 4) == ["<script>alert(1)</script>"]


def test_closing_while_reading_is_heard_of_no_more(
    qtbot: QtBot, theme: Theme, backend: MemoryBackend, operations: Operations, job_file: Path
) -> None:
    dialog = kept(qtbot, ImportDialog(theme, operations, backend.queues(), queue="email"))
    dialog.take([QUrl.fromLocalFile(str(job_file))])
    with qtbot.assertNotEmitted(dialog.surveyed, wait=200):
        dialog.reject()


def test_a_press_while_the_judging_waits_for_the_next_key_is_kept(
    qtbot: QtBot, opened: Opened, job_file: Path, backend: MemoryBackend
) -> None:
    dialog = opened(job_file)
    dialog.target.queue.setCurrentText("")
    assert not dialog.import_button.isEnabled()
    QTest.keyClicks(name_line(dialog), "fresh")
    with qtbot.waitSignals([dialog.surveyed, dialog.imported], order="strict"):
        QTest.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    assert backend.counts("fresh").ready == 397
    assert backend.counts("email").ready == 0


def test_a_press_over_the_moment_the_judging_begins_is_a_click(
    qtbot: QtBot, opened: Opened, job_file: Path, backend: MemoryBackend
) -> None:
    dialog = opened(job_file)
    dialog.target.queue.setCurrentText("fresh")
    with qtbot.waitSignal(dialog.imported):
        QTest.mousePress(dialog.import_button, Qt.MouseButton.LeftButton)
        dialog.target.settle()
        assert dialog.phase is Phase.SURVEYING
        QTest.mouseRelease(dialog.import_button, Qt.MouseButton.LeftButton)
    assert backend.counts("fresh").ready == 397


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_ctrl_return_in_the_queues_name_is_kept_too(
    qtbot: QtBot, opened: Opened, job_file: Path, backend: MemoryBackend, key: Qt.Key
) -> None:
    dialog = opened(job_file)
    with qtbot.waitExposed(dialog):
        dialog.show()
    line = name_line(dialog)
    line.setFocus()
    line.selectAll()
    with qtbot.waitSignal(dialog.imported):
        QTest.keyClicks(line, "fresh")
        QTest.keyClick(line, key, Qt.KeyboardModifier.ControlModifier)
    assert backend.counts("fresh").ready == 397


def test_a_press_before_the_first_verdict_is_kept_and_said(
    qtbot: QtBot, theme: Theme, backend: MemoryBackend, operations: Operations, job_file: Path
) -> None:
    dialog = kept(qtbot, ImportDialog(theme, operations, backend.queues(), queue="email"))
    dialog.take([QUrl.fromLocalFile(str(job_file))])
    with qtbot.waitSignals([dialog.surveyed, dialog.imported], order="strict"):
        dialog.import_button.click()
        assert dialog.course.text.text() == "Checking, then importing…"
        assert not dialog.import_button.isEnabled()
    assert backend.counts("email").ready == 397


def test_what_is_typed_after_a_press_takes_it_back(
    qtbot: QtBot, opened: Opened, job_file: Path, backend: MemoryBackend
) -> None:
    dialog = opened(job_file)
    line = name_line(dialog)
    with qtbot.waitSignal(dialog.surveyed), qtbot.assertNotEmitted(dialog.imported):
        QTest.keyClicks(line, "s")
        dialog.start_import()
        QTest.keyClicks(line, "2")
        assert dialog.import_button.isEnabled()
        dialog.target.settle()
    run(qtbot, dialog, dialog.start_import)
    assert [queue.name for queue in backend.queues()] == ["email", "emails2"]


def test_a_press_that_finds_nothing_to_import_says_so_and_ends(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("{nothing}\n", "utf-8")
    dialog = opened(path)
    dialog.target.queue.setCurrentText("fresh")
    with qtbot.waitSignal(dialog.surveyed), qtbot.assertNotEmitted(dialog.imported):
        dialog.import_button.click()
    assert dialog.lines.tabText(1) == "1 rejected"
    assert not dialog.import_button.isEnabled()
