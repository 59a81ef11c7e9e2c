"""Running the command line: in this process for speed, in another for signals and exits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from pillarbox.cli import run
from pillarbox.root import open_engine
from pillarbox_engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Run:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON Lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Run]
Spawn = Callable[..., "subprocess.Popen[str]"]


def read_until(stream: IO[str] | None, said: str) -> None:
    """Read lines of a process until one holds `said`; fails when it ends without."""
    assert stream is not None
    told = ""
    while said not in told:
        line = stream.readline()
        assert line, f"it ended without saying {said!r}: {told}"
        told += line


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a queue file may be."""
    return tmp_path / "jobs.pillarbox"


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the person's own files out of it."""
    monkeypatch.delenv("PILLARBOX_FILE", raising=False)
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


@pytest.fixture
def pillarbox(file: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command on `file`, in this process."""

    def command(*words: str) -> Run:
        capsys.readouterr()
        code = run(["--file", str(file), *words])
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return command


@pytest.fixture
def spawn(file: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command on `file` in a process of its own; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "pillarbox", "--file", str(file), *words],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    """The queue file, open in this process."""
    with open_engine(str(file)) as opened:
        yield opened
