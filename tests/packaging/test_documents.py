"""What the documents say is so: the README's example and commands, the house, the dependencies."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pillarbox.cli.group import COMMANDS

ROOT = Path(__file__).parents[2]
SOURCES = ("app", "ui", "engine", "resources")
IMPORTED_AS = {"PySide6-Essentials": "PySide6", "QtAwesome": "qtawesome"}


def text(name: str) -> str:
    """A document of the house."""
    return (ROOT / name).read_text(encoding="utf-8")


def dependencies() -> list[str]:
    """The names of the packages Pillarbox needs at run time."""
    wanted = tomllib.loads(text("pyproject.toml"))["project"]["dependencies"]
    return [re.split(r"[<>=]", one)[0] for one in wanted]


def blocks() -> list[str]:
    """All Python in the README."""
    return re.findall(r"```python\n(.*?)```", text("README.md"), re.DOTALL)


def modules() -> dict[str, str]:
    """Those blocks that begin with the name of a file, which others import: by that name."""
    named = ((re.match(r"# (\w+\.py)\n", block), block) for block in blocks())
    return {name[1]: block for name, block in named if name}


def examples() -> list[str]:
    """The programs of the README; each says what it prints behind `# → `."""
    return [block for block in blocks() if block not in modules().values()]


@pytest.mark.parametrize("example", examples())
def test_a_python_example_runs_as_it_stands(tmp_path: Path, example: str) -> None:
    for name, content in modules().items():
        (tmp_path / name).write_text(content)
    printed = "".join(f"{line}\n" for line in re.findall(r"# → (.*)", example))
    command = [sys.executable, "-c", example]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, printed, "")
    assert printed


def test_the_readme_lists_every_command() -> None:
    told = set(re.findall(r"`pillarbox ([a-z]+)", text("README.md")))
    assert told == set(COMMANDS) - {"window"}


@pytest.mark.parametrize("name", dependencies())
def test_a_dependency_is_used_and_its_reason_told(name: str) -> None:
    module = IMPORTED_AS.get(name, name)
    imports = re.compile(rf"^\s*(?:import|from) {module}\b|find_spec\(\"{module}\"\)", re.MULTILINE)
    files = (path for root in SOURCES for path in (ROOT / root).rglob("*.py"))
    assert any(imports.search(path.read_text(encoding="utf-8")) for path in files)
    assert f"| {name} |" in text("docs/dependencies.md")


@pytest.mark.parametrize("folder", ["engine/pillarbox_engine", "engine/pillarbox_engine/sqlite"])
def test_the_house_lists_every_module_of_the_engine(folder: str) -> None:
    told = set(re.findall(r"`(\w+)`", text("docs/house.md")))
    there = {path.stem for path in (ROOT / folder).glob("*.py")}
    assert there - told == {"__init__"} - told
