"""Depth over time: the jobs of each state, one state upon the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from pillarbox_engine.model import HistoryPoint
from pillarbox_ui.plots.graph import Curve, Graph
from pillarbox_ui.plots.legend import Entry
from pillarbox_ui.plots.series import EMPTY, Series, stack
from pillarbox_ui.theme.contrast import pill_colour
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.states import state_word
from pillarbox_ui.widgets.zone import Zone

STATES = ("leased", "ready", "retrying", "scheduled", "dead")
"""From the bottom up: what is in flight, what waits for it, what comes later, what is over."""


class DepthGraph(Graph):
    """Areas that add up, so that their edge is how many jobs there are in all; the legend reads
    each state by itself. One that is taken out of the legend is taken out of the sum."""

    def __init__(self, theme: Theme, zone: Zone, parent: QWidget | None = None) -> None:
        curves = tuple(map(_curve, STATES))
        super().__init__(theme, zone, words.tr("Depth"), curves, whole=True, parent=parent)

    def _told_by(self, points: Sequence[HistoryPoint], seconds: float) -> dict[str, Series]:
        figures = [[float(_figure(point, state)) for state in STATES] for point in points]
        return dict(zip(STATES, stack(points, figures, len(STATES)), strict=True))

    def _draw(self) -> None:
        below = np.zeros(len(self._series[STATES[0]].times))
        for place, state in enumerate(STATES):
            if self._shown(state):
                series = self._series[state]
                below = below + series.values
                self._items[state].setData(series.times, below)
                self._items[state].setZValue(len(STATES) - place)  # the lower one lies in front
        self._reach(Series(below, below).high())

    def _dress(self) -> None:
        super()._dress()
        for state in STATES:
            self._items[state].setFillLevel(0)
            fill = QColor(pill_colour(self._theme.tokens, state))
            self._items[state].setFillBrush(pg.mkBrush(fill))


def _figure(point: HistoryPoint, state: str) -> int:
    """How many jobs; those that retry are scheduled too, and counted once."""
    if state == "scheduled":
        return point.scheduled - point.retrying
    return int(getattr(point, state))


def _curve(state: str) -> Curve:
    entry = Entry(state, state_word(state), state)
    return Curve(entry, lambda points, seconds: EMPTY, lambda value: words.count(round(value)))
