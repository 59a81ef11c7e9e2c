"""`pillarbox [FILE]` and `pillarbox window [FILE]`: the window.

Owns the opening of the queue file for the window, what is said where there is no display, and
how the demo's workers live in the window's process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from pillarbox import locations
from pillarbox.cli.display import has_display
from pillarbox.cli.journal import quiet
from pillarbox.cli.options import Common, common, examples
from pillarbox.locations import APP
from pillarbox_engine.errors import EnvironmentFault

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine


@click.command(
    name="window",
    epilog=examples(
        "pillarbox", "pillarbox shop.pillarbox", "pillarbox window --file shop.pillarbox"
    ),
)
@click.argument("queue_file", metavar="[FILE]", required=False)
@common
def command(common: Common, queue_file: str | None) -> int:
    """Open the window on FILE or your own queue file.

    `pillarbox [FILE]` does the same.
    """
    return open_window(queue_file or common.file)


def open_window(chosen: str | None) -> int:
    """Open the window on a queue file and stay until it is closed; the exit code."""
    demand_display("pillarbox stats")
    from pillarbox.root import open_engine

    path = locations.queue_file(chosen)
    read_only = is_write_protected(path)
    with open_engine(path, kind="window", read_only=read_only) as engine:
        return show(engine)


def open_demo(path: str, *, seed: int, seconds: float | None) -> int:
    """Open the window on the demo's file, the demo's workers running in this process."""
    demand_display("pillarbox demo --headless")
    from pillarbox.demo.measures import Measures
    from pillarbox.demo.running import Demo, watching
    from pillarbox.root import open_engine

    measures, draw = Measures(), Random(seed).random
    watch = watching(measures)
    with open_engine(path, kind="window", random_source=draw, watch=watch) as engine:
        demo = Demo(engine, measures, seed=seed, seconds=seconds)
        with quiet(), demo:
            return show(engine)


def show(engine: Engine) -> int:
    """The window on an open queue file, until it is closed; the exit code."""
    from pillarbox_ui.application import run_window

    info = engine.backend.file_info()
    return run_window(
        engine.backend,
        label=info.label,
        notices=info.notices,
        open_file=open_another,
        read_only=info.read_only,
    )


def open_another(path: str) -> None:
    """Open another queue file: in a window, and a process, of its own."""
    ourselves = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", APP]
    subprocess.Popen([*ourselves, "window", path], start_new_session=True)


def is_write_protected(path: str) -> bool:
    """Whether there is a file at `path` that may only be read."""
    place = Path(path)
    return place.is_file() and not (place.stat().st_mode & 0o222 and os.access(place, os.W_OK))


def demand_display(instead: str) -> None:
    """Raise `EnvironmentFault` where no window can be opened; `instead` works without one."""
    if has_display():
        return
    raise EnvironmentFault(
        "The window cannot be opened",
        "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set",
        f"Without one, use the commands, such as '{instead}'; 'pillarbox --help' lists them",
    )
