"""The export dialog: where to, in which form, how far, and what is never written over."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from pillarbox_engine import exporting
from pillarbox_engine.filters import Filter
from pillarbox_engine.memory.backend import MemoryBackend
from pillarbox_ui.dialogs import export_work
from pillarbox_ui.dialogs.export_dialog import ExportDialog
from pillarbox_ui.operations import Operations
from pillarbox_ui.target import Target, TargetKind, chosen
from pillarbox_ui.theme.theme import Theme
from tests.ui.dialogs.kit import enqueue, kept

Opened = Callable[..., ExportDialog]
ALL = Target(
    kind=TargetKind.FILTER, where=Filter(queues=("email",)), count=3, queue="email",
    described="in email",
)  # fmt: skip


@pytest.fixture
def opened(
    qtbot: QtBot, theme: Theme, backend: MemoryBackend, operations: Operations, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Opened:  # fmt: skip
    """An export dialog on the three jobs of a queue, the person's home being `tmp_path`."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)

    def open_on(target: Target = ALL) -> ExportDialog:
        return kept(qtbot, ExportDialog(theme, operations, target))

    enqueue(backend, 3)
    return open_on


def run(qtbot: QtBot, dialog: ExportDialog) -> Any:
    dialog.export()
    assert dialog.running is not None
    with qtbot.waitSignal(dialog.running.settled):
        pass
    return dialog.written


def test_all_that_are_listed_go_into_a_file(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    dialog = opened()
    assert dialog.export_button.text() == "Export 3 jobs"
    assert dialog.place.text() == str(tmp_path / "email.jsonl")
    written = run(qtbot, dialog)
    lines = (tmp_path / "email.jsonl").read_text().splitlines()
    assert [json.loads(line)["payload"] for line in lines] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert written.jobs == 3
    assert dialog.banner.text() == "3 jobs are in email.jsonl"
    assert dialog.export_button.isHidden()
    assert dialog.cancel_button.text() == "Close"


def test_only_the_selected_go_where_some_are(
    qtbot: QtBot, opened: Opened, backend: MemoryBackend, tmp_path: Path
) -> None:
    job_id = backend.jobs().rows[0].id
    dialog = opened(chosen([job_id], frozenset({"email"})))
    assert dialog.export_button.text() == "Export 1 job"
    assert run(qtbot, dialog).jobs == 1
    assert json.loads((tmp_path / "email.jsonl").read_text())["payload"] == {"n": 2}


def test_form_and_name_follow_one_another(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    dialog = opened()
    dialog.form.setCurrentIndex(3)
    assert dialog.place.text() == str(tmp_path / "email.csv.gz")
    dialog.place.setText(str(tmp_path / "people.csv"))
    assert dialog.form.currentText() == "CSV"
    dialog.form.setCurrentIndex(1)
    assert dialog.place.text() == str(tmp_path / "people.jsonl.gz")
    assert run(qtbot, dialog).jobs == 3
    assert len(gzip.decompress((tmp_path / "people.jsonl.gz").read_bytes()).splitlines()) == 3


def test_csv_with_the_queues_names(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    dialog = opened()
    dialog.form.setCurrentIndex(2)
    dialog.keep_queue.setChecked(True)
    run(qtbot, dialog)
    with (tmp_path / "email.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["queue"] for row in rows] == ["email"] * 3


def test_a_file_that_is_there_is_written_over_only_where_that_was_agreed_to(
    qtbot: QtBot, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "email.jsonl"
    target.write_text("mine")
    dialog = opened()
    assert run(qtbot, dialog) is None
    assert "cannot be written to" in dialog.banner.text()
    assert target.read_text() == "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *asked: (str(target), ""))
    dialog.choose_place()
    assert run(qtbot, dialog).jobs == 3
    assert len(target.read_text().splitlines()) == 3


def test_a_cancelled_export_leaves_no_file(
    qtbot: QtBot, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened()
    write = exporting.to_file

    def cancelled_first(*given: Any, **more: Any) -> Any:
        return write(*given, **{**more, "cancelled": lambda: True})

    monkeypatch.setattr(exporting, "to_file", cancelled_first)
    assert run(qtbot, dialog) is None
    assert dialog.banner.text() == "Cancelled: no file was written"
    assert list(tmp_path.iterdir()) == []
    assert dialog.export_button.isEnabled()


def test_without_a_name_or_jobs_there_is_nothing_to_do(opened: Opened) -> None:
    dialog = opened()
    dialog.place.setText("  ")
    assert not dialog.export_button.isEnabled()
    none = Target(kind=TargetKind.FILTER, where=Filter(), count=0)
    assert not opened(none).export_button.isEnabled()


def test_a_name_is_made_of_what_files_can_be_called(tmp_path: Path) -> None:
    odd = Target(kind=TargetKind.FILTER, where=Filter(), count=1, queue="a:b*c")
    assert export_work.proposed(odd, ".csv").name == "a-b-c.csv"
