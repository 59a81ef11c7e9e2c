"""Where files live on this machine: the queue file, the demo's file, and the log.

Owns the order in which a queue file is chosen: the command line, the environment, then the
user's data folder.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from pathlib import Path

from pillarbox_engine.errors import ReadOnlyFile

APP = "pillarbox"
FILE_VARIABLE = "PILLARBOX_FILE"
QUEUE_FILE = "jobs.pillarbox"
DEMO_FILE = "demo.pillarbox"


def queue_file(chosen: str | None = None, environ: Mapping[str, str] = os.environ) -> str:
    """The queue file to use: `chosen`, else `PILLARBOX_FILE`, else the user's own.

    The folder of the user's own file is made at need. Raises `ReadOnlyFile` if it cannot be.
    """
    return chosen or environ.get(FILE_VARIABLE) or str(_data_folder() / QUEUE_FILE)


def demo_file(chosen: str | None = None) -> str:
    """The demo's file: `chosen`, else one of its own beside the user's queue file."""
    return chosen or str(_data_folder() / DEMO_FILE)


def log_folder() -> Path:
    """Where logs of unexpected errors go. It may not exist yet."""
    from platformdirs import user_log_path

    return user_log_path(APP, appauthor=False)


def instance_socket(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the running window of this person, on this display, listens for further starts."""
    from platformdirs import user_cache_path

    shown_on = environ.get("WAYLAND_DISPLAY", "") + "|" + environ.get("DISPLAY", "")
    runtime = environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime, APP) if runtime else user_cache_path(APP, appauthor=False)
    return folder / f"window-{zlib.crc32(shown_on.encode(errors='surrogateescape')):08x}"


def _data_folder() -> Path:
    from platformdirs import user_data_path

    folder = user_data_path(APP, appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ReadOnlyFile(
            f"Cannot make the folder {folder}",
            error.strerror or str(error),
            f"Choose a queue file with --file PATH or {FILE_VARIABLE}",
        ) from error
    return folder
