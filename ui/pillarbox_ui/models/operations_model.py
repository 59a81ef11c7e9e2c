"""The journal of operations: one row a bulk verb that an operator ran.

Owns its columns.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from pillarbox_engine.model import Operation
from pillarbox_ui.models.columns import Column, Kind
from pillarbox_ui.models.job_columns import moment_text
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role

OperationColumn = Column[Operation]


class OperationsModel(RowsModel[Operation]):
    """What operators did, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda operation: operation.id, parent)


def _columns() -> tuple[OperationColumn, ...]:
    return (
        _when(),
        Column(key="verb", title="Did", width=12, text=lambda one: one.verb.capitalize()),
        Column(
            key="what",
            title="To what",
            width=50,
            grows=True,
            text=lambda one: one.what,
            tip=lambda one: one.what,
        ),
        _number("changed", "Changed", lambda one: one.changed),
        _number("skipped", "Skipped", lambda one: one.skipped),
        _undo(),
        Column(
            key="id", title="ID", kind=Kind.MONO, width=16, text=lambda one: one.id, shown=False
        ),
    )


def _when() -> OperationColumn:
    return Column(
        key="at",
        title="When",
        kind=Kind.MOMENT,
        width=11,
        text=lambda one: moment_text(one.at),
        roles={Role.MOMENT: lambda one: one.at, Role.SORT: lambda one: one.at},
    )


def _number(key: str, title: str, read: Callable[[Operation], int]) -> OperationColumn:
    return Column(
        key=key,
        title=title,
        kind=Kind.NUMBER,
        width=10,
        text=lambda one: words.count(read(one)),
        roles={
            Role.SORT: read,
            Role.TONE: lambda one: "text" if read(one) else "muted",
        },
    )


def _undo() -> OperationColumn:
    return Column(
        key="undo",
        title="Undo",
        width=12,
        text=_undo_text,
        roles={Role.TONE: lambda one: "accent" if one.undoable and not one.undone else "muted"},
    )


def _undo_text(one: Operation) -> str:
    if one.undone:
        return "Undone"
    return "Possible" if one.undoable else words.NOTHING
