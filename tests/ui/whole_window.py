"""A window that shows everything it makes late, run by itself: what did its threads load, and what
of Qt's would the collector let go of?

Tells `loaded NAME` of each module that another thread than the main one has loaded, `shown NAME` of
each dialog, and `garbage NAME` of each class of which an object of Qt's lived and only the
collector could reach it. Only a process that begins with nothing loaded can tell.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from pillarbox.cli.window import open_file
from pillarbox.root import open_engine
from pillarbox_ui.application import make_application, run_window
from pillarbox_ui.main_window import MainWindow
from pillarbox_ui.widgets.later import Later

LOOK_MS = 20
PLACES = ("overview", "queue:mail", "retrying", "in-flight", "workers", "handlers")
DIALOGS = ("new", "import", "queue-settings", "palette", "shortcuts")


def note(event: str, arguments: tuple[object, ...]) -> None:
    """Tell a module that is about to be loaded by a thread."""
    if event == "import" and threading.current_thread() is not threading.main_thread():
        print(f"loaded {arguments[0]}", flush=True)


def tell_garbage() -> None:
    """Tell what was found by now. The collector runs in whichever thread allocates, so an object
    of Qt's that it lets go of would end in any of them."""
    gc.collect()
    for kind in {type(one) for one in gc.garbage if isinstance(one, QObject) and isValid(one)}:
        print(f"garbage {kind.__qualname__}", flush=True)


class Tour:
    """Goes from place to place, each once what it makes late is there, opens and closes dialogs;
    then closes the window."""

    def __init__(self) -> None:
        self._application = make_application()
        self._steps = self._walk()
        self._timer = QTimer(self._application, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        windows = self._application.topLevelWidgets()
        window = next((one for one in windows if isinstance(one, MainWindow)), None)
        if window is None or window.situation() is None or not _is_whole(window):
            return
        self._window = window
        if next(self._steps, None) is None:
            self._timer.stop()
            tell_garbage()
            window.close()

    def _walk(self) -> Iterator[str]:
        for place in PLACES:
            self._window.go(place)
            yield place
        self._window.go("queue:mail")
        self._window.inspect("1")
        yield "a job"
        for name in DIALOGS:
            self._window.ask(name)
            yield name
            dialog = self._application.activeModalWidget()
            if dialog is not None:
                print(f"shown {name}", flush=True)
                dialog.close()
            yield f"no {name}"


def _is_whole(window: MainWindow) -> bool:
    return all(late.is_made for late in window.findChildren(Later) if late.isVisible())


def main() -> int:
    sys.addaudithook(note)
    gc.set_debug(gc.DEBUG_SAVEALL)  # what is found stays as it was found
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
