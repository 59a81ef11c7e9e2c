"""Tells this process that another one has committed, without polling where the system can.

Owns `FILE.d/doorbell`: whoever commits writes a byte to it *after* COMMIT, and a thread in every
process waits for that by inotify (Linux; inotify(7)). Elsewhere, and for writers that do not
ring, it looks at SQLite's `data_version` now and then. The `-wal` file is never watched: its
event comes before the commit.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import logging
import os
import select
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from pillarbox_engine.errors import PillarboxError

_LOG = logging.getLogger("pillarbox.doorbell")

_IN_MODIFY = 0x2
_IN_CLOEXEC = 0o2000000
_BUFFER = 4_096
SLOW_POLL = 5.0
"""Seconds between looks for commits of writers that do not ring, where bells are heard."""
FAST_POLL = 0.1


class Doorbell:
    """Rings after our commits; calls `heard` on its own thread after anybody's."""

    def __init__(self, side: Path, heard: Callable[[], None], version: Callable[[], int]) -> None:
        self._path = side / "doorbell"
        self._heard, self._version = heard, version
        self._last = version()
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        self._stop_read, self._stop_write = os.pipe()
        self._watch = _inotify(self._path)
        self._thread = threading.Thread(target=self._listen, name="pillarbox-doorbell", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Say that something was committed."""
        os.pwrite(self._descriptor, b"\a", 0)

    def _listen(self) -> None:
        sources = [self._stop_read] if self._watch is None else [self._stop_read, self._watch]
        pause = FAST_POLL if self._watch is None else SLOW_POLL
        while True:
            ready, _, _ = select.select(sources, [], [], pause)
            if self._stop_read in ready:
                return
            if ready:
                os.read(sources[-1], _BUFFER)
            self._look()

    def _look(self) -> None:
        """Call `heard` where another process committed; what cannot be read now may be later."""
        try:
            version = self._version()
            if version != self._last:
                self._last = version
                self._heard()
        except PillarboxError as error:
            _LOG.warning("the file could not be looked at: %s", error)

    def close(self) -> None:
        """Stop listening."""
        os.write(self._stop_write, b"x")
        if self._thread is not threading.current_thread():
            self._thread.join()
        for descriptor in (self._descriptor, self._stop_read, self._stop_write, self._watch):
            if descriptor is not None:
                os.close(descriptor)


def _inotify(path: Path) -> int | None:
    """A descriptor that becomes readable when `path` is written; None where there is no inotify."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    descriptor = int(library.inotify_init1(_IN_CLOEXEC))
    if descriptor < 0:
        return None
    if library.inotify_add_watch(descriptor, os.fsencode(path), ctypes.c_uint32(_IN_MODIFY)) < 0:
        os.close(descriptor)
        return None
    return descriptor
