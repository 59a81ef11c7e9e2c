"""Fixtures for acceptance runs: the installed program, as a person starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Program = Callable[..., "subprocess.CompletedProcess[str]"]
Starter = Callable[..., "subprocess.Popen[str]"]

COMMAND = [sys.executable, "-m", "pillarbox"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the queue file is."""
    return tmp_path / "jobs.pillarbox"


@pytest.fixture
def pillarbox(tmp_path: Path) -> Program:
    """Runs the command line to its end; no output ever holds a traceback."""

    def run(*arguments: object, within: float = 120) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=within,
            check=False, cwd=tmp_path,
        )  # fmt: skip
        assert "Traceback" not in result.stdout + result.stderr
        return result

    return run


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Starts the command line and leaves it running; killed at the end with all it started."""
    running: list[subprocess.Popen[str]] = []

    def starter(*arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, cwd=tmp_path, start_new_session=True,
        )  # fmt: skip
        running.append(process)
        return process

    yield starter
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def document(result: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON document a `--json` command printed."""
    return json.loads(result.stdout)


def balances(ledger: dict[str, int]) -> bool:
    """Whether everything enqueued is accounted for."""
    rest = sum(ledger[field] for field in ("done", "dead", "cancelled", "waiting"))
    return ledger["enqueued"] == rest
