"""Judging a payload as one types: short texts at once, long ones off the main thread.

Owns `PayloadCheck`, the validator behind a JSON editor. A long text has no mistake until its
check is through; `settled` then asks the editor to look again. The compact text to be stored is
kept, so that a large payload is not gone through twice.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from pillarbox_engine.errors import InvalidPayload, PillarboxError
from pillarbox_engine.payload import check_size, checked_text, parse
from pillarbox_engine.schema import Schema, parse_schema
from pillarbox_engine.settings import DEFAULT_PAYLOAD_LIMIT
from pillarbox_ui.dialogs.task import Task
from pillarbox_ui.widgets.json_edit import Problem

AT_ONCE = 64 * 1024
"""Characters that are checked where one types; more would be felt."""


class PayloadCheck(QObject):
    """Call it with a text: what is wrong, or None. `limit` is the queue's, in bytes."""

    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limit = DEFAULT_PAYLOAD_LIMIT
        self._schema: Schema | None = None
        self._stored: str | None = None
        self._text: str | None = None
        self._outcome: str | PillarboxError = ""
        self._task: Task | None = None

    def set_limit(self, limit: int) -> None:
        """Judge by another queue's limit from the next call on."""
        if limit != self._limit:
            self._limit = limit
            self._forget()

    def set_schema(self, schema: str | None) -> None:
        """Hold payloads against another queue's schema from the next call on."""
        wanted = None if schema is None else parse_schema(schema)
        if wanted != self._schema:
            self._schema = wanted
            self._forget()

    def trust(self, stored: str) -> None:
        """This text comes out of the store, so it is as it must be: only its size and what the
        queue wants are still to be judged. To read 30 MB anew holds every thread up."""
        self._stored = stored

    def __call__(self, text: str) -> Problem | None:
        """What is wrong with `text`; None also while that is not known yet (`pending`)."""
        if text != self._text:
            self._forget()
            self._text = text
            self._begin(text)
        if self.pending or isinstance(self._outcome, str):
            return None
        return problem_of(self._outcome)

    @property
    def pending(self) -> bool:
        """Whether the newest text is still being checked."""
        return self._task is not None

    def checked(self, text: str) -> str:
        """What to store for `text`; "" where that is not known yet, or `text` is wrong."""
        known = text == self._text and not self.pending and isinstance(self._outcome, str)
        return str(self._outcome) if known else ""

    def close(self) -> None:
        """Nothing is to be heard any more."""
        self._forget()

    def _begin(self, text: str) -> None:
        limit, schema, stored = self._limit, self._schema, text == self._stored
        if len(text) <= AT_ONCE:
            self._outcome = _outcome(text, limit, schema, stored=stored)
            return
        self._task = Task(lambda reports: _outcome(text, limit, schema, stored=stored))
        self._task.finished.connect(self._settle)
        self._task.start()

    def _forget(self) -> None:
        self._text = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    @Slot(object)
    def _settle(self, outcome: str | PillarboxError) -> None:
        self._task = None
        self._outcome = outcome
        self.settled.emit()


def problem_of(error: PillarboxError) -> Problem:
    """An error as the editor shows it: its reason, at its place."""
    line = getattr(error, "line", None) or 0
    column = getattr(error, "column", None) or 0
    if not isinstance(error, InvalidPayload) or not line:
        return Problem(str(error))
    return Problem(error.reason.partition(": ")[2] or error.reason, line, column)


def _outcome(text: str, limit: int, schema: Schema | None, *, stored: bool) -> str | PillarboxError:
    try:
        checked = text if stored else checked_text(text)
        check_size(checked, limit)
        if schema is not None:
            _hold_against(schema, checked)
    except PillarboxError as error:
        return error
    return checked


def _hold_against(schema: Schema, stored: str) -> None:
    problem = schema.problem(parse(stored), len(stored))
    if problem is not None:
        raise InvalidPayload("The payload is not as the queue wants it", problem)
