"""The X display of the tests: a program started on it has a real window, and a manager."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

WINDOW = """
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
label = QLabel("here")
label.setWindowTitle("pillarbox display test")
label.show()
print(app.platformName(), flush=True)
app.exec()
"""

pytestmark = pytest.mark.real_window


def test_a_started_program_has_a_window_on_the_display(
    xvfb: str, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    program = launch([sys.executable, "-c", WINDOW], stdout=subprocess.PIPE)
    assert program.stdout is not None
    assert program.stdout.readline() == "xcb\n"

    search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "pillarbox display test"]
    found = subprocess.run(
        search, env={"DISPLAY": xvfb}, capture_output=True, text=True, timeout=30, check=True
    )
    assert found.stdout.split()
