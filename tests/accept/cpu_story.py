"""A window whose process also runs jobs that compute, and jobs that do not.

Usage: python -m tests.accept.cpu_story QUEUE_FILE none|thread|process SECONDS

Tells one line of JSON: `lag`, how late (p99, in ms) a 16 ms timer of the window's main thread came
while only the computing queue ran; `busy_lag`, the same while the other queue was drained at full
rate as well; `drained`, jobs a second of that; and `computed`, jobs of the computing queue.
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from pillarbox.bench.programs.watched_window import Lag, Opener
from pillarbox.bench.spreads import percentile
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.routing import Handler
from pillarbox_engine.worker import Worker
from pillarbox_ui.application import make_application, run_window

STEPS = 4_000_000
SETTLE_MS = 1_500
LOOK_MS = 20


def compute(job: JobContext) -> int:
    """Some 0.2 s of plain Python."""
    total = 0
    for number in range(STEPS):
        total += number * number
    return total


def nothing(_job: JobContext) -> None:
    """A job of the other queue."""


class Watcher(QObject):
    """Starts the workers once the window shows the file, and measures for some seconds."""

    def __init__(
        self, application: QApplication, opener: Opener, isolation: str, seconds: float
    ) -> None:
        super().__init__(application)
        self._opener, self._isolation, self._seconds = opener, isolation, seconds
        self._lag, self._workers = Lag(self), list[Worker]()
        self._told = dict[str, float]()
        self._before, self._started = 0, 0.0
        self._looks = QTimer(self, interval=LOOK_MS)
        self._looks.timeout.connect(self._look)
        self._looks.start()

    def _engine(self) -> Engine:
        assert self._opener.engine is not None
        return self._opener.engine

    def _look(self) -> None:
        windows = QApplication.topLevelWidgets()
        if any(getattr(window, "situation", lambda: None)() is not None for window in windows):
            self._looks.stop()
            self._work()
            QTimer.singleShot(SETTLE_MS, self._begin)

    def _work(self) -> None:
        if self._isolation != "none":
            self._serve("cpu", compute, 1, self._isolation)

    def _serve(self, queue: str, handler: Handler, threads: int, isolation: str) -> None:
        worker = (
            self._engine().queue(queue).worker(handler, concurrency=threads, isolation=isolation)
        )
        self._workers.append(worker.start())

    def _total(self, queue: str) -> int:
        return self._engine().queue(queue).counts().done_total

    def _begin(self) -> None:
        self._lag.start()
        QTimer.singleShot(round(self._seconds * 1_000), self._drain)

    def _drain(self) -> None:
        self._told["lag"] = percentile(self._lag.late, 99)
        self._serve("other", nothing, 4, "thread")
        QTimer.singleShot(SETTLE_MS, self._begin_busy)

    def _begin_busy(self) -> None:
        self._lag.late.clear()
        self._before, self._started = self._total("other"), time.perf_counter()
        QTimer.singleShot(round(self._seconds * 1_000), self._finish)

    def _finish(self) -> None:
        spent = time.perf_counter() - self._started
        self._told |= {
            "busy_lag": percentile(self._lag.late, 99),
            "drained": (self._total("other") - self._before) / spent,
            "computed": self._total("cpu"),
        }
        print(json.dumps(self._told), flush=True)


def main(path: str, isolation: str, seconds: float) -> int:
    """Show the window until the process is ended from outside."""
    opener = Opener()
    watcher = Watcher(make_application(), opener, isolation, seconds)
    code = run_window(open_engine=opener, path=path)
    watcher.deleteLater()
    return code


if __name__ == "__main__":
    # Under its own name, since the computing handler is imported by another process.
    from tests.accept import cpu_story

    raise SystemExit(cpu_story.main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
