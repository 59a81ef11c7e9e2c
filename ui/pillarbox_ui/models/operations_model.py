"""The journal of operations: one row a bulk verb that an operator ran, or that is at work.

Owns its columns, and the words for an operation's state.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtCore import QObject

from pillarbox_engine.model import Operation
from pillarbox_engine.operation import OperationState
from pillarbox_engine.undoing import KEPT_US
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
        Column(key="verb", title="Did", width=10, text=lambda one: one.verb.capitalize()),
        Column(
            key="what",
            title="To what",
            width=40,
            text=lambda one: one.what,
            tip=lambda one: one.what,
        ),
        _state(),
        _progress(),
        _number("changed", "Changed", lambda one: one.changed, spare=5),
        _number("skipped", "Skipped", lambda one: one.skipped, tip=_reasons, spare=4),
        _number("failed", "Failed", lambda one: one.failed, tone="error", spare=3),
        _rate(),
        _undo(),
        Column(
            key="said", title="Message", width=30, spare=6, grows=True,
            text=lambda one: one.said, tip=lambda one: one.said,
        ),
        Column(
            key="id", title="ID", kind=Kind.MONO, width=16, text=lambda one: one.id, shown=False
        ),
    )  # fmt: skip


_STATES = {
    OperationState.FREEZING: ("Freezing", "accent"),
    OperationState.RUNNING: ("Running", "accent"),
    OperationState.CANARY: ("Canary", "accent"),
    OperationState.STOPPED: ("Stopped", "error"),
    OperationState.CANCELLED: ("Cancelled", "muted"),
    OperationState.DONE: ("Done", "good"),
}


def state_word(one: Operation) -> str:
    """The state of an operation, as a person reads it."""
    return words.tr(_STATES[one.state][0])


def _state() -> OperationColumn:
    return Column(
        key="state",
        title="State",
        width=11,
        text=state_word,
        tip=lambda one: one.said,
        roles={
            Role.TONE: lambda one: _STATES[one.state][1],
            Role.SORT: lambda one: str(one.state),
        },
    )


def _progress() -> OperationColumn:
    return Column(
        key="progress",
        title="Done",
        kind=Kind.PROGRESS,
        width=18,
        text=figures,
        roles={
            Role.FRACTION: lambda one: one.done / one.total if one.total else None,
            Role.SORT: lambda one: one.done,
        },
    )


def figures(one: Operation) -> str:
    """How far it is: "250 / 5,000"; a dash for what was done by ids alone."""
    if not one.total:
        return words.NOTHING
    return f"{words.count(one.done)} / {words.count(one.total)}"


def _rate() -> OperationColumn:
    return Column(
        key="rate",
        title="Rate",
        kind=Kind.NUMBER,
        width=7,
        spare=2,
        text=lambda one: words.rate(_speed(one)) if _speed(one) else words.NOTHING,
        roles={Role.SORT: _speed},
    )


def _speed(one: Operation) -> float:
    """Jobs a second from its begin to its end, or to now; 0 where that says nothing."""
    seconds = ((one.ended_at or words.utc_now()) - one.at).total_seconds()
    return one.done / seconds if one.done and seconds >= 1.0 else 0.0


def _reasons(one: Operation) -> str:
    return ", ".join(f"{words.count(jobs)} {why}" for why, jobs in sorted(one.skips.items()))


def _when() -> OperationColumn:
    return Column(
        key="at",
        title="When",
        kind=Kind.MOMENT,
        width=11,
        text=lambda one: moment_text(one.at),
        roles={Role.MOMENT: lambda one: one.at, Role.SORT: lambda one: one.at},
    )


def _number(
    key: str, title: str, read: Callable[[Operation], int], *,
    tip: Callable[[Operation], str] | None = None, tone: str = "text", spare: int = 0,
) -> OperationColumn:  # fmt: skip
    return Column(
        key=key,
        title=title,
        kind=Kind.NUMBER,
        width=7,
        spare=spare,
        text=lambda one: words.count(read(one)),
        tip=tip,
        roles={
            Role.SORT: read,
            Role.TONE: lambda one: tone if read(one) else "muted",
        },
    )


def _undo() -> OperationColumn:
    return Column(
        key="undo",
        title="Undo",
        width=15,
        spare=1,
        text=_undo_text,
        roles={Role.TONE: lambda one: "accent" if one.undoable and not one.undone else "muted"},
    )


def _undo_text(one: Operation) -> str:
    """Until when it can be taken back: as long as the list of its jobs is kept."""
    if one.undone:
        return words.tr("Undone")
    if not one.undoable:
        return words.NOTHING
    if one.ended_at is None:
        return words.tr("Possible")
    left = (one.ended_at + timedelta(microseconds=KEPT_US) - words.utc_now()).total_seconds()
    return words.tr("{0} left").format(words.age(max(0.0, left)))
