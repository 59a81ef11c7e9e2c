"""Work a dialog does off the main thread that touches no queue: checking text, scanning files.

Owns `Task`: one thread, progress at most ten times a second, cancel, and one answer by signal.
What writes to a queue goes through `operations` instead, where it can be seen and undone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from pillarbox_engine.errors import PillarboxError
from pillarbox_ui.dialogs.courtesy import Courtesy

EVERY = 0.1
"""Seconds between two reports of progress: ten a second, so that drawing never falls behind."""


class Reports:
    """What running work tells with and asks: `tell(progress)`, and `cancelled` to stop."""

    def __init__(self, emit: Callable[[object], None], rest: Callable[[], None]) -> None:
        self._emit, self._rest = emit, rest
        self._stop = threading.Event()
        self._last = time.monotonic()

    def tell(self, progress: object) -> None:
        """Report `progress`, unless the last report was only just sent."""
        now = time.monotonic()
        if now - self._last >= EVERY:
            self._last = now
            self._emit(progress)

    def checkpoint(self) -> bool:
        """Step aside while the main thread is busy; then whether the work should stop."""
        self._rest()
        return self.cancelled

    @property
    def cancelled(self) -> bool:
        """Whether the work should stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._stop.set()


class Task(QObject):
    """One piece of work on a thread of its own; its signals arrive on the main thread.

    After `cancel` nothing more is signalled, so a late answer never reaches a closed dialog. It
    belongs to the application until its thread has answered: closing a dialog waits for nothing.
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    _told = Signal(object)
    _answered = Signal(object, object)

    def __init__(self, work: Callable[[Reports], Any]) -> None:
        super().__init__(QCoreApplication.instance())
        self._work = work
        self._courtesy = Courtesy(self)
        self._reports = Reports(self._told.emit, self._courtesy.rest)
        self._told.connect(self._on_told)
        self._answered.connect(self._on_answered)
        self._thread = threading.Thread(target=self._run, name="pillarbox-dialog", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """Stop as soon as the work looks; no signal follows."""
        self._reports.cancel()

    def wait(self) -> None:
        """Return when the thread has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            answer, error = self._work(self._reports), None
        except (PillarboxError, OSError) as failure:
            answer, error = None, failure
        self._answered.emit(answer, error)

    @Slot(object)
    def _on_told(self, progress: object) -> None:
        if not self._reports.cancelled:
            self.progressed.emit(progress)

    @Slot(object, object)
    def _on_answered(self, answer: object, error: Exception | None) -> None:
        if not self._reports.cancelled:
            if error is not None:
                self.failed.emit(error)
            else:
                self.finished.emit(answer)
        self.deleteLater()
