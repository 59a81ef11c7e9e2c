"""The queue file comes into trouble while the window is open on it.

The window says what and why, what it showed last stays and is dated, and Retry works once it is
mended.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pillarbox.root import open_engine
from tests.window.real.desk import Desk
from tests.window.real.importing import import_by_keyboard
from tests.window.real.shop import READY, at_home, make_shop

pytestmark = pytest.mark.real_window

SHOWN = f"{READY} ready · 0/s in, 0/s out"
SMALL_DISK = "tests.window.real.small_disk"
MANY = 20_000
LOCK_SECONDS = 20.0
"""How long the engine waits for a lock."""


@pytest.fixture
def shop(desk: Desk, tmp_path: Path) -> Path:
    """The window is on the queue of a shop."""
    path = tmp_path / "shop.pillarbox"
    make_shop(path, dead=3)
    desk.start([sys.executable, "-m", "pillarbox", str(path)], at_home(tmp_path))
    desk.click(desk.find("list item", "mail", starts=True))
    desk.find("label", SHOWN)
    return path


def test_a_file_that_is_pulled_away_and_put_back(desk: Desk, shop: Path, tmp_path: Path) -> None:
    away = shop.rename(tmp_path / "away")
    desk.find("label", "It was moved or deleted while it was open", starts=True)
    desk.find("filler", "as of ", starts=True)
    assert desk.look("label", SHOWN) is not None
    desk.click(desk.find("push button", "Retry"))
    desk.find("label", "It was moved or deleted while it was open", starts=True)
    away.rename(shop)
    retry(desk)


@pytest.mark.accept
def test_a_file_that_another_program_has_locked(desk: Desk, shop: Path) -> None:
    with locked(shop):
        desk.click(desk.find("push button", "Pause"))
        desk.find(
            "label", "Another program has held its lock", starts=True, seconds=3 * LOCK_SECONDS
        )
        assert desk.look("label", SHOWN) is not None
    retry(desk)
    desk.click(desk.find("push button", "Pause"))
    desk.find("push button", "Resume")
    with open_engine(str(shop), read_only=True) as engine:
        assert [queue.paused for queue in engine.queues()] == [True]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Meanwhile nobody else can write."""
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    other.close()


def retry(desk: Desk) -> None:
    """What was in the way is gone: Retry ends the trouble, if it has not ended by itself."""
    button = desk.look("push button", "Retry")
    if button is not None:
        desk.click(button)
    desk.gone("push button", "Retry")
    desk.find("filler", "Live")


@pytest.mark.accept
def test_a_disk_that_is_full_until_there_is_room(desk: Desk, tmp_path: Path) -> None:
    disk, jobs = tmp_path / "disk", tmp_path / "many.jsonl"
    disk.mkdir()
    line = json.dumps({"payload": {"fill": "x" * 400}, "type": "welcome"})
    jobs.write_text(f"{line}\n" * MANY, "utf-8")
    # A user and a mount namespace, so that anybody may mount.
    command = ["unshare", "-rm", sys.executable, "-m", SMALL_DISK, str(disk)]
    desk.start([*command, str(tmp_path)], at_home(tmp_path))
    desk.click(desk.find("list item", "mail", starts=True))
    desk.find("label", SHOWN)
    (tmp_path / "full").touch()
    import_by_keyboard(desk, jobs, MANY)
    desk.find("label", "Stopped: ", starts=True)
    desk.key("Escape")
    desk.find("push button", "Retry")
    assert "no room to grow" in "".join(part.name for part in desk.parts() if part.role == "label")
    (tmp_path / "full").unlink()
    retry(desk)
    import_by_keyboard(desk, jobs, MANY)
    desk.find("list item", f"mail, {READY + MANY:,}", seconds=60.0)
