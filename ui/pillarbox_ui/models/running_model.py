"""The window's own operations: one row each, running ones with their progress.

Owns the immutable row a `RunningOperation` is shown as, and the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QObject

from pillarbox_ui.models.columns import Column, Kind
from pillarbox_ui.models.job_columns import moment_text
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.running import Phase, RunningOperation
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role

_WORDS = {
    Phase.RUNNING: ("Running", "accent"),
    Phase.DONE: ("Done", "good"),
    Phase.FAILED: ("Failed", "error"),
    Phase.CANCELLED: ("Cancelled", "muted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningRow:
    """A running or ended operation as it was at one moment. `rate` is a second, 0 if unknown."""

    key: str
    title: str
    phase: Phase
    started_at: datetime
    done: int
    total: int
    rate: float
    said: str
    undoable: bool


def row_of(operation: RunningOperation, now: datetime | None = None) -> RunningRow:
    """The row of `operation` now."""
    done, total = operation.figures
    end = operation.ended_at or now or datetime.now(UTC)
    seconds = (end - operation.started_at).total_seconds()
    return RunningRow(
        key=str(id(operation)),
        title=operation.title,
        phase=operation.phase,
        started_at=operation.started_at,
        done=done,
        total=total,
        rate=done / seconds if seconds > 0.2 else 0.0,
        said="" if operation.error is None else str(operation.error),
        undoable=operation.undo is not None,
    )


class RunningModel(RowsModel[RunningRow]):
    """Operations of this window, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda row: row.key, parent)


def _columns() -> tuple[Column[RunningRow], ...]:
    return (
        _when(),
        Column(key="title", title="Operation", width=54, text=lambda row: row.title, grows=True),
        _phase(),
        _progress(),
        Column(key="done", title="Done", kind=Kind.NUMBER, width=17, text=_figures),
        Column(key="rate", title="Rate", kind=Kind.NUMBER, width=10, text=_rate),
        _message(),
    )


def _when() -> Column[RunningRow]:
    return Column(
        key="started",
        title="When",
        kind=Kind.MOMENT,
        width=10,
        text=lambda row: moment_text(row.started_at),
        roles={Role.MOMENT: lambda row: row.started_at},
    )


def _phase() -> Column[RunningRow]:
    return Column(
        key="phase",
        title="State",
        width=11,
        text=lambda row: _WORDS[row.phase][0],
        roles={Role.TONE: lambda row: _WORDS[row.phase][1]},
    )


def _progress() -> Column[RunningRow]:
    return Column(
        key="progress",
        title="Progress",
        kind=Kind.PROGRESS,
        width=18,
        text=_figures,
        roles={Role.FRACTION: _fraction},
    )


def _message() -> Column[RunningRow]:
    return Column(
        key="said", title="Message", width=50, text=lambda row: row.said, tip=lambda row: row.said
    )


def _fraction(row: RunningRow) -> float | None:
    return row.done / row.total if row.total else None


def _figures(row: RunningRow) -> str:
    if not row.total:
        return words.count(row.done) if row.done else words.NOTHING
    return f"{words.count(row.done)} / {words.count(row.total)}"


def _rate(row: RunningRow) -> str:
    return words.rate(row.rate) if row.rate else words.NOTHING
