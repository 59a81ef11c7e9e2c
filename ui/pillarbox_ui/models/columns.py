"""A column as data: title, what it shows, how it is drawn, how wide it starts.

Owns `Kind`, the kinds a cell is drawn as, and `Column`. Models read them for their data, tables
for their delegates and headers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pillarbox_engine.ordering import Order
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.states import JOB_STATES

Row = TypeVar("Row")


class Kind(StrEnum):
    """How a cell is drawn: one delegate each."""

    TEXT = "text"
    MONO = "mono"
    NUMBER = "number"
    PILL = "pill"
    MOMENT = "moment"
    AGE = "age"
    LEASE = "lease"
    PROGRESS = "progress"
    SPARKLINE = "sparkline"
    GAUGE = "gauge"
    ATTEMPTS = "attempts"


RIGHT = frozenset({Kind.NUMBER, Kind.ATTEMPTS})
"""The kinds that are aligned to the right, header included."""


FLASHING = frozenset({Kind.TEXT, Kind.NUMBER, Kind.PILL, Kind.GAUGE, Kind.ATTEMPTS})
"""The kinds whose cells flash when they change; the others follow the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """One column over rows of one kind.

    `text` is what is read, copied and spoken; `roles` what the delegate needs beside it; `tip`
    the whole of what the cell may clip. `width`, what it would like, and `letters`, what text
    is cut to at most, are in characters of the UI font; `states` are those a pill may show. A
    column that `grows` takes what is left; where room is short those with the highest `spare`
    are left out first, never those with 0. `order` is the listing's that goes up in this
    column, None where the store cannot sort by it.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    kind: Kind = Kind.TEXT
    width: int = 12
    roles: Mapping[Role, Callable[[Row], Any]] = field(default_factory=dict)
    tip: Callable[[Row], str] | None = None
    shown: bool = True
    grows: bool = False
    spare: int = 0
    letters: int = 8
    states: Sequence[str] = JOB_STATES
    order: Order | None = None
