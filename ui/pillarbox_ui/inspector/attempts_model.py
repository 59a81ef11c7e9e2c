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
from pillarbox_engine.states import EventKind

Index = QModelIndex | QPersistentModelIndex
TimeText = Callable[[datetime], str]

_NOWHERE = QModelIndex()
EVENT_ROLE = Qt.ItemDataRole.UserRole + 1

OUTCOMES: dict[EventKind, tuple[str, str]] = {
    EventKind.DONE: ("Done", "done"),
    EventKind.FAILED: ("Failed", "retrying"),
    EventKind.TIMED_OUT: ("Timed out", "dead"),
    EventKind.REJECTED: ("Rejected", "dead"),
    EventKind.RELEASED: ("Released", "ready"),
    EventKind.SNOOZED: ("Snoozed", "scheduled"),
    EventKind.LOST: ("Lease lost", "dead"),
    EventKind.EXPIRED: ("Expired", "dead"),
    EventKind.OVERFLOWED: ("Overflowed", "dead"),
    EventKind.REQUEUED: ("Requeued", "ready"),
    EventKind.REPLAYED: ("Replayed", "ready"),
    EventKind.CANCELLED: ("Cancelled", "cancelled"),
    EventKind.PURGED: ("Moved to Trash", "trashed"),
    EventKind.RESTORED: ("Restored", "ready"),
}
"""What each entry is called, and the state whose colour it has."""


class AttemptsModel(QAbstractTableModel):
    """The columns #, outcome, started, took, next run, worker, error over a history."""

    def __init__(self, time_text: TimeText, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = time_text
        self._events: list[Event] = []

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

    def _grow(self, newer: list[Event]) -> None:
        if newer:
            self.beginInsertRows(QModelIndex(), 0, len(newer) - 1)
            self._events = [*newer, *self._events]
            self.endInsertRows()

    def refresh_times(self) -> None:
        """Write the times anew: the zone they are shown in was changed."""
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
        event = self._events[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[index.column()][1](event, self._text)
        if role == EVENT_ROLE:
            return event
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in _RIGHT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

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
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _RIGHT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


def seconds_text(seconds: float) -> str:
    """A run time: `4 ms`, `1.25 s`, `3 min 20 s`."""
    if seconds < 1:
        return f"{seconds * 1_000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{int(seconds // 60):,} min {int(seconds % 60)} s"


def took(event: Event) -> str:
    """How long the attempt ran; "" for what was no attempt."""
    if event.started_at is None:
        return ""
    return seconds_text(max(0.0, (event.at - event.started_at).total_seconds()))


def _number(event: Event, text: TimeText) -> str:
    return str(event.attempt) if event.started_at is not None else ""


def _outcome(event: Event, text: TimeText) -> str:
    return OUTCOMES[event.kind][0]


def _started(event: Event, text: TimeText) -> str:
    return text(event.started_at or event.at)


def _next_run(event: Event, text: TimeText) -> str:
    return text(event.next_run_at) if event.next_run_at else ""


def _error(event: Event, text: TimeText) -> str:
    if event.error is None:
        return " ".join(event.detail.split())
    said = f"{event.error.type}: {event.error.message}" if event.error.message else event.error.type
    return " ".join(said.split())[:500]


_COLUMNS: tuple[tuple[str, Callable[[Event, TimeText], str]], ...] = (
    ("#", _number),
    ("Outcome", _outcome),
    ("Started", _started),
    ("Took", lambda event, text: took(event)),
    ("Next run", _next_run),
    ("Error", _error),
    ("Worker", lambda event, text: event.worker or ""),
)
_RIGHT = frozenset({0, 3})
