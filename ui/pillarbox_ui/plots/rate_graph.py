"""Rates over time: jobs enqueued and done, attempts that failed and dead letters, per second."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from pillarbox_engine.model import HistoryPoint
from pillarbox_ui.plots.graph import Curve, Graph
from pillarbox_ui.plots.legend import Entry
from pillarbox_ui.plots.series import Series, rates
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.zone import Zone

_STEPS = 60
_SHORTEST = 5.0
_OVER = 3
"""A rate is told for each of so many steps of the time on show, of no less than so many seconds,
and taken over the last so many of them: a burst is a hill, not a needle."""


class RateGraph(Graph):
    """In, out, failures and deaths, from the growth of the cumulative totals."""

    def __init__(self, theme: Theme, zone: Zone, parent: QWidget | None = None) -> None:
        curves = (
            _curve("enqueued_total", words.tr("In"), "ready"),
            _curve("done_total", words.tr("Out"), "leased"),
            _curve("failed_total", words.tr("Failures"), "retrying"),
            _curve("dead_total", words.tr("Dead"), "dead"),
        )
        super().__init__(theme, zone, words.tr("Rates"), curves, parent=parent)


def _curve(total: str, name: str, tone: str) -> Curve:
    return Curve(
        Entry(total, name, tone),
        lambda points, seconds: _rates(points, total, seconds),
        words.rate,
    )


def _rates(points: Sequence[HistoryPoint], total: str, seconds: float) -> Series:
    step = max(_SHORTEST, seconds / _STEPS)
    return rates(points, lambda point: int(getattr(point, total)), step, _OVER)
