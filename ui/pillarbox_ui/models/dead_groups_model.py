"""The groups of dead letters: one row for errors that are alike.

Owns its columns.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject

from pillarbox_engine.model import DeadGroup
from pillarbox_ui.models.columns import Column, Kind
from pillarbox_ui.models.job_columns import error_words, moment_text
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role

GroupColumn = Column[DeadGroup]


def group_error(group: DeadGroup) -> str:
    """The error a group stands for, as one text."""
    return error_words(group.error_type, group.error_message)


class DeadGroupsModel(RowsModel[DeadGroup]):
    """Dead letters by fingerprint, the largest group first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), group_key, parent)


def group_key(group: DeadGroup) -> str:
    """What names a group: its fingerprint; the reason, where errors have none."""
    return group.fingerprint or f"reason:{group.reason}"


def _columns() -> tuple[GroupColumn, ...]:
    return (
        _number("count", "Count", lambda group: group.count, width=6, tone="dead"),
        _error(),
        _fingerprint(),
        _names("type", "Type", lambda group: group.types, spare=1),
        _names("queue", "Queue", lambda group: group.queues, spare=3),
        _moment("first", "First seen", lambda group: group.first_at, spare=4),
        _moment("last", "Last seen", lambda group: group.last_at),
        _number("hour", "1 h", lambda group: group.last_hour, spare=2),
        _number("day", "24 h", lambda group: group.last_day, spare=2),
        _number("week", "7 d", lambda group: group.last_week, spare=5),
        _trend(),
    )


def _error() -> GroupColumn:
    return Column(
        key="error",
        title="Error",
        width=26,
        text=group_error,
        tip=_whole_error,
        grows=True,
        letters=16,
    )


def _whole_error(group: DeadGroup) -> str:
    return f"{group.error_type}\n{group.error_message}"


def _fingerprint() -> GroupColumn:
    return Column(
        key="fingerprint",
        title="Fingerprint",
        kind=Kind.MONO,
        width=12,
        text=lambda group: group.fingerprint,
        roles={Role.TONE: lambda group: "muted"},
        tip=lambda group: group.fingerprint,
        spare=9,
    )


def _names(
    key: str, title: str, read: Callable[[DeadGroup], tuple[str, ...]], spare: int = 0
) -> GroupColumn:
    return Column(
        spare=spare,
        letters=10,
        key=key,
        title=title,
        width=18,
        text=lambda group: ", ".join(read(group)),
        tip=lambda group: "\n".join(read(group)),
    )


def _moment(
    key: str, title: str, read: Callable[[DeadGroup], datetime], spare: int = 0
) -> GroupColumn:
    return Column(
        spare=spare,
        key=key,
        title=title,
        kind=Kind.MOMENT,
        width=9,
        text=lambda group: moment_text(read(group)),
        roles={Role.MOMENT: read, Role.SORT: read},
    )


def _number(
    key: str,
    title: str,
    read: Callable[[DeadGroup], int],
    width: int = 5,
    tone: str = "text",
    spare: int = 0,
) -> GroupColumn:
    return Column(
        spare=spare,
        key=key,
        title=title,
        kind=Kind.NUMBER,
        width=width,
        text=lambda group: words.count(read(group)),
        roles={Role.SORT: read, Role.TONE: lambda group: tone if read(group) else "muted"},
    )


def _trend() -> GroupColumn:
    return Column(
        key="trend",
        title="Trend",
        spare=1,
        kind=Kind.SPARKLINE,
        width=12,
        text=lambda group: words.trend(
            group.trend, words.tr("{0} in the last hour, at most {1} in an hour of the day, {2}")
        ),
        roles={
            Role.SERIES: lambda group: group.trend,
            Role.SORT: lambda group: group.last_hour,
            Role.TONE: lambda group: "dead",
        },
    )
