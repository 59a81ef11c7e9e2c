"""What the documents say is so: the README's example and commands, the house, the dependencies."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import pillarbox
from pillarbox.cli.group import COMMANDS
from pillarbox_engine.engine import Engine

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
    write_modules(tmp_path)
    printed = "".join(f"{line}\n" for line in re.findall(r"# → (.*)", example))
    command = [sys.executable, "-c", example]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, printed, "")
    assert printed


def write_modules(folder: Path) -> None:
    """Put the README's modules where its programs find them."""
    for name, content in modules().items():
        (folder / name).write_text(content)


@contextmanager
def running(
    folder: Path, *arguments: str, listening: socket.socket | None = None
) -> Iterator[None]:
    """A program of the README in a process of its own, which ends well when told to."""
    handed = () if listening is None else (listening.fileno(),)
    process = subprocess.Popen([sys.executable, *arguments], cwd=folder, pass_fds=handed)
    try:
        yield
        process.terminate()
        # Uvicorn ends as its signal would have ended it, and says so by its exit code.
        assert process.wait(60) in {0, -signal.SIGTERM}
    finally:
        process.kill()
        process.wait()


def ask(url: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], Any]:
    """A request, as JSON, and its answer: status, headers, content."""
    data = None if body is None else json.dumps(body).encode()
    given = {"Content-Type": "application/json", **headers}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, given), timeout=60) as answer:
            return answer.status, dict(answer.headers), json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), json.load(error)


def test_the_api_server_and_its_workers_in_processes_of_their_own(tmp_path: Path) -> None:
    write_modules(tmp_path)
    with (
        pillarbox.connect(tmp_path / "shop.pillarbox") as engine,
        socket.create_server(("127.0.0.1", 0)) as port,
        running(
            tmp_path, "-m", "uvicorn", "shop_api:app", "--fd", str(port.fileno()),
            "--log-level", "warning", listening=port,
        ),
        running(tmp_path, "shop_worker.py"),
    ):  # fmt: skip
        url, key = f"http://127.0.0.1:{port.getsockname()[1]}", {"Idempotency-Key": "form-7"}
        status, _, told = ask(f"{url}/sign-ups", {"email": "ada@example.org"}, **key)
        assert (status, told["repeated"]) == (202, False)
        _, _, again = ask(f"{url}/sign-ups", {"email": "ada@example.org"}, **key)
        assert again == {"job": told["job"], "repeated": True}
        wait_until_done(engine, told["job"])
        result = {"mailed": "ada@example.org"}
        look = ask(f"{url}/jobs/{told['job']}")[2]
        assert look == {"state": "done", "progress": None, "result": result}
        assert ask(f"{url}/jobs/no-such")[0] == 404
        engine.queue("sign-ups").pause()
        engine.queue("sign-ups").configure(max_depth=1)
        assert ask(f"{url}/sign-ups", {})[0] == 202
        status, headers, _ = ask(f"{url}/sign-ups", {})
        assert (status, headers["retry-after"]) == (503, "5")


def wait_until_done(engine: Engine, job: str) -> None:
    """Wait, by change hints, until another process has done the job."""
    done = threading.Event()

    def look(_change: object) -> None:
        if engine.job(job).state == "done":
            done.set()

    unsubscribe = engine.subscribe(look)
    look(None)
    assert done.wait(60)
    unsubscribe()


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
