"""`pillarbox [FILE]` and `pillarbox window [FILE]`: the window.

Owns the opening of the queue file for the window, what is said where there is no display, and
how the demo's workers live in the window's process.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillarbox import locations
from pillarbox.cli.display import has_display
from pillarbox.cli.journal import quiet
from pillarbox.cli.options import Common, common, examples
from pillarbox_engine.errors import EnvironmentFault

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.protocols import Backend


@click.command(
    name="window",
    short_help="Open the window; the same as `pillarbox [FILE]`.",
    epilog=examples(
        "pillarbox", "pillarbox shop.pillarbox", "pillarbox window --file shop.pillarbox"
    ),
)
@click.argument("queue_file", metavar="[FILE]", required=False)
@click.option("--read-only", is_flag=True, help="Only look: nothing in the file is changed.")
@click.option(
    "--handlers",
    metavar="FILE",
    type=click.Path(),
    default="",
    help="The handlers file to show; its workers start when you approve it and say so.",
)
@common
def command(common: Common, queue_file: str | None, read_only: bool, handlers: str) -> int:
    """Open the window on FILE or your own queue file.

    `pillarbox [FILE]` does the same. Where a window is open already, its process shows FILE in a
    window of its own, and this command ends at once.
    """
    return open_window(queue_file or common.file, read_only=read_only, handlers=handlers)


def open_window(chosen: str | None, *, read_only: bool = False, handlers: str = "") -> int:
    """Open the window on a queue file and stay until it is closed; the exit code.

    With a handlers file it is a process of its own, whose workers end with it.
    """
    demand_display("pillarbox stats")
    from pillarbox.workshop import Workshop
    from pillarbox_ui.application import run_window

    return run_window(
        open_engine=open_file,
        path=locations.queue_file(chosen),
        read_only=read_only,
        instance=None if handlers else locations.instance_socket(),
        make_workshop=Workshop,
        handlers=handlers,
    )


def open_demo(path: str, *, seed: int, seconds: float | None) -> int:
    """Open the window on the demo's file, the demo's workers running in this process."""
    demand_display("pillarbox demo --headless")
    from pillarbox.demo.staging import Stage
    from pillarbox.workshop import Workshop
    from pillarbox_ui.application import run_window

    with quiet(), Stage(open_file, path, seed=seed, seconds=seconds) as stage:
        return run_window(open_engine=stage.open, path=path, make_workshop=Workshop)


def open_file(
    path: str,
    *,
    accept_copy: bool = False,
    read_only: bool = False,
    watch: Callable[[Backend], Backend] | None = None,
    random_source: Callable[[], float] | None = None,
) -> Engine:
    """Open a queue file for the window; one that is write-protected only to look at."""
    from pillarbox.root import open_engine

    return open_engine(
        path,
        kind="window",
        read_only=read_only or is_write_protected(path),
        accept_copy=accept_copy,
        watch=watch,
        random_source=random_source,
    )


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
