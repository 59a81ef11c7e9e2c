"""What is no queue file of ours to use is refused with the same words by each road.

The roads: `pillarbox.connect`, the command line (exit code 4), and the window (a dialog that asks
what to do). Whatever is refused is left as it was.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

import pillarbox
from pillarbox.cli import run
from pillarbox.cli.window import open_file
from pillarbox_engine.sqlite import connection, filesystems
from pillarbox_engine.sqlite.files import side_of
from pillarbox_ui.windows import Opened, Windows
from tests.faults import stored

Patch = pytest.MonkeyPatch
Make = Callable[[Path, Patch], None]


@dataclass(frozen=True, slots=True)
class Case:
    """What is at the path, and how it is refused."""

    make: Make
    error: type[pillarbox.PillarboxError]
    says: str


def _filled(path: Path) -> None:
    with pillarbox.connect(path) as engine:
        engine.queue("mail").enqueue_many([{"n": number} for number in range(30)])


def foreign(path: Path, _: Patch) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (text)")
    other.commit()
    other.close()


def text(path: Path, _: Patch) -> None:
    path.write_bytes(b"Dear diary, " * 400)


def newer(path: Path, _: Patch) -> None:
    _filled(path)
    other = apsw.Connection(str(path))
    other.pragma("user_version", 999)
    other.close()


def folder(path: Path, _: Patch) -> None:
    path.mkdir()


def link(path: Path, _: Patch) -> None:
    _filled(path.with_name("real.pillarbox"))
    path.symlink_to("real.pillarbox")


def linked_side(path: Path, _: Patch) -> None:
    _filled(path)
    side_of(path).rename(path.with_name("elsewhere"))
    side_of(path).symlink_to("elsewhere")


def linked_wal(path: Path, _: Patch) -> None:
    _filled(path)
    path.with_name(path.name + "-wal").symlink_to("elsewhere")


def pipe(path: Path, _: Patch) -> None:
    os.mkfifo(path)


def device(path: Path, patch: Patch) -> None:
    path.touch()
    patch.setattr("stat.S_ISREG", lambda mode: False)


def cut_short(path: Path, _: Patch) -> None:
    _filled(path)
    os.truncate(path, 5_000)


def cut_at_a_page(path: Path, _: Patch) -> None:
    _filled(path)
    os.truncate(path, path.stat().st_size - 3 * 8_192)


def emptied(path: Path, _: Patch) -> None:
    _filled(path)
    os.truncate(path, 0)


def gone(path: Path, _: Patch) -> None:
    _filled(path)
    path.unlink()


def no_wal(path: Path, _: Patch) -> None:
    stored.write(path, 1, killed=True, jobs=3)
    path.with_name(path.name + "-wal").unlink()


def flipped_wal(path: Path, _: Patch) -> None:
    stored.write(path, 1, killed=True, jobs=3)
    _flip(path.with_name(path.name + "-wal"), 9_000)


def flipped_head(path: Path, _: Patch) -> None:
    _filled(path)
    _flip(path, 3)


def another_id(path: Path, _: Patch) -> None:
    _filled(path)
    _flip(path, 70)


def no_schema_number(path: Path, _: Patch) -> None:
    _filled(path)
    other = apsw.Connection(str(path))
    other.pragma("user_version", 2)
    other.close()


def network(path: Path, patch: Patch) -> None:
    patch.setattr(filesystems, "kind_of", lambda folder: "nfs4")


def forbidden(path: Path, patch: Patch) -> None:
    _filled(path)
    allowed = os.access
    patch.setattr(os, "access", lambda name, how: name != path and allowed(name, how))


def old_sqlite(path: Path, patch: Patch) -> None:
    patch.setattr(connection, "OLDEST_SQLITE", 4_000_000)


def homeless(path: Path, _: Patch) -> None:
    path.parent.rmdir()


def _flip(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


CASES = [
    Case(foreign, pillarbox.ForeignFile, "it is an SQLite file of another program"),
    Case(text, pillarbox.ForeignFile, "it is not an SQLite file"),
    Case(newer, pillarbox.NewerFile, "its schema is number 999"),
    Case(folder, pillarbox.FileUnusable, "it is a folder"),
    Case(link, pillarbox.FileUnusable, "it is a symbolic link"),
    Case(linked_side, pillarbox.FileUnusable, "is a symbolic link"),
    Case(linked_wal, pillarbox.FileUnusable, "-wal is a symbolic link"),
    Case(pipe, pillarbox.FileUnusable, "it is not a regular file"),
    Case(device, pillarbox.FileUnusable, "it is not a regular file"),
    Case(cut_short, pillarbox.DamagedFile, "it is damaged"),
    Case(cut_at_a_page, pillarbox.DamagedFile, "it is damaged"),
    Case(emptied, pillarbox.BehindHead, "the file is empty and commit"),
    Case(gone, pillarbox.BehindHead, "the file is gone and commit"),
    Case(no_wal, pillarbox.BehindHead, "was noted beside it"),
    Case(flipped_wal, pillarbox.BehindHead, "was noted beside it"),
    Case(flipped_head, pillarbox.DamagedFile, "its first page is damaged"),
    Case(another_id, pillarbox.DamagedFile, "its first page is damaged"),
    Case(no_schema_number, pillarbox.DamagedFile, "its schema's number is 2"),
    Case(network, pillarbox.FileUnusable, "network file system (nfs4)"),
    Case(forbidden, pillarbox.FileUnusable, "you have no permission to"),
    Case(old_sqlite, pillarbox.FileUnusable, "SQLite is too old"),
    Case(homeless, pillarbox.FileUnusable, "its folder does not exist"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where it is, in a folder of its own."""
    inside = tmp_path / "queues"
    inside.mkdir(mode=0o700)
    return inside / "jobs.pillarbox"


@pytest.fixture
def windows(qapp: QApplication, tmp_path: Path) -> Iterator[Windows]:
    """The windows of a program that opens real files."""
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = Windows(open_file, settings, qapp)
    yield made
    made.close_all()
    made.close()
    made.deleteLater()


def _content(path: Path) -> dict[str, bytes]:
    """All files at the path and beside it, but for copies set aside and what SQLite shares."""
    return {
        str(entry): entry.read_bytes()
        for entry in path.parent.glob("**/*") if entry.is_file()
        if "quarantine" not in entry.parts and not entry.name.endswith("-shm")
    }  # fmt: skip


def _told(windows: Windows, path: Path, qtbot: QtBot) -> str:
    """What the window says of the file; then one gives up."""
    box = _asked(windows.open(str(path)), qtbot)
    said = box.informativeText()
    box.button(QMessageBox.StandardButton.Close).click()
    assert windows.opened == ()
    return said


def _asked(opened: Opened, qtbot: QtBot) -> QMessageBox:
    """The dialog that says why the file cannot be opened."""
    found: list[QMessageBox] = []

    def look() -> bool:
        found[:] = [b for b in opened.window.findChildren(QMessageBox) if b.isVisible()]
        return bool(found)

    qtbot.waitUntil(look)
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.make.__name__)
def test_each_road_refuses_it_with_the_same_words(
    case: Case, path: Path, monkeypatch: Patch, windows: Windows, qtbot: QtBot,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    case.make(path, monkeypatch)
    before = _content(path)

    with pytest.raises(case.error) as told:
        pillarbox.connect(path)
    assert type(told.value) is case.error
    assert case.says in told.value.reason or case.says in told.value.title

    assert run(["--file", str(path), "enqueue", "mail", "--payload", "1"]) == 4
    printed = capsys.readouterr()
    assert (printed.out, case.says in printed.err) == ("", True)
    assert told.value.title in printed.err

    assert case.says in _told(windows, path, qtbot)
    assert _content(path) == before


def _accept_by_api(path: Path, windows: Windows, qtbot: QtBot) -> str:
    with pillarbox.connect(path, accept_copy=True) as engine:
        return "\n".join(engine.backend.file_info().notices)


def _accept_by_command(path: Path, windows: Windows, qtbot: QtBot) -> str:
    assert run(["check", "--accept-copy", str(path)]) == 0
    return ""


def _accept_by_window(path: Path, windows: Windows, qtbot: QtBot) -> str:
    opened = windows.open(str(path))
    box = _asked(opened, qtbot)
    named = {button.text().replace("&", ""): button for button in box.buttons()}
    named["Accept this copy"].click()
    notice = opened.window.messages.notice
    qtbot.waitUntil(notice.isVisible)
    opened.window.close()
    windows.close()
    return notice.text()


@pytest.mark.parametrize("accept", [_accept_by_api, _accept_by_command, _accept_by_window])
@pytest.mark.parametrize("make", [flipped_wal, emptied])
def test_by_each_road_a_copy_can_be_accepted(
    make: Make, accept: Callable[[Path, Windows, QtBot], str], path: Path, monkeypatch: Patch,
    windows: Windows, qtbot: QtBot, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    make(path, monkeypatch)
    with pytest.raises(pillarbox.BehindHead):
        pillarbox.connect(path)
    said = accept(path, windows, qtbot)
    assert "was noted beside it. That was accepted" in said + capsys.readouterr().err
    with pillarbox.connect(path) as engine:
        assert engine.backend.check() == ()


def test_by_each_road_one_is_warned_of_a_file_that_others_can_read(
    path: Path, windows: Windows, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    _filled(path)
    path.chmod(0o644)
    warning = "Others on this machine can read jobs.pillarbox (chmod 600 mends that)"
    with pillarbox.connect(path) as engine:
        assert engine.backend.file_info().notices == (warning,)
    assert run(["--file", str(path), "enqueue", "mail", "--payload", "1"]) == 0
    assert warning in capsys.readouterr().err
    opened = windows.open(str(path))
    qtbot.waitUntil(opened.window.messages.notice.isVisible)
    assert opened.window.messages.notice.text() == warning


def test_looking_at_a_file_that_lost_commits_says_so(
    path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    flipped_wal(path, monkeypatch)
    for words in (["stats"], ["jobs"]):
        assert run(["--file", str(path), *words]) == 0
        assert "has lost commits: it ends with commit" in capsys.readouterr().err
    assert run(["check", str(path)]) == 1
    assert "the file is older than commit" in capsys.readouterr().out
