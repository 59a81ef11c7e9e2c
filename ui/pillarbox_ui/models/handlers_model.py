"""The handlers table: one row for each type of job, and for each event that is told.

Owns its columns, and `HandlerRow`, a binding of the file with the state it is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pillarbox_ui.handling.status import Status
from pillarbox_ui.models.columns import Column, Kind
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.states import state_word
from pillarbox_ui.widgets.words import tr

if TYPE_CHECKING:
    from pillarbox_engine.handlers import Described

HandlerColumn = Column["HandlerRow"]
_KINDS = {"http": "HTTP", "command": "Command", "python": "Python"}
_EVENTS = {"alarm": "on an alarm", "dead": "on dead letters"}


@dataclass(frozen=True, slots=True)
class HandlerRow:
    """One binding. `event`: it is told of something, no job runs it."""

    binding: Described
    state: str
    event: bool = False

    @property
    def key(self) -> str:
        """What names it in the file."""
        return f"{'events' if self.event else 'handlers'}.{self.binding.type}"

    @property
    def name(self) -> str:
        """The type of job, or the event, in words."""
        if self.event:
            return tr(_EVENTS[self.binding.type])
        return tr("any other type") if self.binding.type == "*" else self.binding.type


def rows_of(status: Status) -> tuple[HandlerRow, ...]:
    """The rows of the file as it stands; where a line is at fault, its handler is marked."""
    if status.file is None:
        return ()
    return (
        *(_row(one, status) for one in status.file.describe()),
        *(_row(one, status, event=True) for one in status.file.describe_events()),
    )


def _row(one: Described, status: Status, *, event: bool = False) -> HandlerRow:
    at_fault = status.fault is not None and status.line == one.line
    others = "approved" if status.approved else "unapproved"
    if status.fault is None:
        return HandlerRow(one, status.word, event)
    return HandlerRow(one, "fault" if at_fault else others, event)


class HandlersModel(RowsModel[HandlerRow]):
    """What a handlers file binds, in its order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda row: row.key, parent)


def _columns() -> Sequence[HandlerColumn]:
    return (
        Column(
            key="type",
            title="Job type",
            width=26,
            letters=20,
            text=lambda row: row.name,
            tip=lambda row: f"[{row.key}]",
        ),
        _state(),
        Column(
            key="kind",
            title="Kind",
            width=10,
            spare=3,
            text=lambda row: tr(_KINDS[row.binding.kind]),
        ),
        Column(
            key="runs",
            title="Runs",
            kind=Kind.MONO,
            width=44,
            letters=36,
            text=lambda row: row.binding.runs,
            tip=_runs_tip,
            grows=True,
        ),
        Column(
            key="line",
            title="Line",
            kind=Kind.NUMBER,
            width=6,
            text=lambda row: words.count(row.binding.line),
            roles={Role.SORT: lambda row: row.binding.line},
        ),
        _limits(),
        Column(
            key="retry",
            title="Retry rules",
            width=24,
            letters=18,
            spare=1,
            text=lambda row: "; ".join(row.binding.retry) or tr("the queue's"),
            tip=lambda row: "\n".join(row.binding.retry),
        ),
        Column(
            key="concurrency",
            title="Threads",
            kind=Kind.NUMBER,
            width=8,
            spare=2,
            text=lambda row: (
                words.NOTHING if row.binding.concurrency is None
                else words.count(row.binding.concurrency)
            ),
            tip=lambda row: "" if row.binding.concurrency else tr("Shared with its queue's types"),
        ),
        Column(
            key="isolation",
            title="Runs in",
            width=12,
            text=lambda row: (
                tr("processes") if row.binding.isolation == "process" else tr("threads")
            ),
        ),
    )  # fmt: skip


def _state() -> HandlerColumn:
    return Column(
        key="state",
        title="State",
        kind=Kind.PILL,
        width=16,
        text=lambda row: state_word(row.state),
        roles={Role.STATE: lambda row: row.state},
        states=("approved", "unapproved", "fault"),
    )


def _limits() -> HandlerColumn:
    return Column(
        key="timeout",
        title="Time-out",
        width=12,
        text=lambda row: (
            tr("the job's") if row.binding.timeout is None else words.span(row.binding.timeout)
        ),
        roles={Role.SORT: lambda row: row.binding.timeout or 0.0},
    )


def _runs_tip(row: HandlerRow) -> str:
    secrets = row.binding.secrets
    needs = tr("Needs {0}").format(", ".join(secrets)) if secrets else ""
    return f"{row.binding.runs}\n{needs}".rstrip()
