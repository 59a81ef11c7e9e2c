"""What a part is made of: by a thread only what knows nothing of Qt, the rest in turns."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from pillarbox_ui.widgets.loading import Loading, Needs

NOTE = "import threading\nWHERE = threading.current_thread()\n"


class Toolkit(ModuleType):
    """A module as PySide's are: its classes are made when they are first asked for."""

    def __init__(self, name: str, classes: int) -> None:
        super().__init__(name)
        self.names = [f"Q{number:03}" for number in range(classes)]
        self.asked: list[tuple[str, threading.Thread]] = []

    def __dir__(self) -> list[str]:
        return self.names

    def __getattr__(self, name: str) -> Any:
        if name not in self.names:
            raise AttributeError(name)
        self.asked.append((name, threading.current_thread()))
        return name


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The names of two modules that were never loaded and tell which thread did."""
    names = ("loaded_by_a_thread", "loaded_in_a_turn")
    for name in names:
        (tmp_path / f"{name}.py").write_text(NOTE)
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    return names


def test_a_thread_loads_what_is_plain_and_the_main_thread_the_rest(
    qtbot: QtBot, modules: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, dressed = modules
    toolkit = Toolkit("toolkit", classes=100)
    monkeypatch.setitem(sys.modules, "toolkit", toolkit)
    loading = Loading(Needs(modules=(dressed,), plain=(plain,), classes=("toolkit",)))
    with qtbot.waitSignal(loading.loaded):
        loading.start()
    main = threading.main_thread()
    assert sys.modules[plain].WHERE is not main
    assert sys.modules[dressed].WHERE is main
    assert toolkit.asked == [(name, main) for name in toolkit.names]


def test_classes_are_made_in_turns(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    toolkit = Toolkit("toolkit", classes=100)
    monkeypatch.setitem(sys.modules, "toolkit", toolkit)
    loading = Loading(Needs(classes=("toolkit",)))
    between: set[int] = set()
    other = QTimer(loading, interval=0)
    other.timeout.connect(lambda: between.add(len(toolkit.asked)))
    other.start()
    with qtbot.waitSignal(loading.loaded):
        loading.start()
    assert len(toolkit.asked) == 100
    assert len(between - {0, 100}) > 2  # others had their turn meanwhile
