"""Work for the main thread that is cut into turns, with room for input and paints between.

Owns the order and the pause. Drawing two graphs and a table in one turn of the event loop is what
one feels while workers hold the interpreter: each then takes twice its time, and they add up.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

PAUSE_MS = 40
"""More than two frames: what the turn before has changed is painted in it."""


class InTurn(QObject):
    """Does what it is handed, one thing at a time, `PAUSE_MS` apart, in the order of first asking.

    Something handed under a name that still waits takes the place of what waited.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: dict[str, Callable[[], object]] = {}
        self._next = QTimer(self, interval=PAUSE_MS)
        self._next.timeout.connect(self._do_one)

    def put(self, name: str, do: Callable[[], object]) -> None:
        """Have `do` done in a turn of its own."""
        self._waiting[name] = do
        if not self._next.isActive():
            self._next.start()

    @Slot()
    def _do_one(self) -> None:
        name = next(iter(self._waiting))
        do = self._waiting.pop(name)
        if not self._waiting:
            self._next.stop()
        do()
