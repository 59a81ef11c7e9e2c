"""Depth over time: how many jobs are ready, retrying, dead and leased."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from pillarbox_ui.plots.graph import Curve, Graph
from pillarbox_ui.plots.legend import Entry
from pillarbox_ui.plots.series import levels
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.states import state_word
from pillarbox_ui.widgets.zone import Zone


class DepthGraph(Graph):
    """Ready as a filled area, the others as lines."""

    def __init__(self, theme: Theme, zone: Zone, parent: QWidget | None = None) -> None:
        curves = tuple(map(_curve, ("ready", "retrying", "dead", "leased")))
        super().__init__(theme, zone, words.tr("Depth"), curves, whole=True, parent=parent)


def _curve(state: str) -> Curve:
    return Curve(
        Entry(state, state_word(state), state),
        lambda points, _: levels(points, lambda point: float(getattr(point, state))),
        lambda value: words.count(round(value)),
        filled=state == "ready",
    )
