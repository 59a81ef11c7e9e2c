"""The workers table: one row a process that has the store open.

Owns its columns.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from pillarbox_engine.model import ProcessInfo
from pillarbox_ui.models.columns import Column, Kind
from pillarbox_ui.models.job_columns import moment_text
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.states import state_word

ProcessColumn = Column[ProcessInfo]


class ProcessesModel(RowsModel[ProcessInfo]):
    """Processes: windows and workers, this one included."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda process: process.id, parent)


def _columns() -> tuple[ProcessColumn, ...]:
    return (
        Column(key="process", title="Process", width=34, text=_process, grows=True),
        Column(
            key="state",
            title="State",
            kind=Kind.PILL,
            width=10,
            text=lambda process: state_word(_state(process)),
            roles={Role.STATE: _state},
            states=("running", "dead"),
        ),
        Column(key="kind", title="Kind", width=10, spare=2, text=lambda process: process.kind),
        _number("threads", "Threads", lambda process: process.threads),
        _number("leases", "Leases", lambda process: process.leased),
        _number("given-up", "Given up", lambda process: process.given_up, tone="dead", spare=1),
        Column(
            key="serving",
            title="Serves",
            width=40,
            text=lambda process: ", ".join(process.serving) or words.NOTHING,
            tip=lambda process: "\n".join(process.serving),
        ),
        _since(),
        Column(
            key="maintainer",
            title="Maintainer",
            spare=4,
            width=12,
            text=lambda process: "Yes" if process.maintainer else words.NOTHING,
            tip=lambda process: "Does the housekeeping of the file" if process.maintainer else "",
        ),
    )


def _state(process: ProcessInfo) -> str:
    return "running" if process.alive else "dead"


def _process(process: ProcessInfo) -> str:
    name = f"{process.host}:{process.pid}"
    return f"{name} (this window)" if process.own else name


def _since() -> ProcessColumn:
    return Column(
        key="since",
        title="Since",
        spare=3,
        kind=Kind.MOMENT,
        width=11,
        text=lambda process: moment_text(process.registered_at),
        roles={
            Role.MOMENT: lambda process: process.registered_at,
            Role.SORT: lambda process: process.registered_at,
        },
    )


def _number(
    key: str, title: str, read: Callable[[ProcessInfo], int], tone: str = "text", spare: int = 0
) -> ProcessColumn:
    return Column(
        spare=spare,
        key=key,
        title=title,
        kind=Kind.NUMBER,
        width=7,
        text=lambda process: words.count(read(process)),
        roles={
            Role.SORT: read,
            Role.TONE: lambda process: tone if read(process) else "muted",
        },
    )
