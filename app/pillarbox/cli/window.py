"""`pillarbox [FILE]` and `pillarbox window [FILE]`: the window.

Owns what is said where no window can be opened, and how the demo's workers live in its process.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from pillarbox import locations
from pillarbox.cli.display import has_display
from pillarbox.cli.options import Common, common, examples
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
    from pillarbox_ui.application import run_window

    return run_window(open_engine=_open, path=locations.queue_file(chosen))


def open_demo(path: str, *, seed: int, seconds: float | None) -> int:
    """Open the window on the demo's file, the demo's workers running in this process."""
    demand_display("pillarbox demo --headless")
    from pillarbox.demo.staging import Stage
    from pillarbox_ui.application import run_window

    with Stage(_open, path, seed=seed, seconds=seconds) as stage:
        return run_window(open_engine=stage.open, path=path)


def demand_display(instead: str) -> None:
    """Raise `EnvironmentFault` where no window can be opened; `instead` works without one."""
    if has_display():
        return
    raise EnvironmentFault(
        "The window cannot be opened",
        "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set",
        f"Without one, use the commands, such as '{instead}'; 'pillarbox --help' lists them",
    )


def _open(path: str, **options: Any) -> Engine:
    from pillarbox.root import open_engine

    if os.path.exists(path) and not os.access(path, os.W_OK):
        options["read_only"] = True
    return open_engine(path, kind="window", **options)
