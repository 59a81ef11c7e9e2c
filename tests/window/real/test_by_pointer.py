"""What people come for, done with a pointer in the real program: launch it, drop jobs, replay dead
letters, watch the depth move.

Each is judged by the queue file or by what is seen on the screen, not by what the window claims.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor

from pillarbox.root import open_engine
from pillarbox_engine.query import parse_query
from pillarbox_ui.theme.contrast import pill_colour
from pillarbox_ui.theme.tokens import LIGHT
from tests.window.real.desk import Desk, Part
from tests.window.real.display import stop
from tests.window.real.dragging import drag, drag_source
from tests.window.real.pictures import colours
from tests.window.real.shop import MISSING, at_home, look_at, make_shop

pytestmark = pytest.mark.real_window

Launch = Callable[..., subprocess.Popen[str]]

PILLARBOX = [sys.executable, "-m", "pillarbox"]
LINES, DEAD, CANARY = 5, 12, 5
READY_AREA = QColor(pill_colour(LIGHT, "ready"))
RISEN = 15
"""Pixels of an area, at least, that was seen to rise."""

HANDLERS = '[handlers.welcome]\npython = "shop_jobs:greet"\n'
MODULE = '''
"""What the workers of the shop do: nothing to a customer that was not checked."""


def greet(job):
    assert job.payload["checked"]
'''


def test_launch_and_drop(xvfb: str, desk: Desk, launch: Launch, tmp_path: Path) -> None:
    path = tmp_path / "new.pillarbox"
    start(desk, path)
    first = desk.find("filler", "Drop a .jsonl here", starts=True)
    for offer in ("Load the sample", "Open a queue file"):
        assert "enabled" in desk.find("push button", offer).states
    source = drag_source(launch, job_file(tmp_path))
    drag(xvfb, source, first.centre, source, "welcome")
    desk.click(desk.find("text", "Into queue"))
    desk.type("mail")
    desk.find("table cell", "mail")  # judged anew, for that queue
    click_when_ready(desk, f"Import {LINES} valid")
    click_when_ready(desk, "Close")
    desk.find("list item", "mail", starts=True)
    assert payloads(path, "queue:mail") == [{"to": n} for n in range(LINES)]


def test_a_group_edited_and_replayed_behind_a_canary(desk: Desk, shop: Path) -> None:
    desk.click(desk.find("list item", "Dead letters", starts=True))
    desk.click(cell_in(desk, "Groups of errors", "ValueError: no such host"))
    click_when_ready(desk, "Replay…")
    desk.click(desk.find("check box", "Edit the payloads on the way"))
    desk.click(desk.find("check box", "First only"))
    desk.click(desk.find("text", "JSON merge patch"))
    desk.key("ctrl+a")
    desk.type('{"checked": true}')
    click_when_ready(desk, f"Replay {DEAD} jobs")
    desk.wait(lambda: look_at(shop).ready == CANARY, "the canary")
    assert look_at(shop).dead == DEAD - CANARY + MISSING
    with working(shop):
        desk.wait(lambda: look_at(shop).done == DEAD, "the others after it")
    assert all(job["checked"] for job in payloads(shop, "state:done"))
    assert look_at(shop).dead == MISSING


def test_the_depth_graph_moves(desk: Desk, shop: Path, tmp_path: Path, xvfb: str) -> None:
    graph = desk.find("filler", "Depth").place
    assert graph is not None
    desk.wait(lambda: legend(desk, "Ready") == "0", "the depth of before")
    assert READY_AREA.name() not in colours(xvfb, graph)
    command = [*PILLARBOX, "enqueue", "mail", str(job_file(tmp_path)), "--file", str(shop)]
    subprocess.run(command, check=True, capture_output=True)
    desk.wait(lambda: legend(desk, "Ready") == str(LINES), "the new depth")
    desk.wait(lambda: colours(xvfb, graph)[READY_AREA.name()] > RISEN, "the area of ready jobs")


@pytest.fixture
def shop(desk: Desk, tmp_path: Path) -> Path:
    """The window is on a file with two kinds of dead letters, and nothing else."""
    path = tmp_path / "shop.pillarbox"
    make_shop(path, ready=0, dead=DEAD)
    start(desk, path)
    desk.find("list item", "mail", starts=True)
    return path


def start(desk: Desk, path: Path) -> None:
    desk.start([*PILLARBOX, str(path)], at_home(path.parent))


def job_file(folder: Path) -> Path:
    path = folder / "more.jsonl"
    lines = [json.dumps({"payload": {"to": n}, "type": "welcome"}) for n in range(LINES)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def click_when_ready(desk: Desk, name: str) -> None:
    """Click the button once it can be."""
    desk.click(desk.find_enabled("push button", name))


def cell_in(desk: Desk, table: str, text: str) -> Part:
    """The cell of that table that says `text`."""
    place = desk.find("table", table).place
    assert place is not None
    x, y, width, height = place
    for part in desk.parts():
        if part.role == "table cell" and part.name == text:
            across, down = part.centre
            if x <= across < x + width and y <= down < y + height:
                return part
    raise AssertionError(f"no cell says {text!r} in {table}")


def legend(desk: Desk, name: str) -> str:
    """What the legend of a graph says of one curve."""
    return desk.find("check box", name).description


@contextmanager
def working(path: Path) -> Iterator[None]:
    """Meanwhile another process works on the jobs of the shop."""
    (path.parent / "shop_jobs.py").write_text(MODULE, "utf-8")
    handlers = path.parent / "handlers.toml"
    handlers.write_text(HANDLERS, "utf-8")
    command = [*PILLARBOX, "work", "mail", "--handlers", str(handlers), "--file", str(path)]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        stop(worker)


def payloads(path: Path, query: str) -> list[Any]:
    """What the jobs that match `query` carry, oldest first."""
    with open_engine(str(path), read_only=True) as engine:
        found = sorted(int(job.id) for job in engine.jobs(parse_query(query)))
        return [engine.job(str(number)).payload for number in found]
