"""`import pillarbox` stays light: a program that only enqueues loads neither Qt nor numpy."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADED = "import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"


def packages_loaded_by(module: str) -> set[str]:
    """The top-level packages in memory after importing `module` in a fresh interpreter."""
    command = [sys.executable, "-c", LOADED.format(module=module)]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("module", ["pillarbox", "pillarbox.cli", "pillarbox_engine"])
def test_no_window_library_is_loaded(module: str) -> None:
    loaded = packages_loaded_by(module)

    assert module.partition(".")[0] in loaded
    assert loaded.isdisjoint({"PySide6", "shiboken6", "numpy", "pyqtgraph", "qtawesome"})
