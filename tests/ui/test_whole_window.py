"""What is Qt's is the main thread's: no other loads anything of it, or lets go of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WHOLE_WINDOW = Path(__file__).with_name("whole_window.py")
OF_QT = ("PySide6", "shiboken6", "pyqtgraph", "pillarbox_ui")
DIALOGS = 5


@pytest.fixture(scope="module")
def told() -> list[list[str]]:
    """What a window told of itself that has shown its graphs, its timeline, its inspector and
    dialogs."""
    ran = subprocess.run(
        [sys.executable, str(WHOLE_WINDOW)], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    return [line.split(maxsplit=1) for line in ran.stdout.splitlines()]


def test_no_thread_loads_anything_of_qts(told: list[list[str]]) -> None:
    loaded = [name for what, name in told if what == "loaded"]
    assert "numpy.linalg" in loaded  # it does hear what a thread loads
    assert [name for name in loaded if name.split(".")[0] in OF_QT] == []


def test_nothing_alive_of_qts_is_left_to_the_collector(told: list[list[str]]) -> None:
    assert len([name for what, name in told if what == "shown"]) == DIALOGS
    assert [name for what, name in told if what == "garbage"] == []
