"""The whole round without a pointer: import, pause, edit and replay, purge, undo.

Each step is judged by the queue file, not by what the window says of it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pillarbox.root import open_engine
from pillarbox_engine.query import parse_query
from tests.window.real.desk import Desk
from tests.window.real.importing import import_by_keyboard
from tests.window.real.shop import MISSING, READY, at_home, look_at, make_shop

pytestmark = pytest.mark.real_window

DEAD = 6
LINES = 5


@pytest.fixture
def shop(desk: Desk, tmp_path: Path) -> Path:
    path = tmp_path / "shop.pillarbox"
    make_shop(path, dead=DEAD)
    desk.start([sys.executable, "-m", "pillarbox", str(path)], at_home(tmp_path))
    desk.find("list item", "mail", starts=True)
    return path


def test_the_whole_round(desk: Desk, shop: Path, tmp_path: Path) -> None:
    import_file(desk, job_file(tmp_path))
    assert look_at(shop).ready == READY + LINES

    desk.key("ctrl+2")
    desk.find_enabled("push button", "Pause")
    desk.key("ctrl+p")
    desk.find("push button", "Resume")
    with open_engine(str(shop), read_only=True) as engine:
        assert [queue.paused for queue in engine.queues()] == [True]

    edit_and_replay_a_group(desk)
    desk.wait(lambda: look_at(shop).dead == DEAD, "the group out of the dead letters")
    assert payloads(shop, "state:ready payload.checked:true") == MISSING

    purge_the_rest(desk)
    desk.wait(lambda: look_at(shop).trashed == DEAD, "the others in the trash")
    desk.find("label", f"{DEAD} jobs moved to Trash", starts=True)  # from then on it is undone
    desk.key("ctrl+z")
    desk.wait(lambda: look_at(shop).dead == DEAD, "the others back")
    assert look_at(shop).trashed == 0


def job_file(folder: Path) -> Path:
    path = folder / "more.jsonl"
    lines = [json.dumps({"payload": {"to": n}, "type": "welcome"}) for n in range(LINES)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def import_file(desk: Desk, path: Path) -> None:
    import_by_keyboard(desk, path, LINES)
    desk.find_focused("push button", "Close")
    desk.key("Return")
    desk.gone("push button", "Close")


def edit_and_replay_a_group(desk: Desk) -> None:
    """The error that came last is the first group."""
    desk.key("ctrl+5")
    desk.find("table", "Groups of errors")
    desk.tab_to("table", "Groups of errors")
    desk.key("Down", "ctrl+shift+r")
    desk.find("push button", f"Replay {MISSING} jobs")
    desk.tab_to("text", "JSON merge patch")
    desk.key("ctrl+a")
    desk.type('{"checked": true}')
    desk.key("ctrl+Return")
    desk.gone("push button", f"Replay {MISSING} jobs")


def purge_the_rest(desk: Desk) -> None:
    """Through the palette: Purge… has no key of its own."""
    desk.key("ctrl+k")
    desk.find("list", "Commands")
    desk.type("purge")
    desk.key("Return")
    desk.find("push button", "Move ", starts=True)
    desk.key("ctrl+Return")


def payloads(path: Path, query: str) -> int:
    """How many jobs match `query`."""
    with open_engine(str(path), read_only=True) as engine:
        return sum(1 for _ in engine.jobs(parse_query(query)))
