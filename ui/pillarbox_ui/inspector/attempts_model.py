"""A job's history as a table: one row an attempt or an operator's act, newest first.

Owns the rows and columns of the Attempts tab. A history only ever grows, so an update inserts
rows at the top and leaves selection and scroll where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pillarbox_engine.model import Event
from pillarbox_engine.payload import preview
from pillarbox_ui.masking import masked
from pillarbox_ui.models.job_columns import error_words
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.states import outcome_tone, outcome_word
from pillarbox_ui.widgets.zone import Zone

Index = QModelIndex | QPersistentModelIndex
TimeText = Callable[[datetime], str]

_NOWHERE = QModelIndex()
OUTCOME, ERROR = 1, 4
"""The columns that have a look of their own."""

RIGHT = frozenset({0, 3})
"""The columns of numbers."""

ASIDE = (5, 6, 7)
"""Columns one has to choose to see: the dock is narrow."""


class AttemptsModel(QAbstractTableModel):
    """One row an entry; times of day, in full in their tool tips."""

    def __init__(self, zone: Zone, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._events: list[Event] = []
        zone.changed.connect(self._refresh_times)

    def set_history(self, history: tuple[Event, ...], *, same_job: bool) -> None:
        """Show `history` (oldest first); `same_job`: it continues what is shown."""
        events = list(reversed(history))
        grown = len(events) - len(self._events)
        if same_job and grown >= 0 and events[grown:] == self._events:
            self._grow(events[:grown])
            return
        self.beginResetModel()
        self._events = events
        self.endResetModel()

    def event_at(self, row: int) -> Event:
        """The entry shown in `row`."""
        return self._events[row]

    def _grow(self, newer: list[Event]) -> None:
        if newer:
            self.beginInsertRows(QModelIndex(), 0, len(newer) - 1)
            self._events = [*newer, *self._events]
            self.endInsertRows()

    def _refresh_times(self) -> None:
        if self._events:
            corner = self.index(len(self._events) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), corner)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._events)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._events[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[index.column()][1](entry, self._zone.clock_text)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index.column(), entry)
        if role == Role.TONE and index.column() == OUTCOME:
            return outcome_tone(entry.kind)
        if role == Role.COPY:
            return {name: text(entry, self._zone.text) for name, text in _COLUMNS}
        return None

    def _tip(self, column: int, entry: Event) -> str:
        if column == ERROR and entry.error is not None:
            return f"{entry.error.type}: {entry.error.message}"
        if column in _MOMENTS:
            return _COLUMNS[column][1](entry, self._zone.text)
        return ""

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.tr(_COLUMNS[section][0])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in RIGHT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


def took(entry: Event) -> str:
    """How long the attempt ran; "" for what was no attempt."""
    if entry.started_at is None:
        return ""
    return words.duration(max(0.0, (entry.at - entry.started_at).total_seconds()))


def _number(entry: Event, text: TimeText) -> str:
    return str(entry.attempt) if entry.started_at is not None else ""


def _outcome(entry: Event, text: TimeText) -> str:
    return outcome_word(entry.kind)


def _started(entry: Event, text: TimeText) -> str:
    return text(entry.started_at or entry.at)


def _ended(entry: Event, text: TimeText) -> str:
    return text(entry.at) if entry.started_at is not None else ""


def _next_run(entry: Event, text: TimeText) -> str:
    return text(entry.next_run_at) if entry.next_run_at else ""


def _error(entry: Event, text: TimeText) -> str:
    if entry.payload_json is not None:
        was = words.tr("the payload was {0}").format(masked(preview(entry.payload_json)))
        return f"{entry.detail} · {was}"
    if entry.error is None:
        return entry.detail
    return error_words(entry.error.type, entry.error.message)


def _worker(entry: Event, text: TimeText) -> str:
    return entry.worker or ""


_COLUMNS: tuple[tuple[str, Callable[[Event, TimeText], str]], ...] = (
    ("#", _number),
    ("Outcome", _outcome),
    ("Started", _started),
    ("Took", lambda entry, text: took(entry)),
    ("Error", _error),
    ("Ended", _ended),
    ("Next run", _next_run),
    ("Worker", _worker),
)
_MOMENTS = frozenset({2, 5, 6})
