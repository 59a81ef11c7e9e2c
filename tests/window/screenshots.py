"""Pictures of every view and dialog, on the demo's data: `python -m tests.window.screenshots DIR`.

Owns the order of the pictures and how the window is put into each state. One command makes them
light and dark, at 1360×820, again at 200 %, and again in letters of 20 points: each in a process
of its own, because Qt reads the scale as it starts. The same for a calm file and for one of a
million jobs, and for both read-only. Draws off the screen unless QT_QPA_PLATFORM says otherwise.

Options: --seconds S, how long the demo runs before the first picture; --only TEXT, the pictures
whose names hold TEXT; --jobs N, how many jobs the large file has ready (a tenth are dead beside);
--sizes 1,200,20pt, which of the three sizes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.window.calm import CALM, CALM_READ_ONLY, make_calm
from tests.window.details import DETAILS
from tests.window.large import LARGE, READ_ONLY, make_large
from tests.window.states import FIRST_RUN, STATES

SIZE = (1360, 820)
_SCREEN = (1920, 1200)
SIZES = {"1": (1, 1.0, ""), "200": (2, 1.0, "-200"), "20pt": (1, 20 / 9, "-20pt")}
"""By name: the scale, how much larger than the system's 9 points the letters are, how a picture's
name ends."""


def main() -> int:
    """Make the pictures; the exit code."""
    arguments = _arguments()
    if arguments.files:
        return _one_size(arguments)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if any(arguments.only in state.name for state in (*LARGE, *READ_ONLY)):
            make_large(Path(folder) / "large.pillarbox", arguments.jobs)
        make_calm(Path(folder) / "calm.pillarbox")
        return max(_child(*SIZES[name], folder) for name in arguments.sizes.split(","))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--files", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--suffix", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def _child(scale: int, letters: float, suffix: str, folder: str) -> int:
    environment = {
        **os.environ,
        "QT_SCALE_FACTOR": str(scale),
        "QT_QPA_PLATFORM": os.environ.get(
            "QT_QPA_PLATFORM", _off_the_screen(scale, letters, folder)
        ),
    }
    command = [sys.executable, "-m", "tests.window.screenshots", *sys.argv[1:]]
    more = ["--files", folder, f"--suffix={suffix}"]
    return subprocess.run([*command, *more], env=environment, check=False).returncode


def _off_the_screen(scale: int, letters: float, folder: str) -> str:
    """Qt's platform without a screen; its own one would be too small for our dialogs."""
    dots = round(96 * letters)
    place = Path(folder) / "screen.json"
    screen = {"name": "none", "x": 0, "y": 0, "logicalDpi": dots, "logicalBaseDpi": dots}
    room = {"width": _SCREEN[0] * scale, "height": _SCREEN[1] * scale}
    place.write_text(json.dumps({"screens": [{**screen, **room}]}), "utf-8")
    return f"offscreen:configfile={place}"


def _one_size(arguments: argparse.Namespace) -> int:
    from pillarbox.cli.window import open_file
    from pillarbox.demo.staging import Stage
    from tests.window.session import Session

    demo = (*STATES, *DETAILS)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "demo.pillarbox")
        if any(arguments.only in state.name for state in (FIRST_RUN, *demo)):
            with Stage(open_file, path, seed=7, seconds=None) as stage:
                Session(stage.open, path, arguments, SIZE).run(demo)
    for name, states, read_only in (
        ("calm", CALM, CALM_READ_ONLY), ("large", LARGE, READ_ONLY),
    ):  # fmt: skip
        file = arguments.files / f"{name}.pillarbox"
        if file.exists():
            Session(open_file, str(file), arguments, SIZE).run_on(states, read_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
