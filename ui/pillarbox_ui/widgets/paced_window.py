"""A window whose parts paint themselves in several goes, so that it answers in between.

Owns how long one update of the screen may take, and telling its parts what is left of it. An update
may be half done, since the next one follows at once; a picture of the window (`grab`) has to be
whole, and Qt's paint event does not tell the two apart.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from time import perf_counter

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QMainWindow, QWidget

UPDATE_S = 0.008
"""Half of a frame: the other half is for what was pressed and for what came."""

WHOLE = float("inf")
"""What is left where all has to be painted."""


class PacedWindow(QMainWindow):
    """As long as an update lasts, `first` is entered. `ends_at`: when it should, by
    `perf_counter`; far away while there is none."""

    def __init__(self, first: AbstractContextManager[None] | None = None) -> None:
        super().__init__()
        self.ends_at = WHOLE
        self._first = first or nullcontext()

    def event(self, event: QEvent) -> bool:
        """Qt paints all that is to be painted anew while it handles `UpdateRequest`."""
        if event.type() is not QEvent.Type.UpdateRequest:
            return super().event(event)
        self.ends_at = perf_counter() + UPDATE_S
        try:
            with self._first:
                return super().event(event)
        finally:
            self.ends_at = WHOLE


def time_left(part: QWidget) -> float:
    """Seconds `part` may still paint now; what is not done by then it leaves to the next update.

    Whoever asks first has some, so each update brings the whole nearer.
    """
    window = part.window()
    return window.ends_at - perf_counter() if isinstance(window, PacedWindow) else WHOLE
