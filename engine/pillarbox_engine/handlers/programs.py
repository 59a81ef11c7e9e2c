"""Which program a command means, and the environment it gets.

Owns the look-up, once, at start: what the search path says later changes nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import printable

INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""What a command gets of the environment of Pillarbox; the rest may hold secrets of others."""


def located(program: str, folder: Path) -> str:
    """The path of `program`: beside the handlers file where it has a slash, else by PATH.

    Raises `InvalidOption` where there is none, or none that may be run.
    """
    if os.name != "posix":
        raise InvalidOption(
            "Commands cannot be run on this system", "they need process groups as Unix has them",
            "Use a Python function that starts the program",
        )  # fmt: skip
    if "/" in program:
        return _beside(program, folder)
    found = shutil.which(program)
    if found is None:
        raise InvalidOption(
            f"There is no program {printable(program)}", "no folder of PATH has it",
            "Install it, mend its name, or give its path",
        )  # fmt: skip
    return str(Path(found).absolute())


def _beside(program: str, folder: Path) -> str:
    path = folder / program
    if not path.is_file():
        raise InvalidOption(f"There is no program {printable(str(path), 200)}", "", "Mend the path")
    if not os.access(path, os.X_OK):
        raise InvalidOption(
            f"{printable(str(path), 200)} may not be run", "its mode does not allow it",
            "Run chmod +x on it",
        )  # fmt: skip
    return str(path)


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """What every run of a command gets: a little of ours, and what the file gives it."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, **own}


def about(job: JobContext) -> dict[str, str]:
    """What one run is told of its job."""
    return {
        "PILLARBOX_JOB_ID": job.id,
        "PILLARBOX_JOB_TYPE": job.type,
        "PILLARBOX_QUEUE": job.queue,
        "PILLARBOX_ATTEMPT": str(job.attempt),
    }
