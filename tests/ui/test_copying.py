"""Save a copy: an operation that copies the queue file, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend, open_backend
from pillarbox_ui.copy_deeds import proposed, save_copy
from pillarbox_ui.operations import Operations
from pillarbox_ui.running import Phase


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[SqliteBackend]:
    store = open_backend(tmp_path / "shop.pillarbox")
    store.enqueue("a", [NewJob(payload_json="1")])
    yield store
    store.close()


@pytest.fixture
def operations(qapp: QApplication, backend: SqliteBackend) -> Iterator[Operations]:
    made = Operations(backend)
    yield made
    made.close()
    made.wait()
    made.deleteLater()


def test_the_file_is_copied_as_an_operation(
    qtbot: QtBot, operations: Operations, tmp_path: Path
) -> None:
    copy = proposed(str(tmp_path / "shop.pillarbox"))
    assert copy.name == "shop copy.pillarbox"
    running = save_copy(operations, str(copy))
    with qtbot.waitSignal(running.settled):
        pass
    assert running.phase is Phase.DONE
    assert running.said.startswith("shop copy.pillarbox is a copy, ")
    assert running.figures == (100, 100)
    assert proposed(str(tmp_path / "shop.pillarbox")).name == "shop copy 2.pillarbox"


def test_what_is_there_is_not_written_over(
    qtbot: QtBot, operations: Operations, tmp_path: Path
) -> None:
    (tmp_path / "there").write_text("mine")
    running = save_copy(operations, str(tmp_path / "there"))
    with qtbot.waitSignal(running.settled):
        pass
    assert running.error is not None
    assert "already" in running.error.reason
    assert (tmp_path / "there").read_text() == "mine"


def test_a_copy_that_is_cancelled_is_not_made(
    qtbot: QtBot, operations: Operations, tmp_path: Path
) -> None:
    running = save_copy(operations, str(tmp_path / "copy.pillarbox"))
    running.cancel()
    with qtbot.waitSignal(running.settled):
        pass
    made = (tmp_path / "copy.pillarbox").exists()
    assert running.phase is (Phase.DONE if made else Phase.CANCELLED)
