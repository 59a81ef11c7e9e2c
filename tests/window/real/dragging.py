"""A real drag by the X server: from the window of `drag_source.py` onto one of ours.

Owns the steps of it: press, carry, wait until the other side has taken notice, let go.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.window.real.told import Told

Launch = Callable[..., subprocess.Popen[str]]

HERE = Path(__file__).parent
SOURCE_AT = (1_380, 300)


def started(launch: Launch, *command: object, environment: dict[str, str] | None = None) -> Told:
    """Start one of our programs and listen to it."""
    arguments = [sys.executable, *map(str, command)]
    return Told(launch(arguments, stdout=subprocess.PIPE, environment=environment))


def drag_source(launch: Launch, *files: Path) -> Told:
    """A window to drag `files` from, above all others."""
    place = ",".join(map(str, SOURCE_AT))
    return started(launch, HERE / "drag_source.py", *files, "--at", place)


def drag(
    display: str, source: Told, target: Sequence[int], over: Told, taken: str = "drag"
) -> None:
    """Press on the source, carry it to `target`, and let go once `over` tells `taken`."""
    source.line("ready")
    x, y = (place + 40 for place in SOURCE_AT)
    press(display, source, x, y)
    nudge(display, source, "dragging", x, y)
    for step in range(1, 9):
        part = step / 8
        pointer(
            display, "mousemove", round(x + (target[0] - x) * part),
            round(y + (target[1] - y) * part),
        )  # fmt: skip
    nudge(display, over, taken, *target)
    pointer(display, "mousemove", target[0] + 3, target[1] + 3)
    pointer(display, "mouseup", 1)
    source.line("dropped")


def press(display: str, source: Told, x: int, y: int) -> None:
    """Press on the source until it notices: its window may be shown before it is mapped."""
    for _ in range(40):
        pointer(display, "mousemove", x, y, "mousedown", 1)
        if source.has_told("pressed", 0.5):
            return
        pointer(display, "mouseup", 1)
    raise TimeoutError(f"the source was never pressed; heard {source.heard}")


def nudge(display: str, program: Told, wanted: str, x: int, y: int) -> None:
    """Move the pointer a little until the program tells `wanted`."""
    for turn in range(200):
        pointer(display, "mousemove", x + 8 + turn % 16, y + turn % 9)
        if program.has_told(wanted, 0.1):
            return
    raise TimeoutError(f"no {wanted!r} whatever the pointer did; heard {program.heard}")


def pointer(display: str, *steps: object) -> None:
    """Move, press and release: the words of xdotool."""
    subprocess.run(["xdotool", *map(str, steps)], env={"DISPLAY": display}, check=True, timeout=20)
