"""The schedules table: one row a plan, with when it fires next and what became of it.

Owns its columns.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject

from pillarbox_engine.planning import Schedule
from pillarbox_engine.states import Missed, Overlap
from pillarbox_ui.models.columns import Column, Kind
from pillarbox_ui.models.job_columns import moment_text
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.states import state_word
from pillarbox_ui.widgets.words import tr

ScheduleColumn = Column[Schedule]


class SchedulesModel(RowsModel[Schedule]):
    """What is planned, by name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda schedule: schedule.id, parent)


def when_text(schedule: Schedule) -> str:
    """The cron line, or "every 5m 00s"."""
    if schedule.every is None:
        return schedule.cron or words.NOTHING
    return tr("every {0}").format(words.span(schedule.every))


def rules_text(schedule: Schedule) -> str:
    """What it does about overlap and missed times, in a sentence each."""
    overlap = {
        Overlap.SKIP: tr("Skipped while an earlier job of it is live."),
        Overlap.ALLOW: tr("Fires though an earlier job of it is live."),
    }[schedule.overlap]
    missed = {
        Missed.NONE: tr("What was missed is let go."),
        Missed.LATEST: tr("Of what was missed, the latest is made up for."),
        Missed.ALL: tr("What was missed in the last {0} is made up for."),
    }[schedule.missed]
    return f"{overlap}\n{missed.format(words.span(schedule.missed_window))}"


def _columns() -> tuple[ScheduleColumn, ...]:
    return (
        Column(
            key="name",
            title="Schedule",
            width=26,
            letters=18,
            text=lambda one: one.name,
            tip=lambda one: one.name,
            grows=True,
        ),
        Column(key="queue", title="Queue", width=18, spare=1, text=lambda one: one.queue),
        Column(key="when", title="When", width=26, letters=22, text=when_text, tip=rules_text),
        Column(
            key="zone",
            title="Zone",
            width=20,
            letters=16,
            spare=2,
            text=lambda one: words.NOTHING if one.cron is None else one.zone,
            tip=lambda one: one.zone,
        ),
        _state(),
        _moment("next", "Next run", lambda one: one.next_at),
        _moment("last", "Last run", lambda one: one.last_at, spare=3),
        _number("fired", "Fired", lambda one: one.fired, spare=6),
        Column(
            key="skipped",
            title="Skipped",
            kind=Kind.NUMBER,
            width=8,
            spare=4,
            text=lambda one: words.count(one.skipped),
            tip=lambda one: one.note,
            roles={
                Role.SORT: lambda one: one.skipped,
                Role.TONE: lambda one: "warn" if one.skipped else "muted",
            },
        ),
        _number("missed", "Missed", lambda one: one.passed, spare=5),
        Column(
            key="note",
            title="Last skipped because",
            width=36,
            shown=False,
            text=lambda one: one.note or words.NOTHING,
            tip=lambda one: one.note,
        ),
    )


def _state() -> ScheduleColumn:
    return Column(
        key="state",
        title="State",
        kind=Kind.PILL,
        width=10,
        text=lambda one: state_word(_state_of(one)),
        roles={Role.STATE: _state_of},
    )


def _state_of(one: Schedule) -> str:
    return "paused" if one.paused else "running"


def _moment(
    key: str, title: str, read: Callable[[Schedule], datetime | None], spare: int = 0
) -> ScheduleColumn:
    return Column(
        spare=spare,
        key=key,
        title=title,
        kind=Kind.MOMENT,
        width=10,
        text=lambda one: moment_text(read(one)),
        roles={Role.MOMENT: read, Role.SORT: read},
    )


def _number(
    key: str, title: str, read: Callable[[Schedule], int], spare: int = 0
) -> ScheduleColumn:
    return Column(
        spare=spare,
        key=key,
        title=title,
        kind=Kind.NUMBER,
        width=8,
        text=lambda one: words.count(read(one)),
        roles={
            Role.SORT: read,
            Role.TONE: lambda one: "text" if read(one) else "muted",
        },
    )
