"""The window goes first: while it paints or shows what was read, workers here stand back.

Owns `Precedence`. Beside busy workers each call of a repaint waits for its turn at the interpreter.
The event loop's own `awake` and `aboutToBlock` do not tell when it works: on GLib both come
outside of the handling. So the few places where the main thread works for milliseconds say so.
"""

from __future__ import annotations

import threading
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QEvent, QObject

PATIENCE = 0.1
"""Seconds a worker stands back at most, so that a window that is always busy does not stop it."""

_OVER = QEvent.Type(QEvent.registerEventType())
_AFTER_REPAINTS = -2
"""A priority below that of Qt's repaints, which are posted at -1."""


class Precedence(QObject):
    """`with precedence:` on the main thread, as deep as one likes; `wait` on the workers'."""

    def __init__(self) -> None:
        super().__init__()
        self._free = threading.Event()
        self._free.set()
        self._depth = 0
        self._held = False

    @property
    def is_held(self) -> bool:
        """Whether workers stand back now."""
        return self._depth > 0

    def hold(self) -> None:
        """From now until all that follows from what is done now is laid out and painted."""
        if not self._held:
            self._held = True
            self.__enter__()
            QCoreApplication.postEvent(self, QEvent(_OVER), _AFTER_REPAINTS)

    def event(self, event: QEvent) -> bool:
        """Nothing that was asked for before is left."""
        if event.type() != _OVER:
            return super().event(event)
        self._held = False
        self.__exit__(None, None, None)
        return True

    def __enter__(self) -> None:
        self._depth += 1
        self._free.clear()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if not self._depth:
            self._free.set()

    def wait(self) -> None:
        """Return once the window is through, after `PATIENCE` seconds at the latest."""
        self._free.wait(PATIENCE)
