"""Alarms while nobody sees the window: looked at only after changes, and seldom.

Owns the thread that does it. A hidden window reads nothing else, and where nothing changes it
reads nothing at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

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
    """`found(tuple[Alarm, ...])` on the main thread: the open alarms, from `begin` to `end`.

    Nothing here waits on the main thread but `wait`: a look at a busy file takes its time.
    """

    found = Signal(object)
    _seen = Signal(object)

    def __init__(self, *, pause: float = PAUSE, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pause = pause
        self._backend: Alarming | None = None
        self._round: _Round | None = None
        self._ending: list[_Round] = []
        self._wanted = self._closed = False
        self._seen.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def attach(self, backend: Alarming) -> None:
        """The store is open: look at it, if that is wanted."""
        self._backend = backend
        if self._wanted:
            self.begin()

    def begin(self) -> None:
        """Look from now on. Does nothing where it does already, or was closed."""
        self._wanted = not self._closed
        if self._wanted and self._backend is not None and self._round is None:
            self._round = _Round(self._backend, self._pause, self._seen.emit)
            self._round.start()

    def end(self) -> None:
        """Look no more; a look under way tells nobody."""
        self._wanted = False
        if self._round is not None:
            self._round.end()
            self._ending = [one for one in self._ending if one.is_alive()] + [self._round]
            self._round = None

    def close(self) -> None:
        """End for good: the store is about to be closed, after `wait`."""
        self._closed = True
        self.end()

    def wait(self) -> None:
        """After `close`: return when no look is under way any more."""
        for one in self._ending:
            one.join()

    @Slot(object)
    def _tell(self, alarms: tuple[Alarm, ...]) -> None:
        if self._wanted:
            self.found.emit(alarms)


class _Round(threading.Thread):
    """The looks from one `begin` to its `end`."""

    def __init__(self, backend: Alarming, pause: float, tell: Callable[[object], None]) -> None:
        super().__init__(name="pillarbox-alarms")
        self._backend, self._pause, self._told = backend, pause, tell
        self._changed = threading.Event()
        self._over = threading.Event()

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self._changed.set()

    def run(self) -> None:
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
        self._told(tuple(alarm for alarm in alarms if alarm.is_open))
