"""One operation that runs, or ran: what the bottom dock lists and the Undo bar offers.

Owns `RunningOperation`, its phases and `Undo`. It lives on the main thread; the thread that works
reaches it by queued signals only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from pillarbox_engine.errors import PillarboxError
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.progress import Cancelled, Progress

Work = Callable[[WindowBackend, Progress], Any]
"""What runs on a pool thread: it may block, reports progress and checks for cancel."""


class Phase(StrEnum):
    """Where an operation is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Undo:
    """How to take an operation back: the title of that, and its work."""

    title: str
    work: Work


class RunningOperation(QObject):
    """A handle on one operation. Signals come on the main thread.

    `progressed(done, total)` comes at most once per turn of the event loop; then exactly one of
    `finished(result)` and `failed(PillarboxError)` (a `Cancelled` when the person stopped it),
    and after it `settled()`.
    """

    progressed = Signal(int, int)
    finished = Signal(object)
    failed = Signal(object)
    settled = Signal()
    _moved = Signal()
    _ended = Signal(object, object)

    def __init__(self, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.phase = Phase.RUNNING
        self.started_at = datetime.now(UTC)
        self.ended_at: datetime | None = None
        self.figures = (0, 0)
        self.result: Any = None
        self.error: PillarboxError | None = None
        self.said = ""
        self.undo: Undo | None = None
        self.progress = Progress(self._moved.emit)
        self._moved.connect(self._take_progress, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._take_end, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask it to stop; what was done until then stays done."""
        self.progress.cancel()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.phase is Phase.RUNNING

    def end(self, result: object, error: PillarboxError | None) -> None:
        """Called by the thread that worked, once: how it went."""
        self._ended.emit(result, error)

    @Slot()
    def _take_progress(self) -> None:
        self.figures = self.progress.take()
        self.progressed.emit(*self.figures)

    @Slot(object, object)
    def _take_end(self, result: object, error: PillarboxError | None) -> None:
        self._take_progress()
        self.ended_at = datetime.now(UTC)
        self.result, self.error = result, error
        self.phase = _phase(error)
        if error is None:
            self.finished.emit(result)
        else:
            self.failed.emit(error)
        self.settled.emit()


def _phase(error: PillarboxError | None) -> Phase:
    if error is None:
        return Phase.DONE
    return Phase.CANCELLED if isinstance(error, Cancelled) else Phase.FAILED
