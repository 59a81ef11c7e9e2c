"""Alarms while nobody sees the window: looked at only after changes, and seldom.

Owns the thread that does it. A hidden window reads nothing else, and where nothing changes it
reads nothing at all.
"""

from __future__ import annotations

import threading
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from pillarbox_engine.alarms import Alarm
from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.protocols import Change, Changes

PAUSE = 5.0
"""Seconds between two looks at least."""


class Alarming(Changes, Protocol):
    """What the watch needs of a store."""

    def alarms(self, limit: int = 100) -> tuple[Alarm, ...]:
        """The alarms kept, open ones first."""


class AlarmWatch(QObject):
    """`found(tuple[Alarm, ...])` on the main thread: the open alarms, from `begin` to `end`."""

    found = Signal(object)
    _seen = Signal(object)

    def __init__(
        self, backend: Alarming, *, pause: float = PAUSE, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._backend, self._pause = backend, pause
        self._changed = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._seen.connect(self.found, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> None:
        """Look from now on. Does nothing where it does already, or was closed."""
        if self._thread is None and not self._closed:
            self._over.clear()
            self._changed.clear()
            self._thread = threading.Thread(target=self._run, name="pillarbox-alarms")
            self._thread.start()

    def end(self) -> None:
        """Look no more, and wait until a look under way is over."""
        if self._thread is not None:
            self._over.set()
            self._changed.set()
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        """End for good: the store is about to be closed."""
        self._closed = True
        self.end()

    def _run(self) -> None:
        unsubscribe = self._backend.subscribe(self._hint)
        try:
            while not self._over.wait(self._pause):
                self._changed.wait()
                if not self._over.is_set():
                    self._look()
        finally:
            unsubscribe()

    def _hint(self, change: Change) -> None:
        self._changed.set()

    def _look(self) -> None:
        self._changed.clear()
        try:
            alarms = self._backend.alarms()
        except PillarboxError:
            return  # the window says what is wrong with the store as soon as it is seen again
        self._seen.emit(tuple(alarm for alarm in alarms if alarm.is_open))
