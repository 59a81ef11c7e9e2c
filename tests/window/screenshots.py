"""Pictures of every view and dialog, on the demo's data: `python -m tests.window.screenshots DIR`.

Owns the order of the pictures and how the window is put into each state. One command makes them
light and dark, at 1360×820 and again at 200 %: each scale in a process of its own, because Qt
reads the scale as it starts. Draws off the screen unless QT_QPA_PLATFORM says otherwise.

Options: --seconds S, how long the demo runs before the first picture; --only TEXT, the pictures
whose names hold TEXT.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SIZE = (1360, 820)
SCALES = (1, 2)


def main() -> int:
    """Make the pictures; the exit code."""
    arguments = _arguments()
    if arguments.scale:
        return _one_scale(arguments)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    return max(_child(scale) for scale in SCALES)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--scale", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def _child(scale: int) -> int:
    environment = {
        **os.environ,
        "QT_SCALE_FACTOR": str(scale),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    }
    command = [sys.executable, "-m", "tests.window.screenshots", *sys.argv[1:]]
    return subprocess.run(
        [*command, "--scale", str(scale)], env=environment, check=False
    ).returncode


def _one_scale(arguments: argparse.Namespace) -> int:
    from pillarbox.cli.window import open_file
    from pillarbox.demo.staging import Stage
    from tests.window.session import Session

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "demo.pillarbox")
        with Stage(open_file, path, seed=7, seconds=None) as stage:
            session = Session(stage.open, path, arguments, SIZE)
            return session.run()


if __name__ == "__main__":
    sys.exit(main())
