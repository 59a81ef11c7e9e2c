"""Checking JSON as one types: a moment after the last key, and large texts off the main thread.

Owns when a check runs and whose answer counts; what is valid is the engine's to say.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from pillarbox_engine.errors import PillarboxError
from pillarbox_ui.dialogs.task import Task

DEBOUNCE_MS = 180
MAIN_THREAD_LIMIT = 64 * 1024
"""Characters that are checked at once; more would be felt, so it goes to a thread."""

Checker = Callable[[str], str]
"""The text to store for a text as typed; raises a `PillarboxError` if it is no payload."""


class Verdict(Enum):
    """What is known of the text."""

    PENDING = auto()
    VALID = auto()
    INVALID = auto()


class JsonCheck(QObject):
    """Follows a text. `settled` says that `verdict`, `error` and `checked` tell of the newest."""

    settled = Signal()

    def __init__(self, checker: Checker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.verdict = Verdict.PENDING
        self.error: PillarboxError | None = None
        self.checked = ""
        self._checker = checker
        self._text = ""
        self._task: Task | None = None
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self.check_now)

    def follow(self, text: str) -> None:
        """The text is now `text`; check it when it has been so for a moment."""
        self._forget()
        self._text = text
        self.verdict = Verdict.PENDING
        self._timer.start()

    @Slot()
    def check_now(self) -> None:
        """Check without waiting. A large text is still `PENDING` when this returns."""
        self._timer.stop()
        if self._task is not None or self.verdict is not Verdict.PENDING:
            return
        if len(self._text) <= MAIN_THREAD_LIMIT:
            self._settle(_outcome(self._checker, self._text))
        else:
            self._start(self._text)

    def close(self) -> None:
        """Nothing is to be heard any more."""
        self._timer.stop()
        self._forget()

    def _start(self, text: str) -> None:
        self._task = Task(lambda reports: _outcome(self._checker, text))
        self._task.finished.connect(self._settle)
        self._task.start()

    def _forget(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    @Slot(object)
    def _settle(self, outcome: str | PillarboxError) -> None:
        self._task = None
        if isinstance(outcome, PillarboxError):
            self.verdict, self.error, self.checked = Verdict.INVALID, outcome, ""
        else:
            self.verdict, self.error, self.checked = Verdict.VALID, None, outcome
        self.settled.emit()


def _outcome(checker: Checker, text: str) -> str | PillarboxError:
    try:
        return checker(text)
    except PillarboxError as error:
        return error
