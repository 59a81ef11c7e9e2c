"""From a column's kind to the delegate that draws it.

Owns that mapping, and which kinds change as time passes.
"""

from __future__ import annotations

from collections.abc import Callable

from pillarbox_ui.models.columns import Kind
from pillarbox_ui.views.context import Context
from pillarbox_ui.widgets.attempts import Attempts
from pillarbox_ui.widgets.cell import Cell
from pillarbox_ui.widgets.gauge import Gauge
from pillarbox_ui.widgets.lease_bar import LeaseBar
from pillarbox_ui.widgets.mono_cell import MonoCell
from pillarbox_ui.widgets.number_cell import NumberCell
from pillarbox_ui.widgets.progress_cell import ProgressCell
from pillarbox_ui.widgets.relative_time import RelativeTime
from pillarbox_ui.widgets.sparkline import Sparkline
from pillarbox_ui.widgets.state_pill import StatePill

RUNS_DOWN = frozenset({Kind.LEASE})
"""Kinds repainted four times a second."""

FOLLOWS_TIME = frozenset({Kind.MOMENT, Kind.AGE, *RUNS_DOWN})
"""Kinds that change as time passes."""

_MAKERS: dict[Kind, Callable[[Context], Cell]] = {
    Kind.TEXT: lambda context: Cell(context.theme),
    Kind.MONO: lambda context: MonoCell(context.theme),
    Kind.NUMBER: lambda context: NumberCell(context.theme),
    Kind.PILL: lambda context: StatePill(context.theme),
    Kind.MOMENT: lambda context: RelativeTime(context.theme, context.zone),
    Kind.AGE: lambda context: RelativeTime(context.theme, context.zone, bare=True),
    Kind.LEASE: lambda context: LeaseBar(context.theme),
    Kind.PROGRESS: lambda context: ProgressCell(context.theme),
    Kind.SPARKLINE: lambda context: Sparkline(context.theme),
    Kind.GAUGE: lambda context: Gauge(context.theme),
    Kind.ATTEMPTS: lambda context: Attempts(context.theme),
}


def cell_for(kind: Kind, context: Context) -> Cell:
    """A delegate for a column of `kind`."""
    return _MAKERS[kind](context)
