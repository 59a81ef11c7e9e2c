"""The window in a process of its own, telling when it was there and what it bears.

Tells `painted_ns` (after the first paint) and `filled_ns` (once it shows the file), both
monotonic. Then, by its mode: `idle` tells `idle_cpu` and `memory`; `drain` runs the file's jobs in
this process and tells `lag_p99` and `lag_max`, how late in ms a 16 ms timer came, and `drained`,
jobs a second; `use` does so while a person uses everything once.

Usage: watched_window.py QUEUE_FILE start|idle|drain|use SECONDS; with `use`, SECONDS lie between
two acts of that person.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from pillarbox.bench.draining import nothing
from pillarbox.bench.programs.telling import memory, tell
from pillarbox.bench.spreads import percentile
from pillarbox.cli.window import open_file
from pillarbox_engine.engine import Engine
from pillarbox_engine.worker import Worker
from pillarbox_ui.application import make_application, run_window
from pillarbox_ui.main_window import MainWindow

TICK_MS = 16
LOOK_MS = 20
SETTLE_MS = 2_000
WORKERS = 4


class Opener:
    """Opens the file for the window, and keeps the engine for the worker."""

    def __init__(self) -> None:
        self.engine: Engine | None = None

    def __call__(self, path: str, *, accept_copy: bool = False, read_only: bool = False) -> Engine:
        self.engine = open_file(path, accept_copy=accept_copy)
        return self.engine


class Lag(QObject):
    """How late each tick of a precise timer came, in ms."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin to watch."""
        self._last = time.perf_counter()
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, (now - self._last) * 1_000 - TICK_MS))
        self._last = now


class Watcher(QObject):
    """Waits for the first paint and the first picture, then does what the mode says."""

    def __init__(
        self, application: QApplication, opener: Opener, mode: str, seconds: float
    ) -> None:
        super().__init__(application)
        self._application, self._opener = application, opener
        self._mode, self._seconds = mode, seconds
        self._lag = Lag(self)
        self._worker: Worker | None = None
        self._window: MainWindow | None = None
        self._done_before = 0
        self._started = self._used = 0.0
        self._looks = QTimer(self, interval=LOOK_MS)
        self._looks.timeout.connect(self._look)
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and isinstance(watched, MainWindow):
            self._application.removeEventFilter(self)
            QTimer.singleShot(0, self._painted)
        return False

    def _painted(self) -> None:
        tell("painted_ns", time.monotonic_ns())
        self._looks.start()

    def _look(self) -> None:
        windows = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        self._window = next((one for one in windows if one.situation() is not None), None)
        if self._window is not None:
            self._looks.stop()
            tell("filled_ns", time.monotonic_ns())
            QTimer.singleShot(SETTLE_MS, self._begin)

    def _begin(self) -> None:
        self._started, self._used = time.perf_counter(), time.process_time()
        if self._mode in ("drain", "use") and self._opener.engine is not None:
            queue = self._opener.engine.queue("bench")
            self._done_before = queue.counts().done_total
            self._worker = queue.worker(nothing, concurrency=WORKERS).start()
            self._lag.start()
        if self._mode == "use" and self._window is not None:
            self._play(self._window)
        else:
            QTimer.singleShot(round(self._seconds * 1_000), self._finish)

    def _play(self, window: MainWindow) -> None:
        from pillarbox.bench.programs.person import Person

        person = Person(window, round(self._seconds * 1_000))
        person.done.connect(self._finish)
        person.begin()

    @Slot()
    def _finish(self) -> None:
        spent = time.perf_counter() - self._started
        if self._mode in ("drain", "use"):
            self._tell_lag(spent)
        else:
            tell("idle_cpu", 100 * (time.process_time() - self._used) / spent)
            tell("memory", memory())

    def _tell_lag(self, spent: float) -> None:
        late = list(self._lag.late)
        engine: Any = self._opener.engine
        tell("lag_p99", percentile(late, 99))
        tell("lag_max", max(late))
        tell("drained", (engine.queue("bench").counts().done_total - self._done_before) / spent)


def main(path: str, mode: str, seconds: float) -> int:
    """Show the window until the process is ended from outside."""
    opener = Opener()
    watcher = Watcher(make_application(), opener, mode, seconds)
    code = run_window(open_engine=opener, path=path)
    watcher.deleteLater()
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
