"""The handlers file of one window, and what the person allowed of it.

Owns the choice of the file, its reading (which imports and runs nothing), the approval of exactly
one text of it, and the starting and stopping of workers. The choice and the approval are remembered
for the queue file; neither starts anything by itself the next time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from pillarbox_engine.errors import PillarboxError
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.handling.status import Status
from pillarbox_ui.handling.workshop import Workshop
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Progress
from pillarbox_ui.remembered import Remembered
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.widgets.words import tr

if TYPE_CHECKING:
    from pillarbox_engine.handlers import Inspected, Trial

FILE, APPROVED = "handlers/file", "handlers/approved"
"""What is remembered: the path, and the digest that was approved."""
_SETTLE_MS = 150
"""How long an editor has to finish writing the file."""


class Handling(QObject):
    """`changed` whenever `status` is another one. Lives on the main thread."""

    changed = Signal()

    def __init__(
        self, operations: Operations, remembered: Remembered, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._operations, self._remembered = operations, remembered
        self._workshop: Workshop | None = None
        self._is_open = False
        self._trial: Progress | None = None
        self._served: frozenset[str] = frozenset()
        self._watcher: QFileSystemWatcher | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._soon.timeout.connect(self.read)
        self.status = Status(path=remembered.text(FILE))

    def attach(self, workshop: Workshop | None) -> None:
        """The store is open; None: workers cannot be run on it."""
        self._workshop, self._is_open = workshop, True
        self._become(can_run=workshop is not None)
        self.read()

    def choose(self, path: str) -> None:
        """Use the file at `path` from now on; "" is nothing chosen."""
        if not path:
            return
        path = os.path.abspath(path)
        self._remembered.keep(FILE, path)
        self._become(path=path, file=None, fault=None, approved=False)
        self.read()

    @Slot()
    def read(self) -> None:
        """Read the file as it is now."""
        path = self.status.path
        if not (path and self._is_open):
            return

        def work(backend: WindowBackend, progress: Progress) -> Inspected:
            from pillarbox_engine.handlers import inspect

            return inspect(path)

        question = self._operations.ask(tr("Read {0}").format(path), work)
        question.finished.connect(lambda file: self._show(path, file, None))
        question.failed.connect(lambda error: self._show(path, None, error))

    def _show(self, path: str, file: Inspected | None, fault: PillarboxError | None) -> None:
        if path != self.status.path:  # another one was chosen meanwhile
            return
        approved = file is not None and file.digest == self._remembered.text(APPROVED)
        self._watch(path)
        self._become(file=file, fault=fault, approved=approved)

    def approve(self) -> None:
        """Allow exactly the text that is shown to be run."""
        if self.status.may_approve and self.status.file is not None:
            self._remembered.keep(APPROVED, self.status.file.digest)
            self._become(approved=True)

    def start_workers(self) -> None:
        """Run workers with the approved file; where its text has changed by now, do not."""
        workshop, file = self._workshop, self.status.file
        if workshop is None or file is None or not self.status.may_start:
            return

        def work(backend: WindowBackend, progress: Progress) -> str:
            workshop.start(file)
            return file.digest

        self._become(busy=True, fault=None)
        self._served = frozenset()
        operation = self._operations.ask(tr("Start workers"), work)
        operation.finished.connect(lambda digest: self._become(running=digest))
        operation.failed.connect(lambda error: self._become(fault=error))
        operation.settled.connect(lambda: self._become(busy=False))

    def stop_workers(self) -> None:
        """Let what runs finish and end the workers."""
        workshop = self._workshop
        if workshop is None or not self.status.running or self.status.busy:
            return

        def work(backend: WindowBackend, progress: Progress) -> None:
            workshop.stop()

        self._become(busy=True)
        operation = self._operations.ask(tr("Stop workers"), work)
        operation.settled.connect(lambda: self._become(busy=False, running=""))

    def follow(self, queues: Sequence[str]) -> None:
        """Serve queues that came into being while workers run."""
        workshop, now = self._workshop, frozenset(queues)
        if workshop is None or not self.status.running or self.status.busy or now == self._served:
            return
        self._served = now

        def work(backend: WindowBackend, progress: Progress) -> None:
            workshop.follow(queues)

        self._operations.ask(tr("Serve new queues"), work)

    def run_once(
        self, type: str, payload_json: str, done: Callable[[Trial], None]
    ) -> RunningOperation | None:
        """Run one handler on a payload, touching no queue; None where that is not allowed."""
        workshop, file = self._workshop, self.status.file
        if workshop is None or file is None or not self.status.approved:
            return None

        def work(backend: WindowBackend, progress: Progress) -> Trial:
            return workshop.run_once(file, type, payload_json, lambda: progress.cancelled)

        operation = self._operations.ask(tr("Run {0} once").format(type), work, done=done)
        self._trial = operation.progress
        return operation

    def close(self) -> None:
        """The window closes: a handler that is being tried is asked to stop."""
        self._soon.stop()
        if self._trial is not None:
            self._trial.cancel()

    def _become(self, **changes: object) -> None:
        status = replace(self.status, **changes)  # type: ignore[arg-type]
        if status != self.status:
            self.status = status
            self.changed.emit()

    def _watch(self, path: str) -> None:
        """Hear of changes to the file; an editor that replaces it ends the watch, so anew."""
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self._soon.start)
        others = [one for one in self._watcher.files() if one != path]
        if others:
            self._watcher.removePaths(others)
        if path not in self._watcher.files() and os.path.exists(path):
            self._watcher.addPath(path)
