"""Whatever is dropped on the window: taken, or refused in place, and never felt."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.dialogs.import_dialog import ImportDialog
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.window_deeds import MOST_AT_ONCE
from pillarbox_ui.windows import Opened, open_window
from tests.ui.kit import enqueue

MANY = 500
STALL_MS = 1_000
"""Ten times what the window promises: a run beside other tests is no measurement."""


def carrying(*things: Path | str) -> QMimeData:
    """A drag of files and addresses."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(t)) if isinstance(t, Path) else QUrl(t) for t in things])
    return data


def text(words: str) -> QMimeData:
    """A drag of words out of another program."""
    data = QMimeData()
    data.setText(words)
    return data


def drop(opened: Opened, data: QMimeData) -> None:
    """Carry `data` over the window, which takes it, and let go."""
    where, copy = QPoint(300, 300), Qt.DropAction.CopyAction
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, copy, data, left, plain)
    opened.window.dragEnterEvent(enter)
    assert enter.isAccepted()
    opened.window.dropEvent(QDropEvent(QPointF(where), copy, data, left, plain))


def said(opened: Opened) -> str:
    """The banner of the window, whole."""
    failure = opened.window.messages.failure
    assert failure.isVisible()
    return f"{failure.text()} {failure.accessibleName()}"


@pytest.fixture
def surveyed(qtbot: QtBot, opened: Opened) -> Callable[[QMimeData], ImportDialog]:
    """Drop something; the import dialog that has judged it."""

    def take(data: QMimeData) -> ImportDialog:
        drop(opened, data)
        dialog = opened.window.findChildren(ImportDialog)[-1]
        with qtbot.waitSignal(dialog.surveyed, timeout=30_000):
            pass
        return dialog

    return take


@pytest.fixture
def stalls(qtbot: QtBot) -> Iterator[Callable[[], float]]:
    """How long the main thread was not there at worst, in ms."""
    last, worst = time.perf_counter(), 0.0

    def tick() -> None:
        nonlocal last, worst
        now = time.perf_counter()
        last, worst = now, max(worst, (now - last) * 1_000)

    timer = QTimer(interval=16)
    timer.timeout.connect(tick)
    timer.start()
    yield lambda: worst
    timer.stop()


@pytest.mark.parametrize(
    ("name", "held", "words"),
    [
        ("empty.jsonl", b"", "empty"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "zero byte"),
        ("a\nb<b>c.jsonl", b"\x7fELF\0", "zero byte"),
        ("folder", None, "folder"),
        ("folder.jsonl", None, "folder"),
    ],
)
def test_what_is_no_job_file_is_said_in_place(
    surveyed: Callable[[QMimeData], ImportDialog], tmp_path: Path, name: str, held: bytes | None,
    words: str,
) -> None:  # fmt: skip
    path = tmp_path / name
    path.mkdir() if held is None else path.write_bytes(held)
    dialog = surveyed(carrying(path))
    assert dialog.banner.tone == "error"
    assert words in dialog.banner.accessibleName()
    assert not dialog.can_import
    dialog.reject()


def test_an_address_is_said_in_place(surveyed: Callable[[QMimeData], ImportDialog]) -> None:
    dialog = surveyed(carrying("https://shop.example/jobs.jsonl"))
    assert "address" in dialog.banner.accessibleName()
    assert not dialog.can_import
    dialog.reject()


def test_text_is_said_to_be_no_file(opened: Opened) -> None:
    drop(opened, text('{"to": "ada"}'))
    assert "Text cannot be imported" in said(opened)
    assert opened.window.findChild(ImportDialog) is None


def test_many_files_are_read_without_a_stall_and_none_is_lost(
    qtbot: QtBot, surveyed: Callable[[QMimeData], ImportDialog], tmp_path: Path,
    backend: MemoryBackend, stalls: Callable[[], float],
) -> None:  # fmt: skip
    enqueue(backend, "email", 1)
    paths = [tmp_path / f"{number}.jsonl" for number in range(MANY)]
    for number, path in enumerate(paths):
        path.write_text("".join(f'{{"file": {number}, "n": {n}}}\n' for n in range(20)), "utf-8")
    paths[7].write_bytes(b"\0")
    dialog = surveyed(carrying(*paths))
    assert dialog.banner.text() == "7.jsonl cannot be imported"
    assert dialog.lines.preview.rowCount() == 4 * (MANY - 1)
    dialog.target.queue.setCurrentText("email")
    with qtbot.waitSignal(dialog.surveyed, timeout=30_000):
        pass
    with qtbot.waitSignal(dialog.imported, timeout=60_000):
        dialog.start_import()
    assert backend.counts("email").ready == 1 + 20 * (MANY - 1)
    assert stalls() < STALL_MS, stalls()
    dialog.reject()


def test_of_very_many_queue_files_the_first_are_opened(
    qtbot: QtBot, light: Theme, settings: QSettings, tmp_path: Path
) -> None:
    asked: list[str] = []

    def open_file(path: str, *, read_only: bool = False) -> None:
        asked.append(path)

    opened = open_window(light, settings, path="/q", open_file=open_file)
    qtbot.addWidget(opened.window)
    opened.window.show()
    paths = [tmp_path / f"{number}.pillarbox" for number in range(MANY)]
    drop(opened, carrying(*paths))
    assert asked == [str(path) for path in paths[:MOST_AT_ONCE]]
    assert "8 of 500 queue files were opened" in said(opened)
    opened.window.close()


def test_a_file_is_not_lost_while_the_store_is_being_opened(
    qtbot: QtBot, light: Theme, settings: QSettings, tmp_path: Path
) -> None:
    opened = open_window(light, settings, path="/q")
    qtbot.addWidget(opened.window)
    opened.window.show()
    drop(opened, carrying(tmp_path / "jobs.jsonl"))
    assert "still being opened" in said(opened)
    opened.window.close()


def test_a_file_that_may_only_be_read_takes_none(
    qtbot: QtBot, light: Theme, settings: QSettings, backend: MemoryBackend, tmp_path: Path
) -> None:
    opened = open_window(light, settings, path="/q", read_only=True)
    qtbot.addWidget(opened.window)
    opened.window.show()
    with qtbot.waitSignal(opened.bridge.snapshot_ready):
        opened.begin(backend)
    drop(opened, carrying(tmp_path / "jobs.jsonl"))
    assert "only to be looked at" in said(opened)
    assert opened.window.findChild(ImportDialog) is None
    opened.window.close()
    opened.wait()
