"""The checker of the house's rules: each rule on one file that keeps it and one that breaks it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECKER = Path(__file__).parents[2] / "packaging" / "house_law.py"

BROKEN = [
    ("engine/a.py", "x = 1\n" * 401, "401 lines"),
    (
        "engine/a.py",
        "def f():\n    from PySide6.QtCore import QObject\n",
        "a.py:2: imports PySide6",
    ),
    ("app/pillarbox/__init__.py", "import PySide6\n", "imports PySide6"),
    ("ui/a.py", 'RED = "#ff0000"\n', "#ff0000"),
    ("ui/a.py", "f\"color: #fff; {1}\"\nx = f'color: #fff; {1}'\n", "#fff"),
    ("engine/a.py", "with conn:\n    pass\n", "`with connection:`"),
    ("engine/a.py", "with self._connection as c:\n    pass\n", "`with connection:`"),
    ("tests/engine/test_a.py", "import time\ntime.sleep(1)\n", "test_a.py:2: calls time.sleep"),
    ("tests/engine/test_a.py", "from time import sleep\n", "imports sleep"),
]

KEPT = [
    ("engine/a.py", "x = 1\n" * 400),
    ("tests/test_long.py", "x = 1\n" * 401),
    ("app/pillarbox/main_window.py", "import PySide6\n"),
    ("ui/tokens.py", 'RED = "#ff0000"\n'),
    ("ui/theme_dark.py", 'RED = "#ff0000"\n'),
    ("ui/a.py", '"""Like #fff."""\nAPOSTROPHE = "&#039;"\nISSUE = "job #12"\n'),
    ("engine/a.py", "with connection.lock:\n    pass\nwith transaction(connection):\n    pass\n"),
    ("tests/faults/test_a.py", "import time\ntime.sleep(1)\n"),
    ("tests/window/real/test_a.py", "import time\ntime.sleep(1)\n"),
]


def check(root: Path, name: str, text: str) -> subprocess.CompletedProcess[str]:
    """The checker's run on a tree of one file."""
    path = root / name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, str(CHECKER), str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "text", "said"), BROKEN)
def test_a_breach_is_named_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    run = check(tmp_path, name, text)

    assert run.returncode == 1
    assert said in run.stdout
    assert f"{name}:" in run.stdout


@pytest.mark.parametrize(("name", "text"), KEPT)
def test_what_is_allowed_passes(tmp_path: Path, name: str, text: str) -> None:
    run = check(tmp_path, name, text)

    assert (run.returncode, run.stdout) == (0, "house law: kept\n")
