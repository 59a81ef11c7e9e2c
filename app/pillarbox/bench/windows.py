"""The window's own figures: how soon it is there, what it costs, how it bears a busy engine.

Owns starting it: on the display there is, else on an X server of its own (Xvfb), else off-screen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pillarbox.bench.children import Child
from pillarbox.bench.draining import nothing
from pillarbox.bench.opened import fill, opened
from pillarbox.bench.room import Room
from pillarbox.cli.display import has_display
from pillarbox_engine.outcomes import Reject
from pillarbox_engine.queues import Queue

SCREEN = "1600x1000x24"
KEEP_ALL = 2**40
FILL_WORKERS = 4
FASTEST = 60_000
"""Jobs a second that would not outrun the backlog of the lag figure."""


def small(room: Room) -> dict[str, float]:
    """On an empty file: start, idle CPU, memory; on a backlog: the lag while it drains."""
    path = room.fresh("bench.pillarbox")
    with opened(room, path):
        pass
    with display() as environment:
        found = _start(room, path, environment, "window-start")
        found |= _idle(room, path, environment)
        with opened(room, path) as engine:
            fill(engine.queue("bench"), int(room.sizes.window_seconds * FASTEST))
        found |= _lag(room, path, environment)
    return found


def large(room: Room) -> dict[str, float]:
    """On a file with 1 M jobs ready, 1 M done and 100 k dead: the start, and all of it used."""
    path = room.fresh("bench.pillarbox")
    sizes = room.sizes
    room.tell(f"filling a file: {sizes.scale:,} ready, {sizes.scale:,} done")
    with opened(room, path) as engine:
        queue = engine.queue("bench")
        queue.configure(keep_done=KEEP_ALL)
        fill(queue, sizes.scale)
        run_all(queue)
        fill(queue, sizes.scale)
        letters = engine.queue("letters")
        fill(letters, sizes.scale // 10)
        run_all(letters, refused)
    with display() as environment:
        return _start(room, path, environment, "window-start-1m") | _use(room, path, environment)


def run_all(queue: Queue, handler: Callable[[Any], object] = nothing) -> None:
    """Run everything in `queue`."""
    with queue.worker(handler, concurrency=FILL_WORKERS) as worker:
        worker.join_idle()


def refused(_job: Any) -> None:
    """A handler whose every job becomes a dead letter."""
    raise Reject("refused by the benchmark")


def _use(room: Room, path: Path, environment: dict[str, str]) -> dict[str, float]:
    pace = room.sizes.pace
    with Child("watched_window", path, "use", pace, environment=environment) as window:
        for key in ("painted_ns", "filled_ns"):
            window.value(key)
        return {
            "window-used-lag": window.value("lag_p99"),
            "window-used-max": window.value("lag_max"),
        }


def _start(room: Room, path: Path, environment: dict[str, str], name: str) -> dict[str, float]:
    times: list[dict[str, float]] = []
    for _ in range(room.sizes.repetitions):
        began = time.monotonic_ns()
        with Child("watched_window", path, "start", 0, environment=environment) as window:
            painted, filled = window.value("painted_ns"), window.value("filled_ns")
        times.append({name: (painted - began) / 1e9, f"{name}-filled": (filled - began) / 1e9})
    return {key: sorted(one[key] for one in times)[len(times) // 2] for key in times[0]}


def _idle(room: Room, path: Path, environment: dict[str, str]) -> dict[str, float]:
    seconds = room.sizes.window_seconds
    with Child("watched_window", path, "idle", seconds, environment=environment) as window:
        for key in ("painted_ns", "filled_ns"):
            window.value(key)
        return {"window-cpu": window.value("idle_cpu"), "window-memory": window.value("memory")}


def _lag(room: Room, path: Path, environment: dict[str, str]) -> dict[str, float]:
    seconds = room.sizes.window_seconds
    with Child("watched_window", path, "drain", seconds, environment=environment) as window:
        for key in ("painted_ns", "filled_ns"):
            window.value(key)
        lag, _most = window.value("lag_p99"), window.value("lag_max")
        return {"window-lag": lag, "window-drain": window.value("drained")}


@contextmanager
def display() -> Iterator[dict[str, str]]:
    """The environment in which a window can be shown, with settings of nobody."""
    if has_display():
        yield {}
    elif shutil.which("Xvfb") is None:
        yield {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}
    else:
        with _x_server() as name:
            yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": name, "NO_AT_BRIDGE": "1"}


@contextmanager
def _x_server() -> Iterator[str]:
    told, tells = os.pipe()
    command = ["Xvfb", "-displayfd", str(tells), "-screen", "0", SCREEN, "-nolisten", "tcp",
               "-noreset"]  # fmt: skip
    server = subprocess.Popen(
        command, pass_fds=[tells], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(tells)
    try:
        with os.fdopen(told) as answer:
            yield ":" + answer.readline().strip()
    finally:
        server.terminate()
        server.wait()
