"""Every write of the window: off the main thread, with progress, cancel and undo.

Owns `Operations`, a small thread pool and the list of what runs and ran. A widget never calls the
backend: it starts an operation and hears of the result on the main thread.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from pillarbox_engine.errors import EnvironmentFault, PillarboxError
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.progress import Progress
from pillarbox_ui.running import Phase, RunningOperation, Undo, Work
from pillarbox_ui.unexpected import LOG, as_problem

T = TypeVar("T")

_THREADS = 3
_REMEMBERED = 200


class Operations(QObject):
    """Starts work on pool threads and keeps a list of it, newest first.

    Signals: `started(RunningOperation)`, `changed(RunningOperation)` whenever one moves or ends,
    `problem(RunningOperation)` when one failed for another reason than cancel, and
    `succeeded(RunningOperation)`.
    """

    started = Signal(object)
    changed = Signal(object)
    succeeded = Signal(object)
    problem = Signal(object)

    def __init__(self, backend: WindowBackend | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._backend = backend
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="pillarbox-operation")
        self._items: list[RunningOperation] = []

    def attach(self, backend: WindowBackend) -> None:
        """Work on `backend` from now on: the store was opened after the window."""
        self._backend = backend

    def start(
        self,
        title: str,
        work: Callable[[WindowBackend, Progress], T],
        *,
        done: Callable[[T], None] | None = None,
        undo: Callable[[T], Undo | None] | None = None,
        said: Callable[[T], str] | None = None,
    ) -> RunningOperation:
        """Run `work` on a pool thread and call `done` with its result on the main thread.

        `undo` makes of the result how to take it back, None where nothing can be taken back;
        `said` what the person is told of it.
        """
        operation = RunningOperation(title, self)
        if said is not None:
            operation.finished.connect(lambda result: _tell(operation, said(result)))
        if undo is not None:
            operation.finished.connect(lambda result: _offer(operation, undo(result)))
        if done is not None:
            operation.finished.connect(done)
        operation.progressed.connect(lambda *_: self.changed.emit(operation))
        operation.settled.connect(lambda: self._settle(operation))
        self._remember(operation)
        self._pool.submit(self._run, operation, work)
        self.started.emit(operation)
        return operation

    def ask(
        self,
        title: str,
        work: Callable[[WindowBackend, Progress], T],
        *,
        done: Callable[[T], None] | None = None,
    ) -> RunningOperation:
        """Run a question that changes nothing (a count, a dry run): it is listed nowhere."""
        question = RunningOperation(title, self)
        if done is not None:
            question.finished.connect(done)
        question.settled.connect(question.deleteLater)
        self._pool.submit(self._run, question, work)
        return question

    def undo(self, operation: RunningOperation) -> RunningOperation | None:
        """Take `operation` back, once; None where that cannot be done (any more)."""
        undo, operation.undo = operation.undo, None
        if undo is None:
            return None
        self.changed.emit(operation)
        return self.start(undo.title, undo.work)

    @property
    def items(self) -> tuple[RunningOperation, ...]:
        """What runs and ran, newest first."""
        return tuple(self._items)

    @property
    def running(self) -> tuple[RunningOperation, ...]:
        """What has not ended yet."""
        return tuple(operation for operation in self._items if operation.running)

    def last_undoable(self) -> RunningOperation | None:
        """The newest operation that can be taken back."""
        return next((one for one in self._items if one.undo is not None), None)

    def close(self) -> None:
        """Cancel what runs, and tell nothing more of it: who listened goes. See `wait`."""
        for operation in self.findChildren(RunningOperation):
            if operation.running:
                operation.progress.leave()
                operation.blockSignals(True)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wait(self) -> None:
        """After `close`: return when its threads have ended. Not on the main thread of a window:
        what runs stops at its next chunk, and that may take a while."""
        self._pool.shutdown(wait=True)

    def _remember(self, operation: RunningOperation) -> None:
        self._items.insert(0, operation)
        for old in [one for one in self._items[_REMEMBERED:] if not one.running]:
            self._items.remove(old)

    def _run(self, operation: RunningOperation, work: Work) -> None:
        try:
            operation.progress.check()
            result = work(self._opened(), operation.progress)
        # The end of a thread: whatever it was must reach the person and the log.
        except Exception as error:
            operation.end(None, as_problem(error, operation.title))
        else:
            operation.end(result, None)

    def _opened(self) -> WindowBackend:
        if self._backend is None:
            raise EnvironmentFault(
                "The queue file is not open yet",
                "it is still being opened",
                "Try again in a moment",
            )
        return self._backend

    def _settle(self, operation: RunningOperation) -> None:
        self.changed.emit(operation)
        if operation.error is None:
            LOG.info("%s: done", operation.title)
            self.succeeded.emit(operation)
        else:
            self._tell_failure(operation, operation.error)

    def _tell_failure(self, operation: RunningOperation, error: PillarboxError) -> None:
        LOG.warning("%s: %s", operation.title, error)
        if operation.phase is Phase.FAILED:
            self.problem.emit(operation)


def _offer(operation: RunningOperation, undo: Undo | None) -> None:
    operation.undo = undo


def _tell(operation: RunningOperation, text: str) -> None:
    operation.said = text
