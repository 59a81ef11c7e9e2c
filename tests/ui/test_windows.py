"""Opening and closing: each file a window, each engine closed with it, trouble told and retried."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from pillarbox_engine.errors import BehindHead, LockedFile
from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.plots.canvas import Canvas
from pillarbox_ui.theme.theme import Mode
from pillarbox_ui.windows import Opened, Windows
from tests.ui.kit import enqueue


class Store:
    """An engine, as far as the window has to do with it."""

    def __init__(self) -> None:
        self.backend = MemoryBackend()
        self.closed = False
        self.gives_way_to: list[Callable[[], object]] = []

    def give_way(self, moment: Callable[[], object]) -> None:
        self.gives_way_to.append(moment)

    def close(self) -> None:
        self.closed = True
        self.backend.close()


class Opener:
    """Opens stores, after failing as often as it was told to; `gate` may hold it back."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.behind = False
        self.gate = threading.Event()
        self.gate.set()
        self.threads: list[str] = []
        self.read_only: list[bool] = []
        self.opened: dict[str, Store] = {}

    def __call__(self, path: str, *, accept_copy: bool = False, read_only: bool = False) -> Store:
        self.read_only.append(read_only)
        self.threads.append(threading.current_thread().name)
        self.gate.wait(5)
        if self.failures:
            self.failures -= 1
            raise LockedFile("The file is <b>locked</b>", "another program holds it", "Close it")
        if self.behind and not accept_copy:
            raise BehindHead("The file has lost commits", "it ends early", "Accept this copy")
        self.opened[path] = Store()
        return self.opened[path]


@pytest.fixture
def opener() -> Opener:
    return Opener()


@pytest.fixture
def windows(qapp: QApplication, opener: Opener, settings: QSettings) -> Iterator[Windows]:
    made = Windows(opener, settings, qapp)
    yield made
    opener.gate.set()
    made.close_all()
    made.close()
    made.deleteLater()


def fill(qtbot: QtBot, opened: Opened) -> None:
    """Wait until `opened` shows its store."""
    qtbot.waitUntil(lambda: opened.window.situation() is not None)


def asked(qtbot: QtBot, opened: Opened) -> QMessageBox:
    """The dialog that says why the file cannot be opened."""
    found: list[QMessageBox] = []

    def look() -> bool:
        boxes = opened.window.findChildren(QMessageBox)
        found[:] = [box for box in boxes if box.isVisible()]
        return bool(found)

    qtbot.waitUntil(look)
    return found[0]


def test_each_file_has_a_window_and_its_engine_ends_with_it(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    first, second = windows.open("/q/a.pillarbox"), windows.open("/q/b.pillarbox")
    assert windows.opened == (first, second)
    assert first.window.windowTitle() == "a.pillarbox — Pillarbox"
    fill(qtbot, first)
    fill(qtbot, second)
    first.window.close()
    windows.close()
    assert opener.opened["/q/a.pillarbox"].closed
    assert not opener.opened["/q/b.pillarbox"].closed
    assert [opened.window for opened in windows.opened] == [second.window]


def test_the_window_is_there_before_the_file_is_open(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    opener.gate.clear()
    opened = windows.open("/q/a.pillarbox")
    assert opener.threads == []  # a thread that loads the engine would hold up the first paint
    assert opened.window.isVisible()
    assert opened.window.opening.isVisible()
    assert opened.window.opening.title() == "Opening a.pillarbox…"
    assert not opened.window.actions_["new"].isEnabled()
    opener.gate.set()
    fill(qtbot, opened)
    assert not opened.window.opening.isVisible()
    assert opened.window.pages.isVisible()
    assert opened.window.actions_["new"].isEnabled()
    assert opener.threads == ["pillarbox-opening"]


def test_a_window_closed_while_its_file_opens_leaves_nothing_open(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    opener.gate.clear()
    opened = windows.open("/q/a.pillarbox")
    qtbot.waitUntil(lambda: opener.threads != [])
    opened.window.close()
    opener.gate.set()
    windows.close()
    assert opener.opened["/q/a.pillarbox"].closed
    assert windows.opened == ()


def test_a_window_closed_before_it_was_painted_opens_nothing(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    windows.open("/q/a.pillarbox").window.close()
    fill(qtbot, windows.open("/q/b.pillarbox"))
    assert list(opener.opened) == ["/q/b.pillarbox"]


def test_a_file_in_trouble_can_be_tried_again(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    opener.failures = 2
    opened = windows.open("/q/a.pillarbox")
    for _ in range(2):
        box = asked(qtbot, opened)
        told = "The file is <b>locked</b>: another program holds it.\n\nClose it."
        assert box.informativeText() == told
        box.button(QMessageBox.StandardButton.Retry).click()
    fill(qtbot, opened)
    assert not windows.unusable


def test_a_file_that_lost_commits_can_be_accepted(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    opener.behind = True
    opened = windows.open("/q/a.pillarbox")
    asked(qtbot, opened).button(QMessageBox.StandardButton.Retry).click()
    box = asked(qtbot, opened)
    named = {button.text().replace("&", ""): button for button in box.buttons()}
    named["Accept this copy"].click()
    fill(qtbot, opened)
    assert not windows.unusable


def test_one_can_give_up(qtbot: QtBot, windows: Windows, opener: Opener) -> None:
    opener.failures = 1
    opened = windows.open("/q/a.pillarbox")
    asked(qtbot, opened).button(QMessageBox.StandardButton.Close).click()
    assert windows.opened == ()
    assert windows.unusable


def test_notices_are_said_once(qtbot: QtBot, windows: Windows) -> None:
    opened = windows.open("/q/a.pillarbox")
    windows.tell_notices(["3 leases were recovered"])
    notice = opened.window.messages.notice
    assert notice.text() == "3 leases were recovered"
    notice.hide()
    windows.tell_notices(["3 leases were recovered"])
    assert not notice.isVisibleTo(opened.window)


def test_a_file_that_is_open_already_comes_to_the_front(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    first = windows.open("/q/a.pillarbox")
    fill(qtbot, first)
    assert windows.open("/q/../q/a.pillarbox") is first
    assert windows.open("/q/a.pillarbox", read_only=True) is first
    assert len(opener.threads) == 1


def test_a_window_only_to_look_at_is_no_window_for_writing(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    looking = windows.open("/q/a.pillarbox", read_only=True)
    fill(qtbot, looking)
    assert not looking.window.actions_["new"].isEnabled()
    writing = windows.open("/q/a.pillarbox")
    fill(qtbot, writing)
    assert writing is not looking
    assert writing.window.actions_["new"].isEnabled()
    assert opener.read_only == [True, False]


def test_alarms_are_looked_for_while_the_window_is_not_seen(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    opened = windows.open("/q/a.pillarbox")
    fill(qtbot, opened)
    names = {thread.name for thread in threading.enumerate()}
    assert "pillarbox-alarms" not in names
    opened.window.hide()
    assert "pillarbox-alarms" in {thread.name for thread in threading.enumerate()}
    opened.window.show()
    opened.watch.wait()
    assert "pillarbox-alarms" not in {thread.name for thread in threading.enumerate()}


def has_graphs(opened: Opened) -> bool:
    """Whether all graphs of its pages are made."""
    return len(opened.window.findChildren(Canvas)) >= 4


def test_a_closed_window_hears_of_no_new_theme(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    first, second = windows.open("/q/a.pillarbox"), windows.open("/q/b.pillarbox")
    for opened in (first, second):
        fill(qtbot, opened)
        enqueue(opener.opened[opened.path].backend, "email", 3)
        for key in ("overview", "retrying", "overview"):
            opened.window.go(key)
        qtbot.waitUntil(partial(has_graphs, opened))
    gone: list[str] = []
    first.window.destroyed.connect(lambda: gone.append("first"))
    first.window.close()
    qtbot.waitUntil(lambda: bool(gone))
    for mode in (Mode.DARK, Mode.LIGHT):
        windows.theme.set_mode(mode)
        qtbot.wait(10)


def test_workers_on_any_file_give_way_to_the_one_main_thread(
    qtbot: QtBot, windows: Windows, opener: Opener
) -> None:
    for path in ("/queues/a.pillarbox", "/queues/b.pillarbox"):
        fill(qtbot, windows.open(path))
    given = [store.gives_way_to for store in opener.opened.values()]
    assert len(given) == 2
    assert given[0] == given[1] != []
