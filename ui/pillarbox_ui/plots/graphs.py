"""The graphs by name, for those who may not import them before they are seen.

Owns the names. One module for all: who has loaded it has loaded whatever they are made of.
"""

from __future__ import annotations

from collections.abc import Callable

from pillarbox_ui.plots.depth_graph import DepthGraph
from pillarbox_ui.plots.graph import Graph
from pillarbox_ui.plots.length_graph import run_graph, wait_graph
from pillarbox_ui.plots.rate_graph import RateGraph
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.zone import Zone

_MAKERS: dict[str, Callable[[Theme, Zone], Graph]] = {
    "depth": DepthGraph,
    "rates": RateGraph,
    "waits": wait_graph,
    "runs": run_graph,
}


def make_graph(name: str, theme: Theme, zone: Zone) -> Graph:
    """The graph called `name`."""
    return _MAKERS[name](theme, zone)
