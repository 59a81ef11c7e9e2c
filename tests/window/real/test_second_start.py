"""A second start shows its file in the process that is there; one to look at only looks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pillarbox.root import open_engine
from tests.window.real.desk import Desk
from tests.window.real.shop import at_home

pytestmark = pytest.mark.real_window

WRITING = ("New job", "Import…", "Requeue", "Replay…", "Purge…", "Pause")
PILLARBOX = [sys.executable, "-m", "pillarbox"]


def test_each_start_has_a_window_of_the_one_process(desk: Desk, xvfb: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.pillarbox" for name in ("first", "second", "looked-at")]
    for path in paths:
        with open_engine(str(path)) as engine:
            engine.queue("mail").enqueue({"n": 1})
    first = desk.start([*PILLARBOX, str(paths[0])], at_home(tmp_path))
    shown(desk, paths[0])
    second = desk.start([*PILLARBOX, str(paths[1])], at_home(tmp_path))
    assert second.wait(timeout=30) == 0
    shown(desk, paths[1])
    assert "enabled" in desk.find("push button", "New job").states
    third = desk.start([*PILLARBOX, str(paths[2]), "--read-only"], at_home(tmp_path))
    assert third.wait(timeout=30) == 0
    desk.find("label", "READ-ONLY")
    assert [process_of(xvfb, path) for path in paths] == [first.pid] * 3
    assert first.poll() is None
    only_looks(desk, paths[2])


def shown(desk: Desk, path: Path) -> None:
    desk.find("frame", title(path))
    desk.find("list item", "mail", starts=True)


def title(path: Path) -> str:
    return f"{path.name} — Pillarbox"


def process_of(display: str, path: Path) -> int:
    """Which process has the window on `path`."""
    command = ["xdotool", "search", "--name", f"^{title(path)}$", "getwindowpid"]
    told = subprocess.run(command, env={"DISPLAY": display}, capture_output=True, text=True)
    return int(told.stdout)


def only_looks(desk: Desk, path: Path) -> None:
    """None of what changes something can be used in the window on `path`."""
    parts = desk.parts()
    frames = [at for at, part in enumerate(parts) if part.role == "frame"] + [len(parts)]
    begin = next(at for at in frames if parts[at].name == title(path))
    own = parts[begin : frames[frames.index(begin) + 1]]
    states = {part.name: part.states for part in own if part.role == "push button"}
    assert [name for name in WRITING if "enabled" in states[name]] == []
