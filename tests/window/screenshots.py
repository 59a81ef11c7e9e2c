"""Pictures of every view and dialog, on the demo's data: `python -m tests.window.screenshots DIR`.

Owns the order of the pictures and how the window is put into each state. One command makes them
light and dark, at 1360×820 and again at 200 %: each scale in a process of its own, because Qt
reads the scale as it starts. Then the same for a file of a million jobs, and for that file
read-only. Draws off the screen unless QT_QPA_PLATFORM says otherwise.

Options: --seconds S, how long the demo runs before the first picture; --only TEXT, the pictures
whose names hold TEXT; --jobs N, how many jobs the large file has ready (a tenth are dead beside).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.window.large import make_large
from tests.window.states import FIRST_RUN, LARGE, READ_ONLY, STATES

SIZE = (1360, 820)
SCALES = (1, 2)


def main() -> int:
    """Make the pictures; the exit code."""
    arguments = _arguments()
    if arguments.scale:
        return _one_scale(arguments)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.pillarbox"
        if any(arguments.only in state.name for state in (*LARGE, *READ_ONLY)):
            make_large(large, arguments.jobs)
        return max(_child(scale, large) for scale in SCALES)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--large", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--scale", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def _child(scale: int, large: Path) -> int:
    environment = {
        **os.environ,
        "QT_SCALE_FACTOR": str(scale),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    }
    command = [sys.executable, "-m", "tests.window.screenshots", *sys.argv[1:]]
    return subprocess.run(
        [*command, "--scale", str(scale), "--large", str(large)], env=environment, check=False
    ).returncode


def _one_scale(arguments: argparse.Namespace) -> int:
    from pillarbox.cli.window import open_file
    from pillarbox.demo.staging import Stage
    from tests.window.session import Session

    code = 0
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "demo.pillarbox")
        if any(arguments.only in state.name for state in (FIRST_RUN, *STATES)):
            with Stage(open_file, path, seed=7, seconds=None) as stage:
                code = Session(stage.open, path, arguments, SIZE).run()
    if arguments.large is not None and arguments.large.exists():
        Session(open_file, str(arguments.large), arguments, SIZE).run_large()
    return code


if __name__ == "__main__":
    sys.exit(main())
