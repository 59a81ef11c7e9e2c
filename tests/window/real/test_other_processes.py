"""The window open on a file while two other processes enqueue and work on it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pillarbox.root import open_engine
from pillarbox_engine.filters import Filter
from tests.window.real.told import Told

pytestmark = pytest.mark.real_window

Launch = Callable[..., subprocess.Popen[str]]

HERE = Path(__file__).parent
COMMAND = [sys.executable, "-m", "pillarbox"]
JOBS = 12
MOST_SECONDS = 0.5
"""What the window promises; a run beside other tests allows ten times that."""

HANDLERS = """
[handlers.greet]
python = "slow_greeting:greet"
"""
MODULE = '''
"""A handler that takes a while."""

import threading


def greet(job):
    threading.Event().wait(0.3)
'''


@pytest.fixture
def queue_file(tmp_path: Path) -> Path:
    path = tmp_path / "jobs.pillarbox"
    with open_engine(str(path), kind="program") as engine:
        engine.queue("greetings").configure(max_attempts=2)
    return path


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    (tmp_path / "slow_greeting.py").write_text(MODULE)
    path = tmp_path / "handlers.toml"
    path.write_text(HANDLERS)
    return path


@pytest.mark.parametrize(
    "most", [10 * MOST_SECONDS, pytest.param(MOST_SECONDS, marks=pytest.mark.accept)]
)
def test_each_change_is_soon_shown_and_leases_name_the_process(
    launch: Launch, queue_file: Path, handlers: Path, tmp_path: Path, most: float
) -> None:
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    window = launch([sys.executable, HERE / "seen_window.py", queue_file],
                    stdout=subprocess.PIPE, environment=home)  # fmt: skip
    told = Told(window)
    pictures = [told.value("seen")]
    _enqueue(queue_file, tmp_path)
    worker = _work(queue_file, handlers)
    while pictures[-1]["counts"]["done"] < JOBS:
        pictures.append(told.value("seen"))
    assert worker.wait(timeout=30) == 0
    enqueued, ended = _moments(queue_file)
    assert _latest(pictures, "enqueued", enqueued) < most
    assert _latest(pictures, "done", ended) < most
    named = {name for picture in pictures for name in picture["workers"]}
    assert named
    assert all(name.startswith(f"{worker.pid}/") for name in named), named


def _enqueue(queue_file: Path, folder: Path) -> None:
    jobs = folder / "jobs.jsonl"
    jobs.write_text("".join(json.dumps({"n": n}) + "\n" for n in range(JOBS)))
    command = [
        *COMMAND,
        "enqueue",
        "greetings",
        str(jobs),
        "--type",
        "greet",
        "--file",
        str(queue_file),
    ]
    subprocess.run(command, check=True, capture_output=True)


def _work(queue_file: Path, handlers: Path) -> subprocess.Popen[bytes]:
    command = [*COMMAND, "work", "greetings", "--handlers", str(handlers), "--concurrency", "2",
               "--until-idle", "--file", str(queue_file)]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _moments(queue_file: Path) -> tuple[list[float], list[float]]:
    """When the jobs were enqueued and when they ended, in order."""
    with open_engine(str(queue_file), kind="program") as engine:
        jobs = list(engine.jobs(Filter()))
    ends = [job.ended_at.timestamp() for job in jobs if job.ended_at is not None]
    return sorted(job.enqueued_at.timestamp() for job in jobs), sorted(ends)


def _latest(pictures: list[dict[str, Any]], count: str, moments: list[float]) -> float:
    """The longest time from a change to the first picture that shows it, in seconds."""
    assert len(moments) == JOBS
    delays = []
    for number, moment in enumerate(moments, start=1):
        shown: float = next(p["at"] for p in pictures if p["counts"][count] >= number)
        delays.append(shown - moment)
    return max(delays)
