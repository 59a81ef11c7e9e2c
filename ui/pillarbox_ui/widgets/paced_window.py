"""A window whose parts may paint themselves in several goes.

Owns telling when that is so. An update of what is on the screen may be half done, since the next
one follows at once; a picture of the window (`grab`) has to be whole, and Qt's paint event does
not tell the two apart.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QMainWindow, QWidget


class PacedWindow(QMainWindow):
    """`updating` while what is painted goes to the screen and is followed by further updates."""

    updating = False

    def event(self, event: QEvent) -> bool:
        """Qt paints all that is to be painted anew while it handles `UpdateRequest`."""
        if event.type() is not QEvent.Type.UpdateRequest:
            return super().event(event)
        self.updating = True
        try:
            return super().event(event)
        finally:
            self.updating = False


def is_updating(part: QWidget) -> bool:
    """Whether `part` may leave some of its painting to the next update."""
    window = part.window()
    return isinstance(window, PacedWindow) and window.updating
