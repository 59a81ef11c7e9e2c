"""Rates over time: jobs enqueued, done and failed per second."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from pillarbox_ui.plots.graph import Curve, Graph
from pillarbox_ui.plots.legend import Entry
from pillarbox_ui.plots.series import rates
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.zone import Zone

_STEPS = 75
"""A rate is taken over one of so many steps of the time on show: shorter ones are only noise."""


class RateGraph(Graph):
    """In, out and failures, from the growth of the cumulative totals."""

    def __init__(self, theme: Theme, zone: Zone, parent: QWidget | None = None) -> None:
        curves = (
            _curve("enqueued_total", words.tr("In"), "ready"),
            _curve("done_total", words.tr("Out"), "leased"),
            _curve("failed_total", words.tr("Failures"), "dead"),
        )
        super().__init__(theme, zone, words.tr("Rates"), curves, whole=False, parent=parent)


def _curve(total: str, name: str, tone: str) -> Curve:
    return Curve(
        Entry(total, name, tone),
        lambda points, seconds: rates(points, lambda p: int(getattr(p, total)), seconds / _STEPS),
        words.rate,
    )
