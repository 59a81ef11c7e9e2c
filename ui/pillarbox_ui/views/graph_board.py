"""The graphs of a page: made one by one when first seen, over one span of time, with one cursor.

Owns which graphs there are, that they are told the newest history and what was done meanwhile, and
what a dragged span asks for. A page says how they lie beside each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget

from pillarbox_engine.model import HistoryPoint
from pillarbox_ui.plots.needs import plot_needs
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.time_span import span_menu
from pillarbox_ui.widgets.in_turn import InTurn
from pillarbox_ui.widgets.later import LEAST_DEPTH, LEAST_RATES, Later
from pillarbox_ui.widgets.marks import Mark, marks
from pillarbox_ui.widgets.time_link import TimeLink

if TYPE_CHECKING:
    from pillarbox_ui.plots.graph import Graph

_NEEDS = plot_needs("graphs")
KINDS = {"depth": LEAST_DEPTH, "rates": LEAST_RATES, "waits": LEAST_RATES, "runs": LEAST_RATES}
"""The graphs by name, and their least room."""


class GraphBoard(QObject):
    """`narrowed(query)` when a span was dragged and what to look for in it was chosen."""

    narrowed = Signal(str)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._owner = context, parent
        self._link = TimeLink(self)
        self._turns = InTurn(self)
        self._drawn: tuple[HistoryPoint, ...] | None = None
        self._tell: Callable[[Graph], object] | None = None
        self.places: dict[str, Later[Graph]] = {
            name: Later(self._maker(name), least, _NEEDS, self._turns)
            for name, least in KINDS.items()
        }
        self._link.span_chosen.connect(self._ask)

    def _maker(self, name: str) -> Callable[[], Graph]:
        def make() -> Graph:
            from pillarbox_ui.plots.graphs import make_graph

            graph = make_graph(name, self._context.theme, self._context.zone)
            self._link.join(graph)
            return graph

        return make

    def graph(self, name: str) -> Graph:
        """The graph called `name`, made now if it was not yet."""
        return self.places[name].part

    def show_snapshot(self, snapshot: Snapshot, seconds: float) -> None:
        """Draw the newest history, of the last `seconds`, if there is a newer one."""
        if snapshot.history is self._drawn:
            return
        self._drawn = snapshot.history
        end = snapshot.as_of
        told = marks(snapshot.operations)
        self._tell = _telling(snapshot.history, end - timedelta(seconds=seconds), end, told)
        self.draw_seen()

    def draw_seen(self) -> None:
        """Tell the graphs that are seen, each in a turn of its own; others once they are."""
        if self._tell is None:
            return
        for place in self.places.values():
            if place.isVisible() or not place.is_made:
                place.tell(self._tell, self._turns)

    @Slot(float, float)
    def _ask(self, start: float, end: float) -> None:
        """Ask which jobs of the span are meant, and narrow the filter to them."""
        self.menu(start, end).popup(self._menu_place())

    def menu(self, start: float, end: float) -> QMenu:
        """What can be looked for in a span; the span is marked until it closes."""
        made = span_menu(self._owner, start, end, self._context.zone, self.narrowed.emit)
        made.aboutToHide.connect(self._forget_span)
        return made

    def _menu_place(self) -> QPoint:
        """Where the pointer is, or in the middle where the keyboard chose."""
        place = QCursor.pos()
        inside = self._owner.rect().contains(self._owner.mapFromGlobal(place))
        return place if inside else self._owner.mapToGlobal(self._owner.rect().center() / 2)

    @Slot()
    def _forget_span(self) -> None:
        self._link.mark_span(None)


def _telling(
    points: tuple[HistoryPoint, ...], start: datetime, end: datetime, told: tuple[Mark, ...]
) -> Callable[[Graph], object]:
    def tell(graph: Graph) -> None:
        graph.set_marks(told)
        graph.set_points(points, start, end)

    return tell
