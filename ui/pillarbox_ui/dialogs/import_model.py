"""The lines of job files as tables: the first of them with a verdict each, and all rejected.

Owns the two models of the import dialog. Rows only ever come at the end, so what is selected
and where one scrolled to stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pillarbox_engine.importing import Accepted, Rejected
from pillarbox_engine.payload import preview
from pillarbox_ui.dialogs.import_survey import Row, where
from pillarbox_ui.masking import masked
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.words import tr

Index = QModelIndex | QPersistentModelIndex
Column = tuple[str, Callable[[Row], str]]

_NOWHERE = QModelIndex()
LINE, STATUS = 1, 2
_SHOWN = 300


class LinesModel(QAbstractTableModel):
    """File, line and what `columns` say."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = (("File", _file), ("Line", _line), *columns)
        self._rows: list[Row] = []

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show `rows`; where they begin with those on show, the others are added at the end."""
        known = len(self._rows)
        if known and list(rows[:known]) == self._rows:
            self._add(rows[known:])
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def _add(self, rows: Sequence[Row]) -> None:
        if rows:
            start = len(self._rows)
            self.beginInsertRows(QModelIndex(), start, start + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[index.column()][1](row)
        if role == Role.TONE:
            return self._tone(index.column(), row)
        if role == Role.ID:
            return f"{row.file}:{row.verdict.item}"
        if role == Role.COPY:
            return {name: text(row) for name, text in self._columns}
        return None

    def _tone(self, column: int, row: Row) -> str | None:
        if column == LINE:
            return "muted"
        if column == STATUS:
            return "error" if isinstance(row.verdict, Rejected) else "good"
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return tr(self._columns[section][0])


def preview_model(parent: QObject) -> LinesModel:
    """File, line, status, queue, type, payload: the first lines, good and bad."""
    columns = (("Status", _status), ("Queue", _queue), ("Type", _type), ("Payload", _payload))
    return LinesModel(columns, parent)


def rejected_model(parent: QObject) -> LinesModel:
    """File, line, why, where, the line itself: every rejected line."""
    return LinesModel((("Why", _why), ("Where", _where), ("Text", _text)), parent)


def _file(row: Row) -> str:
    return row.file


def _line(row: Row) -> str:
    return words.count(row.verdict.line)


def _status(row: Row) -> str:
    return str(row.verdict) if isinstance(row.verdict, Rejected) else tr("Valid")


def _queue(row: Row) -> str:
    return row.verdict.queue if isinstance(row.verdict, Accepted) else ""


def _type(row: Row) -> str:
    return row.verdict.job.type if isinstance(row.verdict, Accepted) else ""


def _payload(row: Row) -> str:
    if isinstance(row.verdict, Accepted):
        return masked(preview(row.verdict.job.payload_json, _SHOWN))
    return _text(row)


def _why(row: Row) -> str:
    return row.verdict.reason if isinstance(row.verdict, Rejected) else ""


def _where(row: Row) -> str:
    return where(row.verdict) if isinstance(row.verdict, Rejected) else ""


def _text(row: Row) -> str:
    return masked(preview(row.verdict.raw[: 4 * _SHOWN].decode("utf-8", "replace"), _SHOWN))
