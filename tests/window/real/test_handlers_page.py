"""The Handlers page in the real program: a file is given, approved, tried, run, and stopped.

Judged by the queue file, and by what a service was sent, not by what the window claims.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox.root import open_engine
from tests import flaky
from tests.loopback import Server
from tests.window.real.desk import Desk
from tests.window.real.dragging import drag, drag_source
from tests.window.real.shop import MISSING, READY, at_home, look_at, make_shop

pytestmark = pytest.mark.real_window

Launch = Callable[..., subprocess.Popen[str]]

PILLARBOX = [sys.executable, "-m", "pillarbox"]
JOBS, CONCURRENCY = 5_000, 24
DRAIN_SECONDS = 100.0
HANDLERS = '[handlers.welcome]\npython = "shop_jobs:greet"\n'
MODULE = '''
"""What the workers of the shop do."""


def greet(job):
    return "hello " + job.payload["to"]
'''


def test_from_a_handlers_file_to_done_jobs_and_back(desk: Desk, tmp_path: Path) -> None:
    path, handlers = tmp_path / "shop.pillarbox", tmp_path / "handlers.toml"
    make_shop(path, dead=0)
    handlers.write_text(HANDLERS)
    (tmp_path / "shop_jobs.py").write_text(MODULE)
    desk.start([*PILLARBOX, str(path)], {**at_home(tmp_path), "PYTHONPATH": _and(tmp_path)})
    to_handlers(desk)
    give(desk, handlers)
    assert "enabled" not in desk.find("push button", "Start workers").states
    press(desk, "Approve this file")

    press(desk, "Run once with this payload…")
    desk.click(desk.find("text", "Payload"))
    desk.key("ctrl+a")
    desk.type('{"to": "ana"}')
    press(desk, "Run once")
    desk.find("label", "Done after", starts=True)
    press(desk, "Close")
    assert look_at(path).ready == READY, "a trial touches no queue"

    press(desk, "Start workers")
    desk.find_enabled("push button", "Stop workers")
    desk.wait(lambda: look_at(path).done == READY, "the jobs done")
    press(desk, "Stop workers")
    desk.find_enabled("push button", "Start workers")
    enqueue_one(path)
    assert (look_at(path).ready, look_at(path).dead) == (1, MISSING)


@pytest.mark.accept
def test_five_thousand_dropped_jobs_against_a_flaky_service(
    xvfb: str, desk: Desk, launch: Launch, tmp_path: Path
) -> None:
    path = tmp_path / "billing.pillarbox"
    jobs = flaky.write_jobs(tmp_path, JOBS)
    with Server(flaky.Service()) as server:
        with open_engine(str(path)) as engine:
            engine.queue(flaky.QUEUE, defaults=flaky.settings())
        handlers = flaky.write_handlers(tmp_path, server, CONCURRENCY)
        desk.start([*PILLARBOX, "window", str(path), "--handlers", str(handlers)],
                   at_home(tmp_path))  # fmt: skip
        to_handlers(desk)
        press(desk, "Approve this file")
        source = drag_source(launch, jobs)
        drag(xvfb, source, desk.find("table", "Handlers").centre, source, "welcome")
        desk.click(desk.find("text", "Type, where a line names none"))
        desk.key("ctrl+a")
        desk.type(flaky.TYPE)
        desk.key("ctrl+Return")
        desk.find("label", f"{JOBS:,} added", starts=True)
        press(desk, "Close")
        press(desk, "Start workers")
        with open_engine(str(path), read_only=True) as engine:
            desk.wait(lambda: flaky.is_over(engine), "every job over", DRAIN_SECONDS)
            press(desk, "Stop workers")
            desk.find_enabled("push button", "Start workers")
            flaky.judge(engine, server, JOBS, CONCURRENCY)


def to_handlers(desk: Desk) -> None:
    """Go to the Handlers page."""
    desk.click(desk.find("list item", "Handlers", starts=True))


def give(desk: Desk, handlers: Path) -> None:
    """Choose the handlers file in the dialog for that."""
    press(desk, "Open handlers file…")
    desk.find("text", "File name:")
    desk.type(str(handlers))
    desk.key("Return")


def press(desk: Desk, name: str) -> None:
    """Click the button once it can be pressed."""
    desk.click(desk.find_enabled("push button", name))


def enqueue_one(path: Path) -> None:
    """One job more, by another program."""
    command = [*PILLARBOX, "enqueue", "mail", "--payload", json.dumps({"to": "ben"})]
    options = ["--type", "welcome", "--file", str(path)]
    subprocess.run([*command, *options], check=True, capture_output=True)


def _and(folder: Path) -> str:
    """Where this program finds its modules, and a folder more."""
    return ":".join([str(folder), *filter(None, sys.path)])
