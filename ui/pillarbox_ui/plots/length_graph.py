"""How long jobs waited, or ran, over time: p50, p95 and p99 of those that were done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from pillarbox_engine.lengths import Lengths
from pillarbox_engine.model import HistoryPoint
from pillarbox_ui.plots.axes import DurationAxis
from pillarbox_ui.plots.graph import Curve, Graph
from pillarbox_ui.plots.legend import Entry
from pillarbox_ui.plots.series import Series, quantiles
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.zone import Zone

STEPS = 60
SHORTEST = 5.0
"""Percentiles are told for each of so many steps of the time on show, of no less than so many
seconds."""

LEAST = 0.02
"""Seconds the axis reaches at the least."""

_SHARES = (("p50", 0.50, "ready"), ("p95", 0.95, "retrying"), ("p99", 0.99, "dead"))
_Of = Callable[[HistoryPoint], Lengths]


class LengthGraph(Graph):
    """Three percentiles of one measure. Where no job was done there is no line."""

    def __init__(
        self, theme: Theme, zone: Zone, title: str, of: _Of, parent: QWidget | None = None
    ) -> None:
        self._of = of
        curves = tuple(Curve(Entry(name, name, tone), _curve(of, share), words.duration)
                       for name, share, tone in _SHARES)  # fmt: skip
        super().__init__(
            theme, zone, title, curves, least=LEAST, axis=DurationAxis(), parent=parent
        )


def wait_graph(theme: Theme, zone: Zone) -> LengthGraph:
    """From when a job was due until it started."""
    return LengthGraph(theme, zone, words.tr("Wait"), lambda point: point.waits)


def run_graph(theme: Theme, zone: Zone) -> LengthGraph:
    """From its start until it was done."""
    return LengthGraph(theme, zone, words.tr("Run time"), lambda point: point.runs)


def _curve(of: _Of, share: float) -> Callable[[Sequence[HistoryPoint], float], Series]:
    def told(points: Sequence[HistoryPoint], seconds: float) -> Series:
        return quantiles(points, of, share, max(SHORTEST, seconds / STEPS))

    return told
