"""Whether the file that is open is still where it was opened.

Owns noticing that it was moved, deleted or put in the place of another one: SQLite would go on
with what it has open, and its WAL would stay behind at the old name.
"""

from __future__ import annotations

import os
from pathlib import Path

from pillarbox_engine.clock import Clock, seconds_to_us
from pillarbox_engine.errors import FileUnusable

PAUSE_US = seconds_to_us(0.25)
"""How often it is looked at: each look gives up the GIL, which beside busy threads costs more than
a commit may."""


class Whereabouts:
    """Of one file, from now on."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._own = _identity(path)
        self._fault: FileUnusable | None = None
        self._look_at_us = 0

    def require(self) -> None:
        """`FileUnusable` while it is not there; when it was put back all goes on."""
        now_us = self._clock.monotonic_us()
        if now_us >= self._look_at_us:
            self._look_at_us = now_us + PAUSE_US
            self._fault = self._look()
        if self._fault is not None:
            raise type(self._fault)(*self._fault.args)

    def _look(self) -> FileUnusable | None:
        title = f"{self._path} cannot be used any more"
        try:
            found = _identity(self._path)
        except OSError as error:
            reason = f"it cannot be reached: {error.strerror or error}"
            return FileUnusable(title, reason, "Make it reachable again, or close it")
        if found == self._own:
            return None
        if found is None:
            return FileUnusable(
                title, "it was moved or deleted while it was open", "Put it back, or close it"
            )
        return FileUnusable(
            title, "another file has taken its place while it was open",
            "Put the first one back, or close it and open this one",
        )  # fmt: skip


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
