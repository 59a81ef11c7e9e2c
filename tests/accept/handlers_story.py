"""Handlers that misbehave, and the file that binds them."""

from __future__ import annotations

from pathlib import Path

HANDLERS_FILE = """
[handlers.fine]
python = "misbehaving:fine"

[handlers.raises]
python = "misbehaving:raises"

[handlers.hangs]
python = "misbehaving:hangs"
timeout = 0.5

[handlers.exits]
python = "misbehaving:exits"
"""

MODULE = '''
"""Handlers that misbehave, each in its own way."""

import os
import threading


def fine(job):
    job.progress(100)
    return {"attempt": job.attempt}


def raises(job):
    raise ValueError(f"cannot do job {job.id}")


def hangs(job):
    threading.Event().wait(3.0)


def exits(job):
    os._exit(17)
'''


def write(folder: Path) -> Path:
    """Write the handlers file and its module; the file's path."""
    (folder / "misbehaving.py").write_text(MODULE)
    handlers = folder / "handlers.toml"
    handlers.write_text(HANDLERS_FILE)
    return handlers
