"""A window that shows everything it makes late, run by itself: what did its threads load?

Tells the name of each module that another thread than the main one has loaded. Only a process
that begins with nothing loaded can tell.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QTimer

from pillarbox.cli.window import open_file
from pillarbox.root import open_engine
from pillarbox_ui.application import make_application, run_window
from pillarbox_ui.main_window import MainWindow
from pillarbox_ui.widgets.later import Later

LOOK_MS = 20
PLACES = ("overview", "queue:mail", "retrying", "in-flight", "workers", "handlers")


def note(event: str, arguments: tuple[object, ...]) -> None:
    """Tell a module that is about to be loaded by a thread."""
    if event == "import" and threading.current_thread() is not threading.main_thread():
        print(arguments[0], flush=True)


class Tour:
    """Goes from place to place, each once what it makes late is there; then closes the window."""

    def __init__(self) -> None:
        self._application = make_application()
        self._places: Iterator[str] = iter(PLACES)
        self._timer = QTimer(self._application, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        window = next(
            (one for one in self._application.topLevelWidgets() if isinstance(one, MainWindow)),
            None,
        )
        if window is not None and window.situation() is not None and _is_whole(window):
            self._go_on(window)

    def _go_on(self, window: MainWindow) -> None:
        place = next(self._places, None)
        if place is None:
            self._timer.stop()
            window.close()
            return
        window.go(place)
        if place == "queue:mail":
            window.inspect("1")


def _is_whole(window: MainWindow) -> bool:
    return all(late.is_made for late in window.findChildren(Later) if late.isVisible())


def main() -> int:
    sys.addaudithook(note)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.pillarbox"
        with open_engine(str(path)) as engine:
            engine.queue("mail").enqueue({"n": 1})
        tour = Tour()
        code = run_window(open_engine=open_file, path=str(path))
        assert tour is not None
        return code


if __name__ == "__main__":
    raise SystemExit(main())
